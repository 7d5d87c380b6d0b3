// What to say: at most three cards, each in a place of its own that it keeps.
import { useSignal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { FeedbackKind, SuggestionClass, WithdrawReason } from '../../gen/attune/v1/call_pb';
import { fill, words } from '../../i18n';
import { evidenceInWords } from '../../i18n/evidence';
import { CLASSES, GONE, name } from '../../i18n/names';
import { FAREWELL, isOpen, type Card } from '../../state/call';
import type { Session } from '../../state/session';
import { Icon } from '../../ui/icons';
import { withBlanks } from './blanks';
import './cards.css';

export function Cards({ session }: { session: Session }) {
  const t = words.value;
  const board = session.store.value.board.value;
  const box = useRef<HTMLElement>(null);
  const newest = board.filter(isOpen).sort((a, b) => b.shown - a.shown)[0];
  const place = board.indexOf(newest);
  useEffect(() => bringIntoSight(box.current, place), [place, newest?.suggestion.suggestionId]);
  return (
    <section class="cards" ref={box} tabIndex={0} aria-label={t.say}>
      <h2 class="eyebrow">{t.say}</h2>
      <ol>
        {board.map((card, place) => (
          <li key={place} aria-label={fill(t.place, place + 1)}>
            {isOpen(card) ? <OpenCard key={card.suggestion.suggestionId} session={session} card={card} place={place} /> : <EmptyPlace session={session} card={card} place={place} />}
          </li>
        ))}
      </ol>
      <Announcer cards={session.store.value.cards.value} />
      <p class="failed" role="status">
        {session.failed.value !== undefined && fill(t.notNoted, session.failed.value)}
      </p>
    </section>
  );
}

/** Where the screen is too low for three, the newest card is in sight; the page itself does not move. */
function bringIntoSight(box: HTMLElement | null, place: number): void {
  const item = box?.querySelectorAll('ol > li')[place];
  if (!box || !item || box.scrollHeight <= box.clientHeight || box.contains(document.activeElement)) return;
  const [frame, card] = [box.getBoundingClientRect(), item.getBoundingClientRect()];
  if (card.top < frame.top) box.scrollTop -= frame.top - card.top;
  else if (card.bottom > frame.bottom) box.scrollTop += Math.min(card.bottom - frame.bottom, card.top - frame.top);
}

function OpenCard({ session, card, place }: { session: Session; card: Card; place: number }) {
  const t = words.value;
  const asking = useSignal(false);
  const sent = useSignal(false);
  const { suggestion } = card;
  const must = suggestion.suggestionClass === SuggestionClass.COMPLIANCE;
  const tell = async (kind: FeedbackKind, reason = '') => {
    sent.value = true;
    sent.value = await session.feedback(suggestion.suggestionId, kind, reason);
  };
  return (
    <article class={`card panel${must ? ' must' : ''}${suggestion.fromPerson ? ' person' : ''}`}>
      <p class="class">
        <kbd aria-hidden="true">{place + 1}</kbd>
        {suggestion.fromPerson && <Icon name="person" size={14} />}
        <span>{suggestion.fromPerson ? t.fromPerson : (name(CLASSES, suggestion.suggestionClass, t) ?? t.classOther)}</span>
        <Quotes evidence={suggestion.evidence} />
      </p>
      <p class="say">{withBlanks(suggestion.say)}</p>
      <p class="why">{suggestion.why}</p>
      {asking.value ? (
        <div class="actions" role="group" aria-label={t.wrongWhy}>
          {[t.wrongFit, t.wrongFact, t.wrongLate, t.wrongTone].map((reason) => (
            <button key={reason} type="button" class="button" disabled={sent.value} onClick={() => void tell(FeedbackKind.DISMISSED, reason)}>
              {reason}
            </button>
          ))}
          <button type="button" class="button quiet icon" aria-label={t.cancel} onClick={() => (asking.value = false)}>
            <Icon name="back" />
          </button>
        </div>
      ) : (
        <div class="actions">
          <button type="button" class="button soft" disabled={sent.value} onClick={() => void tell(FeedbackKind.USED)}>
            <Icon name="check" /> {t.used}
          </button>
          <button type="button" class="button quiet" disabled={sent.value} onClick={() => void tell(FeedbackKind.DISMISSED)}>
            {t.notNow}
          </button>
          <button type="button" class="button quiet" disabled={sent.value} onClick={() => (asking.value = true)}>
            {t.wrong} …
          </button>
        </div>
      )}
      <Lifetime session={session} card={card} />
    </article>
  );
}

function Quotes({ evidence }: { evidence: readonly string[] }) {
  return (
    <span class="quotes">
      {evidence.slice(0, 3).map((line) => (
        <span key={line}>{evidenceInWords(line)}</span>
      ))}
    </span>
  );
}

/** A call on hold must not age its cards, in seconds. */
const COAST = 10;

/** How much of the card's life is left. */
function Lifetime({ session, card }: { session: Session; card: Card }) {
  const whole = Math.max(1, card.expires - card.shown);
  const left = () => Math.min(1, Math.max(0, (card.expires - session.now(COAST)) / whole));
  const [share, setShare] = useState(left);
  useEffect(() => {
    const timer = setInterval(() => setShare(left()), 1000);
    return () => clearInterval(timer);
  }, [card]);
  return (
    <span class="life" aria-hidden="true">
      <i style={{ transform: `scaleX(${share})` }} />
    </span>
  );
}

/** A place without a card; for a moment it says what became of the last one. */
function EmptyPlace({ session, card, place }: { session: Session; card: Card | undefined; place: number }) {
  const t = words.value;
  const [, redraw] = useState(0);
  const gone = card?.gone;
  const fresh = gone !== undefined && session.now() < gone.at + FAREWELL;
  useEffect(() => {
    if (!fresh) return;
    const timer = setTimeout(() => redraw((n) => n + 1), FAREWELL * 1000);
    return () => clearTimeout(timer);
  }, [fresh]);
  const listening = place === 0 && !session.store.value.board.value.some(isOpen);
  return (
    <div class="card empty">
      <p class={fresh ? 'farewell' : undefined}>
        <kbd aria-hidden="true">{place + 1}</kbd>
        {fresh && card && gone ? (
          <>
            <Icon name={card.verdict === 'used' ? 'check' : 'later'} />
            <span>
              {name(GONE, gone.reason, t)}
              {gone.reason === WithdrawReason.CALLER_CHANGED && gone.detail && `: ${gone.detail}`}
            </span>
          </>
        ) : (
          listening && (session.store.value.heldOut.value ? t.heldOut : t.nothingToSay)
        )}
      </p>
    </div>
  );
}

/** Reads a new card out, once: politely, and what must be said at once. */
function Announcer({ cards }: { cards: readonly Card[] }) {
  const newest = cards.at(-1);
  const text = isOpen(newest) ? newest.suggestion.say : '';
  const must = newest?.suggestion.suggestionClass === SuggestionClass.COMPLIANCE;
  return (
    <>
      <p class="hidden" role="status">
        {must ? '' : text}
      </p>
      <p class="hidden" role="alert">
        {must ? text : ''}
      </p>
    </>
  );
}
