// The call from left to right: sound or speech, mood, readings, cards, alerts. One can go anywhere in
// it, by the pointer or by keys.
import { memo } from 'preact/compat';
import { useRef } from 'preact/hooks';
import { Colour } from '../../gen/attune/v1/call_pb';
import { fill, number, words } from '../../i18n';
import { ALERTS, CLASSES, COLOURS, GONE, MOODS, MOTIVES, PHASES, TYPES, name } from '../../i18n/names';
import type { Card } from '../../state/call';
import { clock } from '../../state/time';
import { Icon, Shape } from '../../ui/icons';
import { LANES, packed, type History, type Lane, type MoodPoint } from './history';
import type { Player } from './player';
import type { Sound } from './sound';

interface Props {
  history: History;
  player: Player;
  sound: Sound | undefined;
  agentFirst: boolean;
}

/** Seconds of an arrow key, and with Shift. */
const STEP = 2;
const LEAP = 10;

export function Timeline({ history, player, sound, agentFirst }: Props) {
  const t = words.value;
  const tracks = useRef<HTMLDivElement>(null);
  const { duration } = player;
  const seekTo = ({ clientX }: PointerEvent) => {
    const box = tracks.current?.getBoundingClientRect();
    if (box) player.seek(((clientX - box.left) / box.width) * duration);
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    tracks.current?.setPointerCapture(event.pointerId);
    seekTo(event);
  };
  const drag = (event: PointerEvent) => {
    if (tracks.current?.hasPointerCapture(event.pointerId)) seekTo(event);
  };
  const press = (event: KeyboardEvent) => {
    const target = moved(event, player, history);
    if (target === undefined) return;
    event.preventDefault();
    player.seek(target);
  };
  return (
    <section class="timeline panel" aria-label={t.timeline}>
      <div class="tracks" ref={tracks} onPointerDown={down} onPointerMove={drag}>
        <Tracks history={history} sound={sound} agentFirst={agentFirst} duration={duration} t={t} />
        <div class="ticks num" aria-hidden="true">
          {ticks(duration).map((at) => (
            <span key={at} style={{ left: share(at, duration) }}>
              {clock(at)}
            </span>
          ))}
        </div>
        <div
          class="cursor"
          role="slider"
          tabIndex={0}
          aria-label={t.position}
          aria-valuemin={0}
          aria-valuemax={Math.round(duration)}
          aria-valuenow={Math.round(player.time.value)}
          aria-valuetext={clock(player.time.value)}
          style={{ left: share(player.time.value, duration) }}
          onKeyDown={press}
        />
      </div>
    </section>
  );
}

/** Where a key leads. */
export function moved({ key, shiftKey }: KeyboardEvent, player: Player, history: History): number | undefined {
  const now = player.time.peek();
  const step = shiftKey ? LEAP : STEP;
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return now - step;
    case 'ArrowRight':
    case 'ArrowUp':
      return now + step;
    case 'Home':
      return 0;
    case 'End':
      return player.duration;
    case 'n':
      return history.marks().find((mark) => mark > now + 0.05);
    case 'p':
      return history.marks().findLast((mark) => mark < now - 0.05);
    default:
      return undefined;
  }
}

type Words = typeof words.value;

interface TracksProps {
  history: History;
  sound: Sound | undefined;
  agentFirst: boolean;
  duration: number;
  t: Words;
}

/** Everything that does not move with the cursor. */
const Tracks = memo(function Tracks({ history, sound, agentFirst, duration, t }: TracksProps) {
  const sides = agentFirst ? [1, 0] : [0, 1];
  return (
    <>
      {(['caller', 'agent'] as const).map((side, i) => (
        <div key={side} class={`track sound ${side}`}>
          <span class="track-name">{t[side]}</span>
          {history.speech[side].map(({ from, to }) => (
            <i key={from} class="talk" style={{ left: share(from, duration), width: share(to - from, duration) }} />
          ))}
          {sound && <Wave peaks={sound.peaks[sides[i] ?? 0] ?? sound.peaks[0] ?? []} />}
        </div>
      ))}
      <div class="track mood-track">
        <span class="track-name">{t.mood}</span>
        <MoodCurve points={history.mood} duration={duration} t={t} />
      </div>
      {LANES.map((lane) => (
        <div key={lane} class="track lane">
          <span class="track-name">{lane === 'phase' ? t.phaseShort : t[lane]}</span>
          {history.lane(lane).map(({ from, to, value }) => (
            <span key={from} class={`stretch ${lane === 'colour' ? (COLOURS[value as Colour] ?? '') : ''}`} style={{ left: share(from, duration), width: share(to - from, duration) }} title={`${clock(from)} ${nameOf(lane, value, t)}`}>
              {lane === 'colour' && <Shape colour={value} size={10} />}
              <b>{nameOf(lane, value, t)}</b>
            </span>
          ))}
        </div>
      ))}
      <CardTrack cards={history.store.cards.value} duration={duration} t={t} />
      {history.alerts.length > 0 && (
        <div class="track lane">
          <span class="track-name">{t.alerts}</span>
          {history.alerts.map(({ at, alert }) => (
            <span key={at} class="stretch alarm" style={{ left: share(at, duration) }} title={`${clock(at)} ${name(ALERTS, alert.kind, t) ?? ''}`}>
              <Icon name="alert" size={12} />
            </span>
          ))}
        </div>
      )}
    </>
  );
});

function nameOf(lane: Lane, value: number, t: Words): string {
  const names = { mood: MOODS, colour: COLOURS, motive: MOTIVES, callerType: TYPES, phase: PHASES }[lane];
  return name<number>(names, value, t) ?? '';
}

function CardTrack({ cards, duration, t }: { cards: readonly Card[]; duration: number; t: Words }) {
  const spans = cards.map((card) => ({ card, from: card.shown, to: card.gone?.at ?? duration }));
  const rows = packed(spans);
  const height = Math.max(1, ...rows.map(({ row }) => row + 1));
  return (
    <div class="track card-track" style={{ height: `${height * 1.25}rem` }}>
      <span class="track-name">{t.cards}</span>
      {rows.map(({ row, span: { card, from, to } }) => {
        const look = card.verdict ?? 'gone';
        const kind = card.suggestion.fromPerson ? t.fromPerson : (name(CLASSES, card.suggestion.suggestionClass, t) ?? t.classOther);
        const fate = name(GONE, card.gone?.reason, t) ?? '';
        return (
          <span key={card.suggestion.suggestionId} class={`stretch card-bar ${look}`} style={{ left: share(from, duration), width: share(Math.max(1, to - from), duration), top: `${row * 1.25}rem` }} title={`${kind}: ${card.suggestion.say} (${fate})`}>
            <Icon name={look === 'used' ? 'check' : look === 'dismissed' ? 'cross' : 'later'} size={10} />
            <b>{kind}</b>
          </span>
        );
      })}
    </div>
  );
}

function Wave({ peaks }: { peaks: readonly number[] }) {
  const most = Math.max(0.05, ...peaks);
  const path = peaks.map((peak, i) => `M${i} ${(50 - (peak / most) * 46).toFixed(1)}V${(50 + (peak / most) * 46).toFixed(1)}`).join('');
  return (
    <svg class="wave" viewBox={`0 0 ${Math.max(1, peaks.length)} 100`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

/** Valence from -1 to 1, with the band in which it lies two times out of three. */
function MoodCurve({ points, duration, t }: { points: readonly MoodPoint[]; duration: number; t: Words }) {
  const x = (at: number) => ((at / Math.max(1, duration)) * 1000).toFixed(1);
  const y = (valence: number) => (50 - Math.max(-1, Math.min(1, valence)) * 46).toFixed(1);
  const line = points.map(({ at, valence }, i) => `${i ? 'L' : 'M'}${x(at)} ${y(valence)}`).join('');
  const upper = points.map(({ at, valence, deviation }) => `${x(at)} ${y(valence + deviation)}`);
  const lower = points.map(({ at, valence, deviation }) => `${x(at)} ${y(valence - deviation)}`).reverse();
  const last = points.at(-1);
  const label = fill(t.moodCurve, number(points[0]?.valence ?? 0, 1), number(last?.valence ?? 0, 1));
  return (
    <>
      <span class="pole up">+ {t.pleasant}</span>
      <span class="pole down">− {t.unpleasant}</span>
      <svg class="curve-box" viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label={label}>
        <line x1="0" x2="1000" y1="50" y2="50" class="middle" />
        {points.length > 1 && <path class="band" d={`M${[...upper, ...lower].join('L')}Z`} />}
        {points.length > 1 && <path class="curve" d={line} />}
      </svg>
    </>
  );
}

function share(at: number, duration: number): string {
  return `${((at / Math.max(1, duration)) * 100).toFixed(3)}%`;
}

/** Round times, at most about eight. */
function ticks(duration: number): number[] {
  const step = [5, 10, 15, 30, 60, 120, 300, 600, 1800].find((step) => duration / step <= 8) ?? 3600;
  return Array.from({ length: Math.floor((duration * 0.97) / step) + 1 }, (_, i) => i * step);
}
