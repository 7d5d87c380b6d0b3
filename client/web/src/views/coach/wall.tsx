// Every live call in a row of its own, the most urgent first.
import { signal, useSignal } from '@preact/signals';
import { memo } from 'preact/compat';
import { useEffect, useState } from 'preact/hooks';
import { calls as api } from '../../api/clients';
import { followAll, isOver, type Way } from '../../api/live';
import { CallState, type Alert, type Call } from '../../gen/attune/v1/call_pb';
import { number, percent, signed, words } from '../../i18n';
import { ALERTS, MOODS, TRENDS, TYPES, name } from '../../i18n/names';
import type { MoodPoint } from '../../state/call';
import { clock, seconds } from '../../state/time';
import { Icon, TrendIcon } from '../../ui/icons';
import { Chip, Sparkline, StatePill } from '../../ui/parts';
import { Link, Top } from '../../ui/top';
import { TokenNeeded } from '../token';
import { ToLookAt } from './look';
import { byUrgency, urgency } from './order';
import { beganToday, today } from './today';

/** A live call and what the wall has seen of it. */
interface Seen {
  readonly call: Call;
  /** When it was told, by this page's clock. */
  readonly at: number;
  readonly mood: readonly MoodPoint[];
}

const live = signal<ReadonlyMap<string, Seen>>(new Map());
const ended = signal<readonly Call[]>([]);

/** Points of a small curve. */
const CURVE = 60;

function take(call: Call): void {
  const changed = new Map(live.value);
  if (isOver(call)) {
    changed.delete(call.callId);
    ended.value = [call, ...ended.value];
  } else {
    const before = changed.get(call.callId)?.mood ?? [];
    const valence = call.snapshot?.mood?.valence;
    const at = seconds(call.snapshot?.offset);
    const news = valence !== undefined && at > (before.at(-1)?.at ?? -1);
    changed.set(call.callId, { call, at: performance.now(), mood: news ? [...before, { at, valence }].slice(-CURVE) : before });
  }
  live.value = changed;
}

/** The calls of today that have ended. */
async function listToday(signal: AbortSignal): Promise<void> {
  const found: Call[] = [];
  for (let pageToken = ''; ; ) {
    const page = await api.listCalls({ pageSize: 500, pageToken, state: CallState.ENDED }, { signal });
    found.push(...page.calls);
    pageToken = page.nextPageToken;
    const last = page.calls.at(-1);
    if (!pageToken || !last || !beganToday(last, new Date())) break;
  }
  ended.value = found;
}

export function Wall() {
  const t = words.value;
  const way = useSignal<Way | 'connecting'>('connecting');
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    document.title = `${t.wall} · Attune`;
  }, [t]);
  useEffect(() => {
    const abort = new AbortController();
    const listener = { way: (now: Way) => (way.value = now), reset: () => (live.value = new Map()), call: take };
    void followAll(listener, abort.signal);
    // Without them the figures stay at nothing; that the server does not answer is told above.
    listToday(abort.signal).catch(() => undefined);
    return () => abort.abort();
  }, [attempt]);
  if (way.value === 'denied') return <TokenNeeded retry={() => setAttempt(attempt + 1)} />;
  const rows = [...live.value.values()].sort((a, b) => byUrgency(a.call, b.call));
  const waiting = rows.filter(({ call }) => call.alerts.length > 0).length;
  return (
    <div class="page wall">
      <Top />
      <main>
        <header class="page-head">
          <h1>{t.wall}</h1>
          <p class="lead" role="status">
            {way.value === 'lost' ? t.lost : `${number(rows.length)} ${t.wallLive}${waiting > 0 ? ` · ${number(waiting)} ${t.wallAlerts}` : ''}`}
          </p>
        </header>
        <Figures />
        {rows.length === 0 ? <p class="none panel">{t.noLiveCalls}</p> : <Rows rows={rows} />}
        <ToLookAt />
      </main>
    </div>
  );
}

function Figures() {
  const t = words.value;
  const { calls, meanSeconds, shown, used, better, worse, alerts } = today(ended.value, new Date());
  const tiles: [string, string, string][] = [
    [t.todayCalls, number(calls), calls > 0 ? `${t.todayLength} ${clock(meanSeconds)}` : ''],
    [t.todayUsed, shown > 0 ? percent(used / shown) : '–', `${number(used)} / ${number(shown)}`],
    [t.todayMood, calls > 0 ? `${number(better)} / ${number(worse)}` : '–', t.todayMoodWhat],
    [t.todayAlerts, number(alerts), ''],
  ];
  return (
    <section class="stats" aria-label={t.today}>
      {tiles.map(([term, value, more]) => (
        <div key={term} class="stat panel">
          <span class="eyebrow">{term}</span>
          <strong class="num">{value}</strong>
          <small class="num">{more}</small>
        </div>
      ))}
    </section>
  );
}

function Rows({ rows }: { rows: readonly Seen[] }) {
  const t = words.value;
  return (
    <ul class="rows" aria-label={t.liveCalls}>
      {rows.map((seen) => (
        <li key={seen.call.callId}>
          <Row seen={seen} t={t} />
        </li>
      ))}
    </ul>
  );
}

const LOOKS = ['', '', 'rising', 'alerted', 'danger'];

const Row = memo(function Row({ seen, t }: { seen: Seen; t: typeof words.value }) {
  const { call, mood } = seen;
  const now = call.snapshot?.mood;
  const type = call.snapshot?.callerType;
  const alert = call.alerts.at(-1);
  return (
    <Link view="wall" query={{ call: call.callId }} class={`wall-row panel ${LOOKS[urgency(call)] ?? ''}`}>
      <span class="who">
        <strong>{call.agentId || call.callId}</strong>
        <small>{[call.agentId && call.callId, call.project].filter(Boolean).join(' · ')}</small>
      </span>
      <span class="time">
        <Running seen={seen} />
        {call.state !== CallState.LIVE && <StatePill state={call.state} />}
      </span>
      <span class="cell">
        <Chip colour={call.snapshot?.colour?.colour || undefined} />
      </span>
      <span class="feel">
        <span class={now?.escalating ? 'trend escalating' : `trend t${now?.trend ?? 0}`}>
          {now && <TrendIcon trend={now.trend} />}
          <b>{name(MOODS, now?.mood, t) ?? t.notEnough}</b>
          <span class="hidden">{now && (now.escalating ? t.escalating : name(TRENDS, now.trend, t))}</span>
        </span>
        <Sparkline points={mood} label={`${t.mood} ${signed(now?.valence ?? 0)}`} />
      </span>
      <span class="type">{name(TYPES, type?.callerType, t) ?? <i>{t.notEnough}</i>}</span>
      <span class="notes num" title={t.notesUsed}>
        <Icon name="check" size={14} /> {number(call.suggestionsUsed)} / {number(call.suggestionsShown)}
        <span class="hidden"> {t.notesUsed}</span>
      </span>
      {alert && <AlertCell alert={alert} t={t} />}
      <Icon name="forward" />
    </Link>
  );
});

function AlertCell({ alert, t }: { alert: Alert; t: typeof words.value }) {
  return (
    <span class="alert">
      <Icon name="alert" />
      <strong>{name(ALERTS, alert.kind, t)}</strong>
      <q>{alert.evidence}</q>
    </span>
  );
}

/** How long the call has lasted, going on between what the server tells. */
function Running({ seen: { call, at } }: { seen: Seen }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const since = call.state === CallState.LIVE ? (performance.now() - at) / 1000 : 0;
  return <span class="num">{clock(seconds(call.duration) + since)}</span>;
}
