// One call, looked back on: the time line, what was said, what held at the cursor, what people note.
import { useSignal, type Signal } from '@preact/signals';
import { memo } from 'preact/compat';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { Side } from '../../gen/attune/v1/call_pb';
import { fill, words } from '../../i18n';
import { SIDES, name } from '../../i18n/names';
import { CallStore, type Line } from '../../state/call';
import { shortcuts } from '../../state/settings';
import { clock } from '../../state/time';
import { Icon } from '../../ui/icons';
import { Link } from '../../ui/top';
import type { ReadingName } from '../agent/keys';
import { Parts } from '../agent/evidence';
import { readingOf } from '../agent/reading';
import { SnapshotTiles } from '../agent/snapshot';
import { textOf } from '../agent/transcript';
import { Told } from '../coach/follow';
import { Compare } from './compare';
import type { History } from './history';
import { Notebook } from './notebook';
import { Comments, Scorecard } from './notes';
import { Player } from './player';
import type { Sound } from './sound';
import { Timeline, moved } from './timeline';

interface Props {
  title: string;
  history: History;
  sound?: Sound | undefined;
  agentFirst?: boolean;
  /** What the notes are kept under. */
  notesKey: string;
}

export function ReviewedCall({ title, history, sound, agentFirst = false, notesKey }: Props) {
  const t = words.value;
  const player = useMemo(() => new Player(Math.max(history.duration, sound?.duration ?? 0), sound?.url), [history, sound]);
  const notebook = useMemo(() => new Notebook(notesKey), [notesKey]);
  const opened = useSignal<ReadingName | undefined>(undefined);
  useEffect(() => () => player.close(), [player]);
  useEffect(() => {
    document.title = `${title} · Attune`;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !shortcuts.peek()) return;
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, button, a, [role=slider]')) {
        if (event.key !== ' ' || !event.target.matches('[role=slider]')) return;
      }
      if (event.key === ' ') player.toggle();
      else {
        const target = moved(event, player, history);
        if (target === undefined || event.key.startsWith('Arrow') || event.key === 'Home' || event.key === 'End') return;
        player.seek(target);
      }
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [player, history, title]);
  return (
    <main class="reviewed">
      <header class="follow-head">
        <Link view="review" class="button quiet icon" label={t.review}>
          <Icon name="back" />
        </Link>
        <h1>{title}</h1>
        <span class="timer num">
          {clock(player.time.value)} <small>/ {clock(player.duration)}</small>
        </span>
        {player.hasSound ? (
          <button type="button" class="button primary" onClick={() => player.toggle()}>
            <Icon name={player.playing.value ? 'pause' : 'play'} /> {player.playing.value ? t.pause : t.play}
          </button>
        ) : (
          <p class="quiet-line">{t.noSound}</p>
        )}
      </header>
      <Timeline history={history} player={player} sound={sound} agentFirst={agentFirst} />
      <p class="quiet-line keys-line">{t.timelineKeys}</p>
      <section class="at-point" aria-label={t.atThisPoint}>
        <AtPoint history={history} player={player} opened={opened} />
      </section>
      <div class="two">
        <Words history={history} player={player} />
        <div class="stack">
          <section class="card-list" aria-labelledby="cards">
            <h2 id="cards" class="eyebrow">
              {t.cards}
            </h2>
            {history.store.cards.value.length === 0 && <p class="quiet-line">{t.noCards}</p>}
            <ol tabIndex={0} aria-labelledby="cards">
              {history.store.cards.value.map((card) => (
                <li key={card.suggestion.suggestionId}>
                  <Told card={card} />
                </li>
              ))}
            </ol>
          </section>
          <Scorecard notebook={notebook} of={{ project: history.store.project.value, language: history.language }} />
          <Comments notebook={notebook} player={player} />
          <p class="quiet-line">{t.keptHere}</p>
        </div>
      </div>
      <Compare history={history} player={player} />
    </main>
  );
}

/** What held at the cursor, and on demand what it was made of. */
function AtPoint({ history, player, opened }: { history: History; player: Player; opened: Signal<ReadingName | undefined> }) {
  const shown = useMemo(() => new CallStore(''), [history]);
  const now = player.time.value;
  const snapshot = history.at(now);
  useEffect(() => {
    shown.snapshot.value = snapshot;
    shown.mood.value = history.mood.filter(({ at }) => at <= now);
  }, [shown, snapshot]);
  const reading = opened.value;
  const { posterior, account } = readingOf(reading ?? 'mood', snapshot);
  return (
    <>
      <SnapshotTiles store={shown} open={(reading) => (opened.value = opened.value === reading ? undefined : reading)} opened={reading} />
      {reading && (
        <div class="panel at-evidence">
          <Parts parts={account?.parts ?? []} column={Math.max(0, posterior.indexOf(Math.max(...posterior)))} />
        </div>
      )}
    </>
  );
}

/** What was said; a line leads to its place. */
function Words({ history, player }: { history: History; player: Player }) {
  const t = words.value;
  const lines = history.store.lines.value;
  const now = player.time.value;
  const current = lines.findLast((line) => line.start <= now + 0.05)?.key;
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const [at, line] = [box.current, box.current?.querySelector<HTMLElement>('[aria-current]')];
    if (!at || !line) return;
    const top = line.offsetTop - at.offsetTop;
    if (top < at.scrollTop || top + line.offsetHeight > at.scrollTop + at.clientHeight) at.scrollTop = top - at.clientHeight / 3;
  }, [current]);
  return (
    <section class="words panel" aria-labelledby="words">
      <h2 id="words" class="eyebrow">
        {t.transcript}
      </h2>
      <div class="lines" ref={box}>
        {lines.map((line) => (
          <Said key={line.key} line={line} current={line.key === current} seek={player} t={t} />
        ))}
      </div>
    </section>
  );
}

const Said = memo(function Said({ line, current, seek, t }: { line: Line; current: boolean; seek: Player; t: typeof words.value }) {
  const look = line.side === Side.CALLER ? 'caller' : 'agent-side';
  const triggered = line.content.kind === 'final' && line.content.triggered;
  return (
    <button type="button" class={`line ${look}${triggered ? ' triggered' : ''}`} {...(current ? { 'aria-current': 'true' as const } : {})} onClick={() => seek.seek(line.start)}>
      <span class="at num">{clock(line.start)}</span>
      <span class="by">{name(SIDES, line.side, t) ?? t.line}</span>
      <span class="text">{textOf(line.content)}</span>
      <span class="hidden">{fill(t.transcriptSeek, clock(line.start))}</span>
    </button>
  );
});
