// One live call from close by: what its agent sees, and a word to the agent.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { CallState } from '../../gen/attune/v1/call_pb';
import { fill, words } from '../../i18n';
import { ALERTS, CLASSES, GONE, name } from '../../i18n/names';
import type { Card } from '../../state/call';
import type { Session } from '../../state/session';
import { useSession } from '../../state/watched';
import { clock } from '../../state/time';
import { Icon } from '../../ui/icons';
import { StatePill } from '../../ui/parts';
import { Link, Top } from '../../ui/top';
import { Evidence } from '../agent/evidence';
import type { ReadingName } from '../agent/keys';
import { SnapshotTiles } from '../agent/snapshot';
import { Transcript } from '../agent/transcript';
import { TokenNeeded } from '../token';

/** As many characters as the server takes. */
const LONGEST = 280;

export function Follow({ callId }: { callId: string }) {
  const { session, retry } = useSession(callId);
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
  return <Screen session={session} />;
}

function Screen({ session }: { session: Session }) {
  const t = words.value;
  const opened = useSignal<ReadingName | undefined>(undefined);
  const store = session.store.value;
  const alert = store.alert.value;
  const over = store.state.value === CallState.ENDED;
  useEffect(() => {
    document.title = `${fill(t.call, session.callId)} · Attune`;
    const escape = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') opened.value = undefined;
    };
    addEventListener('keydown', escape);
    return () => removeEventListener('keydown', escape);
  }, [session, t]);
  return (
    <div class="agent page follow">
      <div>
        <Top />
        <section class="follow-head" aria-label={fill(t.call, session.callId)}>
          <Link view="wall" class="button quiet icon" label={t.wall}>
            <Icon name="back" />
          </Link>
          <h1>
            <span class="eyebrow">{store.agentId.value || fill(t.call, '')}</span>
            {session.callId}
          </h1>
          <span class="timer num">{clock(store.clock.value)}</span>
          <StatePill state={store.state.value} />
          {alert && (
            <p class="alert" role="alert">
              <Icon name="alert" />
              <strong>{name(ALERTS, alert.kind, t)}</strong>
              <q>{alert.evidence}</q>
            </p>
          )}
          {over && (
            <Link view="review" query={{ call: session.callId }} class="button">
              {t.reviewCall}
            </Link>
          )}
        </section>
      </div>
      <main>
        <SnapshotTiles store={store} open={(reading) => (opened.value = opened.value === reading ? undefined : reading)} opened={opened.value} />
        <section class="cards coach-cards">
          {!over && <NoteForm session={session} />}
          <h2 class="eyebrow">{t.cardsSoFar}</h2>
          <ol>
            {store.cards.value.toReversed().map((card) => (
              <li key={card.suggestion.suggestionId}>
                <Told card={card} />
              </li>
            ))}
          </ol>
          {store.cards.value.length === 0 && <p class="none-yet">{t.noCardsYet}</p>}
        </section>
        <div class="side">
          <Transcript store={store} />
          {opened.value !== undefined && <Evidence key={opened.value} session={session} reading={opened.value} close={() => (opened.value = undefined)} />}
        </div>
      </main>
    </div>
  );
}

/** A card as the agent has it, or what became of it. */
export function Told({ card }: { card: Card }) {
  const t = words.value;
  const { suggestion, gone } = card;
  const fate = gone ? (name(GONE, gone.reason, t) ?? '') : t.onScreen;
  const look = card.verdict ?? (gone ? 'gone' : 'open');
  return (
    <article class={`told panel ${look}`}>
      <p class="eyebrow">
        <span class="num">{clock(card.shown)}</span>
        <span>{suggestion.fromPerson ? t.fromPerson : (name(CLASSES, suggestion.suggestionClass, t) ?? t.classOther)}</span>
        <span class={`fate ${look}`}>
          <Icon name={look === 'used' ? 'check' : look === 'dismissed' ? 'cross' : 'later'} size={12} /> {fate}
        </span>
      </p>
      <p class="said">{suggestion.say}</p>
    </article>
  );
}

function NoteForm({ session }: { session: Session }) {
  const t = words.value;
  const text = useSignal('');
  const told = useSignal('');
  const sending = useSignal(false);
  const send = async (event: Event) => {
    event.preventDefault();
    sending.value = true;
    const sent = await session.note(text.value);
    sending.value = false;
    told.value = sent ? t.noteSent : fill(t.notNoted, session.failed.value ?? '');
    if (sent) text.value = '';
  };
  return (
    <form class="note-form panel" onSubmit={(event) => void send(event)}>
      <label class="field">
        {t.noteToAgent}
        <textarea rows={2} maxLength={LONGEST} required value={text.value} placeholder={t.noteHint} onInput={(event) => (text.value = event.currentTarget.value)} />
      </label>
      <div class="row">
        <button type="submit" class="button primary" disabled={sending.value || !text.value.trim()}>
          {t.noteSend}
        </button>
        <span class="told-so" role="status">
          {told.value}
        </span>
      </div>
    </form>
  );
}
