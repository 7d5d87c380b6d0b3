// Who is on the line: four readings, each with how sure it is; a click opens evidence and correction.
import type { ComponentChildren } from 'preact';
import { memo } from 'preact/compat';
import type { Snapshot } from '../../gen/attune/v1/call_pb';
import { fill, signed, words } from '../../i18n';
import { MOODS, TRENDS, name } from '../../i18n/names';
import type { CallStore, MoodPoint } from '../../state/call';
import { Icon, TrendIcon } from '../../ui/icons';
import { Chip, Meter, Sparkline } from '../../ui/parts';
import { READINGS, type Opened, type ReadingName } from './keys';
import { readingOf } from './reading';
import './snapshot.css';

interface Props {
  store: CallStore;
  open: (reading: ReadingName) => void;
  opened: Opened;
}

export function SnapshotTiles({ store, open, opened }: Props) {
  const t = words.value;
  const snapshot = store.snapshot.value;
  return (
    <section class="snapshot" aria-label={t.who}>
      {READINGS.map((reading) => (
        <Tile key={reading} reading={reading} snapshot={snapshot} pressed={opened === reading} open={() => open(reading)}>
          {reading === 'mood' ? <MoodValue snapshot={snapshot} points={store.mood.value} /> : <Value reading={reading} snapshot={snapshot} />}
        </Tile>
      ))}
      {snapshot && snapshot.views.length > 0 && <Views snapshot={snapshot} />}
    </section>
  );
}

interface TileProps {
  reading: ReadingName;
  snapshot: Snapshot | undefined;
  pressed: boolean;
  open: () => void;
  children: ComponentChildren;
}

function Tile({ reading, snapshot, pressed, open, children }: TileProps) {
  const t = words.value;
  const { value, confidence, corrected } = readingOf(reading, snapshot);
  return (
    <button type="button" class={`tile panel ${reading}`} aria-expanded={pressed} onClick={open}>
      <span class="eyebrow">{t[reading]}</span>
      {children}
      {corrected ? (
        <span class="by-hand">
          <Icon name="hand" size={12} /> {t.byHand}
        </span>
      ) : (
        <Meter value={value === undefined ? undefined : confidence} label={t.confidence} />
      )}
      <span class="hidden">{t.openReading}</span>
    </button>
  );
}

function Value({ reading, snapshot }: { reading: ReadingName; snapshot: Snapshot | undefined }) {
  const t = words.value;
  const colour = snapshot?.colour?.colour;
  if (reading === 'colour' && colour) {
    return (
      <span class="value">
        <Chip colour={colour} />
      </span>
    );
  }
  const { value } = readingOf(reading, snapshot);
  return <span class={value ? 'value' : 'value unknown'}>{value ?? t.notEnough}</span>;
}

function MoodValue({ snapshot, points }: { snapshot: Snapshot | undefined; points: readonly MoodPoint[] }) {
  const t = words.value;
  const mood = snapshot?.mood;
  const known = name(MOODS, mood?.mood, t);
  const trend = mood?.escalating ? t.escalating : name(TRENDS, mood?.trend, t);
  return (
    <span class="mood-row">
      <span class={known ? 'value' : 'value unknown'}>
        {known ?? t.notEnough}
        {mood && trend && (
          <span class={mood.escalating ? 'trend escalating' : `trend t${mood.trend}`}>
            <TrendIcon trend={mood.trend} /> {trend}
          </span>
        )}
      </span>
      <MoodCurve points={points} />
    </span>
  );
}

const MoodCurve = memo(function MoodCurve({ points }: { points: readonly MoodPoint[] }) {
  const label = fill(words.value.moodCurve, signed(points[0]?.valence ?? 0), signed(points.at(-1)?.valence ?? 0));
  return <Sparkline points={points} label={label} />;
});

/** The colour in the words of other schools, where the project asks for them. */
function Views({ snapshot }: { snapshot: Snapshot }) {
  const schools: Record<string, string> = { jung: 'Jung', disc: 'DiSC', insights: 'Insights', pcm: 'PCM' };
  return (
    <p class="views" aria-label={words.value.views}>
      {snapshot.views.map(({ view, value }) => (
        <span key={view}>
          {schools[view] ?? view} <strong>{value.replaceAll('_', ' ')}</strong>
        </span>
      ))}
    </p>
  );
}

