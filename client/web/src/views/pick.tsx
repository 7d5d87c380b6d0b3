// The calls to pick from: those that are live as they come and go, and the last ones.
import { signal, useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { calls, trouble } from '../api/clients';
import { followAll, isOver, type Way } from '../api/live';
import { CallState, type Call } from '../gen/attune/v1/call_pb';
import { words } from '../i18n';
import { go, href } from '../router';
import { clock, seconds } from '../state/time';
import { Icon } from '../ui/icons';
import { Chip, Pill, StatePill } from '../ui/parts';
import { Top } from '../ui/top';
import { TokenNeeded } from './token';
import './pick.css';

/** How many earlier calls are offered. */
const EARLIER = 12;

const live = signal<ReadonlyMap<string, Call>>(new Map());
const earlier = signal<readonly Call[]>([]);

function take(call: Call, signal: AbortSignal): void {
  const changed = new Map(live.value);
  if (isOver(call)) {
    changed.delete(call.callId);
    void listEarlier(signal);
  } else changed.set(call.callId, call);
  live.value = changed;
}

async function listEarlier(signal: AbortSignal): Promise<void> {
  const page = await calls.listCalls({ pageSize: EARLIER, state: CallState.ENDED }, { signal });
  earlier.value = page.calls;
}

export function PickCall() {
  const t = words.value;
  const way = useSignal<Way | 'single' | 'connecting'>('connecting');
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const tell = (now: Way | 'single') => (way.value = now);
    listEarlier(abort.signal)
      .then(() => tell('open'))
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        const kind = trouble(error);
        // A token for single calls is a good token.
        if (kind === 'denied') tell(/lacks the scope/.test(String(error)) ? 'single' : 'denied');
        else tell('lost');
      })
      .finally(() => {
        // Whoever may not see all calls has been told so.
        const way = (now: Way) => now !== 'denied' && tell(now);
        void followAll({ way, reset: () => (live.value = new Map()), call: (call) => take(call, abort.signal) }, abort.signal);
      });
    return () => abort.abort();
  }, [attempt]);

  if (way.value === 'denied') return <TokenNeeded retry={() => setAttempt(attempt + 1)} />;
  return (
    <div class="pick">
      <Top />
      <main>
        <h1>{t.pickCall}</h1>
        <p role="status">{way.value === 'lost' && <Pill look="broken">{t.lost}</Pill>}</p>
        {way.value === 'single' ? <OpenByNumber /> : <Lists />}
      </main>
    </div>
  );
}

function Lists() {
  const t = words.value;
  const now = [...live.value.values()].sort((a, b) => Number((b.startTime?.seconds ?? 0n) - (a.startTime?.seconds ?? 0n)));
  return (
    <>
      <section aria-labelledby="live">
        <h2 id="live" class="eyebrow">
          {t.liveCalls}
        </h2>
        {now.length === 0 ? <p class="none panel">{t.noLiveCalls}</p> : <List calls={now} />}
      </section>
      <section aria-labelledby="earlier">
        <h2 id="earlier" class="eyebrow">
          {t.pastCalls}
        </h2>
        {earlier.value.length === 0 ? <p class="none panel">{t.noPastCalls}</p> : <List calls={earlier.value} />}
      </section>
    </>
  );
}

function List({ calls }: { calls: readonly Call[] }) {
  const open = (id: string) => (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go('', { call: id });
  };
  return (
    <ul class="calls panel">
      {calls.map((call) => (
        <li key={call.callId}>
          <a href={href('', { call: call.callId })} onClick={open(call.callId)}>
            <StatePill state={call.state} />
            <strong>{call.callId}</strong>
            <span class="num length">{clock(seconds(call.duration))}</span>
            <Chip colour={call.snapshot?.colour?.colour || undefined} />
            <Icon name="forward" />
          </a>
        </li>
      ))}
    </ul>
  );
}

function OpenByNumber() {
  const t = words.value;
  const typed = useSignal('');
  const submit = (event: Event) => {
    event.preventDefault();
    go('', { call: typed.value.trim() });
  };
  return (
    <form class="by-number panel" onSubmit={submit}>
      <label class="field">
        {t.callId}
        <input value={typed.value} required autocomplete="off" pattern="[A-Za-z0-9._:\-]{1,128}" onInput={(event) => (typed.value = event.currentTarget.value)} />
      </label>
      <p class="hint">{t.callIdHint}</p>
      <button type="submit" class="button primary">
        {t.open}
      </button>
    </form>
  );
}
