// The call in figures, once it has ended.
import { fill, number, signed, words } from '../../i18n';
import { ENDS, name } from '../../i18n/names';
import type { CallStore } from '../../state/call';
import { clock, seconds } from '../../state/time';

export function Summary({ store }: { store: CallStore }) {
  const t = words.value;
  const end = store.end.value;
  const figures = end?.summary;
  const rows: [string, string][] = figures
    ? [
        [t.duration, clock(seconds(figures.duration))],
        [t.cardsShown, `${number(figures.suggestionsShown)} (${number(figures.suggestionsUsed)} ${t.cardsUsed}, ${number(figures.suggestionsDismissed)} ${t.cardsDismissed})`],
        [t.moodFirstLast, `${signed(figures.valenceFirst)} → ${signed(figures.valenceLast)}`],
      ]
    : [];
  return (
    <section class="cards" aria-label={t.summary}>
      <h2 class="eyebrow">{t.summary}</h2>
      <div class="summary panel">
        <p class="say">{name(ENDS, end?.reason, t) ?? fill(t.call, t.ended)}</p>
        <dl>
          {rows.map(([term, value]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd class="num">{value}</dd>
            </div>
          ))}
        </dl>
      </div>
    </section>
  );
}
