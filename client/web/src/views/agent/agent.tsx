// The agent's view of one call: who is on the line, how it goes, what to say.
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { CallState } from '../../gen/attune/v1/call_pb';
import { fill, words } from '../../i18n';
import { route } from '../../router';
import type { Session } from '../../state/session';
import { useSession } from '../../state/watched';
import { TokenNeeded } from '../token';
import { Bar } from './bar';
import { Cards } from './cards';
import { Evidence } from './evidence';
import { Help } from './help';
import { useKeys, type Opened } from './keys';
import { SnapshotTiles } from './snapshot';
import { Summary } from './summary';
import { Transcript } from './transcript';
import './agent.css';

export function AgentView({ callId }: { callId: string }) {
  const { session, attempt, retry } = useSession(callId);
  if (!session) return null;
  const connection = session.connection.value;
  if (connection.kind === 'refused') {
    if (connection.trouble === 'denied') return <TokenNeeded retry={retry} />;
    return (
      <main class="message">
        <h1>{words.value.refused}</h1>
        <p>{connection.why}</p>
      </main>
    );
  }
  return <Screen key={attempt} session={session} />;
}

function Screen({ session }: { session: Session }) {
  const opened = useSignal<Opened>(undefined);
  const t = words.value;
  const close = useMemo(() => () => (opened.value = undefined), [opened]);
  useKeys(session, opened);
  const store = session.store.value;
  const ended = store.state.value === CallState.ENDED && store.end.value !== undefined;
  useEffect(() => {
    document.title = `${fill(t.call, session.callId)} · Attune`;
  }, [session, t]);

  return (
    <div class={`agent${route.value.query.has('embed') ? ' embedded' : ''}${ended ? ' over' : ''}`}>
      <Bar session={session} help={() => (opened.value = 'help')} />
      <main>
        <SnapshotTiles store={store} open={(reading) => (opened.value = opened.value === reading ? undefined : reading)} opened={opened.value} />
        {ended ? <Summary store={store} /> : <Cards session={session} />}
        <div class="side">
          <Transcript store={store} />
          {opened.value !== undefined && opened.value !== 'help' && (
            <Evidence key={opened.value} session={session} reading={opened.value} close={close} />
          )}
        </div>
      </main>
      {opened.value === 'help' && <Help close={close} />}
    </div>
  );
}
