// Quality's place: a stored call, or recordings that are dropped here.
import { useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { calls as api, said, trouble } from '../../api/clients';
import { eventsOf } from '../../api/words';
import { CallState, type Call } from '../../gen/attune/v1/call_pb';
import { fill, words } from '../../i18n';
import { route } from '../../router';
import { clock, seconds } from '../../state/time';
import { Icon } from '../../ui/icons';
import { Chip, StatePill } from '../../ui/parts';
import { Link, Top } from '../../ui/top';
import { TokenNeeded } from '../token';
import { ReviewedCall } from './call';
import { drop, dropped, isRecording, recordings, remove, type Dropped } from './files';
import { History } from './history';
import '../coach/coach.css';
import './review.css';

export default function ReviewView() {
  const { query } = route.value;
  const [call, file] = [query.get('call'), query.get('file')];
  const found = dropped.value.find(({ id }) => id === file);
  return (
    <div class="page review">
      <Top />
      {call ? <StoredCall key={call} callId={call} /> : found?.stage.kind === 'read' ? <Recording key={found.id} item={found} history={found.stage.history} /> : <Desk />}
    </div>
  );
}

function Recording({ item, history }: { item: Dropped; history: History }) {
  return <ReviewedCall title={item.name} history={history} sound={item.sound} agentFirst={item.wishes.agentFirst} notesKey={`file ${item.name} ${Math.round(history.duration)}`} />;
}

type Loaded = { history: History } | { denied: true } | { why: string };

async function load(callId: string, signal: AbortSignal): Promise<Loaded> {
  try {
    return { history: new History().add(await eventsOf(callId, signal)) };
  } catch (error) {
    return trouble(error) === 'denied' ? { denied: true } : { why: said(error) };
  }
}

function StoredCall({ callId }: { callId: string }) {
  const t = words.value;
  const [loaded, setLoaded] = useState<Loaded>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    void load(callId, abort.signal).then((loaded) => !abort.signal.aborted && setLoaded(loaded));
    return () => abort.abort();
  }, [callId, attempt]);
  if (!loaded) return <p class="quiet-line centred">{t.readingFile}</p>;
  if ('denied' in loaded) return <TokenNeeded retry={() => setAttempt(attempt + 1)} />;
  if ('why' in loaded) {
    return (
      <main class="message">
        <h1>{t.refused}</h1>
        <p>{loaded.why}</p>
      </main>
    );
  }
  return <ReviewedCall title={fill(t.call, callId)} history={loaded.history} notesKey={`call ${callId}`} />;
}

function Desk() {
  const t = words.value;
  useEffect(() => {
    document.title = `${t.review} · Attune`;
  }, [t]);
  return (
    <main>
      <header class="page-head">
        <h1>{t.review}</h1>
        <p class="lead">{t.reviewLead}</p>
      </header>
      <DropPlace />
      {dropped.value.length > 0 && (
        <section aria-labelledby="recordings">
          <h2 id="recordings" class="eyebrow">
            {t.recordings}
          </h2>
          <ul class="calls panel">
            {dropped.value.map((item) => (
              <FileRow key={item.id} item={item} />
            ))}
          </ul>
        </section>
      )}
      <Stored />
    </main>
  );
}

function DropPlace() {
  const t = words.value;
  const over = useSignal(false);
  const agentFirst = useSignal(false);
  const language = useSignal('');
  const take = (files: Iterable<File>) => drop(files, { agentFirst: agentFirst.value, language: language.value });
  const dropHere = (event: DragEvent) => {
    event.preventDefault();
    over.value = false;
    if (event.dataTransfer) void recordings(event.dataTransfer).then(take);
  };
  const dragged = (event: DragEvent) => {
    event.preventDefault();
    over.value = true;
  };
  return (
    <section class={over.value ? 'drop over' : 'drop'} aria-label={t.dropHere} onDragOver={dragged} onDragLeave={() => (over.value = false)} onDrop={dropHere}>
      <p class="drop-head">
        <Icon name="upload" size={28} />
        <strong>{t.dropHere}</strong>
      </p>
      <div class="row">
        <label class="drop-label">
          {t.dropOr}
          <input
            type="file"
            class="hidden"
            accept=".wav,audio/wav,audio/x-wav"
            multiple
            onChange={(event) => {
              take(event.currentTarget.files ?? []);
              event.currentTarget.value = '';
            }}
          />
        </label>
        <label class="drop-label">
          {t.dropFolder}
          <input
            type="file"
            class="hidden"
            ref={(input) => void input?.setAttribute('webkitdirectory', '')}
            onChange={(event) => {
              take([...(event.currentTarget.files ?? [])].filter(isRecording));
              event.currentTarget.value = '';
            }}
          />
        </label>
      </div>
      <p class="quiet-line">{t.dropNote}</p>
      <div class="row wishes">
        <label class="field">
          {t.channels}
          <select value={agentFirst.value ? 'agent' : 'caller'} onChange={(event) => (agentFirst.value = event.currentTarget.value === 'agent')}>
            <option value="caller">{t.callerFirst}</option>
            <option value="agent">{t.agentFirst}</option>
          </select>
        </label>
        <label class="field">
          {t.spoken}
          <select value={language.value} onChange={(event) => (language.value = event.currentTarget.value)}>
            <option value="">{t.spokenDefault}</option>
            <option value="en">English</option>
            <option value="de">Deutsch</option>
            <option value="detect">{t.spokenDetect}</option>
          </select>
        </label>
      </div>
    </section>
  );
}

function FileRow({ item }: { item: Dropped }) {
  const t = words.value;
  const { stage, sound } = item;
  const whole = sound?.duration ?? 0;
  const name = <strong>{item.name}</strong>;
  return (
    <li class="file-row">
      {stage.kind === 'read' ? (
        <Link view="review" query={{ file: item.id }}>
          {name}
          <span class="num length">{clock(stage.history.duration)}</span>
          <span class="pill">{t.readDone}</span>
          <Icon name="forward" />
        </Link>
      ) : (
        <div class="waiting">
          {name}
          <span class={stage.kind === 'failed' ? 'num failed' : 'num'} role="status">
            {stage.kind === 'waiting' && t.waitingTurn}
            {stage.kind === 'failed' && stage.why}
            {stage.kind === 'reading' && (whole > 0 ? fill(t.readTo, clock(stage.done), clock(whole)) : t.readingFile)}
          </span>
          {stage.kind === 'reading' && <progress max={Math.max(1, whole)} value={stage.done} aria-label={item.name} />}
        </div>
      )}
      <button type="button" class="button quiet icon" aria-label={`${t.remove}: ${item.name}`} onClick={() => remove(item.id)}>
        <Icon name="cross" size={12} />
      </button>
    </li>
  );
}

function Stored() {
  const t = words.value;
  const [stored, setStored] = useState<readonly Call[] | 'denied'>([]);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    api.listCalls({ pageSize: 50, state: CallState.ENDED }, { signal: abort.signal }).then(
      ({ calls }) => setStored(calls),
      (error: unknown) => trouble(error) === 'denied' && setStored('denied'),
    );
    return () => abort.abort();
  }, [attempt]);
  if (stored === 'denied') return <TokenNeeded retry={() => setAttempt(attempt + 1)} />;
  return (
    <section aria-labelledby="stored">
      <h2 id="stored" class="eyebrow">
        {t.pastCalls}
      </h2>
      {stored.length === 0 ? (
        <p class="none panel">{t.noPastCalls}</p>
      ) : (
        <ul class="calls panel">
          {stored.map((call) => (
            <li key={call.callId}>
              <Link view="review" query={{ call: call.callId }}>
                <StatePill state={call.state} />
                <strong>{call.callId}</strong>
                <span class="num length">{clock(seconds(call.duration))}</span>
                <Chip colour={call.snapshot?.colour?.colour || undefined} />
                <Icon name="forward" />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
