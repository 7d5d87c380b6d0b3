// Small parts that every view is made of; their looks are in styles/parts.css.
import { useEffect, useRef } from 'preact/hooks';
import { CallState, Colour } from '../gen/attune/v1/call_pb';
import { percent, words } from '../i18n';
import { COLOURS, STATES, name } from '../i18n/names';
import { Shape } from './icons';

/** A colour by shape, name and hue; without one, the words for "not enough yet". */
export function Chip({ colour }: { colour: Colour | undefined }) {
  const known = name(COLOURS, colour, words.value);
  const className = (colour !== undefined && COLOURS[colour]) || 'unknown';
  return (
    <span class={`chip ${className}`}>
      {colour !== undefined && <Shape colour={colour} />}
      {known ?? words.value.notEnough}
    </span>
  );
}

/** How sure a reading is, from 0 to 1: a bar and the figure; an empty bar where there is none. */
export function Meter({ value, label }: { value: number | undefined; label: string }) {
  const share = Math.min(1, Math.max(0, value ?? 0));
  return (
    <span class="meter">
      <span class="track" aria-hidden="true">
        <i style={{ transform: `scaleX(${share})` }} />
      </span>
      <span class="num">
        {value !== undefined && (
          <>
            <span class="hidden">{label} </span>
            {percent(share)}
          </>
        )}
      </span>
    </span>
  );
}

/** Whether a call is live. */
export function StatePill({ state }: { state: CallState }) {
  return <Pill look={state === CallState.LIVE ? 'live' : state === CallState.INTERRUPTED ? 'broken' : ''}>{name(STATES, state, words.value) ?? '…'}</Pill>;
}

export function Pill({ look, children }: { look: 'live' | 'broken' | ''; children: string }) {
  return <span class={`pill ${look}`}>{children}</span>;
}

/** Values from -1 to 1 over time as a line, with the middle marked; what is small is shown larger. */
export function Sparkline({ points, label }: { points: readonly { at: number; valence: number }[]; label: string }) {
  const [width, height] = [160, 32];
  const most = points.reduce((most, { valence }) => Math.max(most, Math.abs(valence)), 0.35);
  const first = points[0]?.at ?? 0;
  const span = Math.max(1, (points.at(-1)?.at ?? 0) - first);
  const x = (at: number) => 2 + ((at - first) / span) * (width - 6);
  const y = (valence: number) => height / 2 - (valence / most) * (height / 2 - 4);
  const path = points.map(({ at, valence }, i) => `${i ? 'L' : 'M'}${x(at).toFixed(1)} ${y(valence).toFixed(1)}`).join('');
  const last = points.at(-1);
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <line x1="0" x2={width} y1={height / 2} y2={height / 2} class="middle" />
      {points.length > 1 && <path d={path} class="curve" />}
      {last && <path d={`M${x(last.at).toFixed(1)} ${y(last.valence).toFixed(1)}h0`} class="now" />}
    </svg>
  );
}

/** A part that lies over others until it is closed: takes the focus and gives it back. Escape is the
 *  view's business. */
export function useBorrowedFocus<E extends HTMLElement>() {
  const ref = useRef<E>(null);
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return ref;
}
