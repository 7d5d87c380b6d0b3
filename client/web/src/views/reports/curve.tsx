// A figure from day to day: the line, the band it lies in with 95 % confidence, and the whole.
import { FigureUnit, type Figure, type FigureValue } from '../../gen/attune/v1/figures_pb';
import { fill, words } from '../../i18n';
import { dayOf, shown } from './figures';

const [WIDTH, HEIGHT] = [320, 96];
const DAY = 86_400_000;

export interface Day extends Pick<FigureValue, 'value' | 'low' | 'high'> {
  /** "2026-01-31" */
  readonly key: string;
}

/** Lines and a band as paths; days without a value are no part of them, and are crossed straight. */
export function paths(days: readonly Day[], whole: Pick<FigureValue, 'value'>, ceiling = Infinity): { line: string; band: string; middle: number; least: number; most: number } {
  const at = days.map(({ key }) => Date.parse(key) / DAY);
  const [first, span] = [at[0] ?? 0, Math.max(1, (at.at(-1) ?? 0) - (at[0] ?? 0))];
  // The values lead; a day of a few calls has a band as wide as the picture.
  const values = [...days.map(({ value }) => value), whole.value];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || Math.abs(high) || 1) * 0.35;
  const [least, most] = [low < 0 ? low - room : Math.max(0, low - room), Math.min(ceiling, high + room)];
  const x = (i: number) => ((((at[i] ?? 0) - first) / span) * WIDTH).toFixed(1);
  const height = (value: number) => HEIGHT - ((Math.min(most, Math.max(least, value)) - least) / (most - least || 1)) * HEIGHT;
  const y = (value: number) => height(value).toFixed(1);
  const line = days.map(({ value }, i) => `${i ? 'L' : 'M'}${x(i)} ${y(value)}`).join('');
  const upper = days.map(({ high }, i) => `${x(i)} ${y(high)}`);
  const lower = days.map(({ low }, i) => `${x(i)} ${y(low)}`).reverse();
  return { line, band: `M${[...upper, ...lower].join('L')}Z`, middle: height(whole.value), least, most };
}

export function Curve({ figure, days, whole }: { figure: Figure; days: readonly Day[]; whole: FigureValue }) {
  const t = words.value;
  const { line, band, middle, least, most } = paths(days, whole, figure.unit === FigureUnit.SHARE ? 1 : Infinity);
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return null;
  const label = fill(t.reportCurve, shown(figure.unit, first.value), first.key, shown(figure.unit, last.value), last.key);
  return (
    <div class="day-curve">
      <div class="scale num" aria-hidden="true">
        <span>{shown(figure.unit, most)}</span>
        <span>{shown(figure.unit, least)}</span>
      </div>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        <path d={band} class="band" />
        <line x1="0" x2={WIDTH} y1={middle} y2={middle} class="middle" />
        <path d={line} class="curve" />
      </svg>
      <div class="days num" aria-hidden="true">
        <span>{dayOf(first.key, 'short')}</span>
        <span>{dayOf(last.key, 'short')}</span>
      </div>
    </div>
  );
}
