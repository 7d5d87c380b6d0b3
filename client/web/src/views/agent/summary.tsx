// After the call: what became of it, its mood, its cards, its figures.
import { fill, number, signed, words } from '../../i18n';
import { CLASSES, ENDS, GONE, name } from '../../i18n/names';
import type { Card, CallStore } from '../../state/call';
import { clock, seconds } from '../../state/time';
import { Icon } from '../../ui/icons';
import { Sparkline } from '../../ui/parts';
import { withBlanks } from './blanks';
import { OutcomeForm } from './outcome';
import { Recap, useRecap } from './recap';
import './summary.css';

export function Summary({ store }: { store: CallStore }) {
  const t = words.value;
  const end = store.end.value;
  const recap = useRecap(store.callId);
  return (
    <section class="cards" tabIndex={0} aria-label={t.summary}>
      <h2 class="eyebrow">{t.summary}</h2>
      <div class="summary panel">
        <p class="say">{name(ENDS, end?.reason, t) ?? fill(t.call, t.ended)}</p>
        {/* All at once: nothing moves under the hand that is about to press. */}
        {recap !== undefined && <OutcomeForm callId={store.callId} />}
        {recap !== undefined && <Recap store={store} summary={recap} />}
        {recap !== undefined && <Rest store={store} />}
      </div>
    </section>
  );
}

function Rest({ store }: { store: CallStore }) {
  const t = words.value;
  const figures = store.end.value?.summary;
  const points = store.mood.value;
  const [first, last] = [signed(figures?.valenceFirst ?? 0), signed(figures?.valenceLast ?? 0)];
  return (
    <>
      {figures && (
        <dl class="figures">
          <Figure term={t.duration} value={clock(seconds(figures.duration))} />
          <Figure term={t.moodFirstLast} value={`${first} → ${last}`} />
          <Figure term={t.cardsUsed} value={`${number(figures.suggestionsUsed)} / ${number(figures.suggestionsShown)}`} />
        </dl>
      )}
      {points.length > 1 && (
        <figure class="mood-figure">
          <Sparkline points={points} label={fill(t.moodCurve, first, last)} />
        </figure>
      )}
      {store.cards.value.length > 0 && (
        <ul class="past-cards" aria-label={t.say}>
          {store.cards.value.map((card) => (
            <PastCard key={card.suggestion.suggestionId} card={card} />
          ))}
        </ul>
      )}
    </>
  );
}

function Figure({ term, value }: { term: string; value: string }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd class="num">{value}</dd>
    </div>
  );
}

function PastCard({ card }: { card: Card }) {
  const t = words.value;
  const { suggestion, verdict, gone } = card;
  return (
    <li class={verdict ?? ''}>
      <span class="at num">{clock(card.shown)}</span>
      <span class="what">
        <span>{withBlanks(suggestion.say)}</span>
        <small>
          {verdict === 'used' && <Icon name="check" size={12} />} {name(CLASSES, suggestion.suggestionClass, t) ?? t.classOther} · {name(GONE, gone?.reason, t) ?? t.goneEnded}
        </small>
      </span>
    </li>
  );
}
