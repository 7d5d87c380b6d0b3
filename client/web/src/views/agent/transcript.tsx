// What was said, with the words that led to a card marked. It keeps to the newest line until somebody
// scrolls back.
import { useSignal } from '@preact/signals';
import { memo } from 'preact/compat';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Side } from '../../gen/attune/v1/call_pb';
import { fill, number, words } from '../../i18n';
import { SIDES, name } from '../../i18n/names';
import type { CallStore, Content, Line } from '../../state/call';
import { clock } from '../../state/time';
import { Icon } from '../../ui/icons';
import { Checklist } from './checklist';
import './transcript.css';

export function Transcript({ store }: { store: CallStore }) {
  const t = words.value;
  const lines = store.lines.value;
  const { caller, agent } = store.speaking.value;
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useSignal(true);
  useLayoutEffect(() => {
    if (atEnd.peek() && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  const pointed = store.pointed.value;
  useLayoutEffect(() => {
    const line = box.current?.querySelector('.pointed');
    if (!line) return;
    atEnd.value = false;
    line.scrollIntoView({ block: 'center' });
  }, [pointed]);
  useEffect(() => {
    const at = box.current;
    if (!at) return;
    const follow = new ResizeObserver(() => {
      if (atEnd.peek()) at.scrollTop = at.scrollHeight;
    });
    follow.observe(at);
    return () => follow.disconnect();
  }, []);
  const scrolled = () => {
    const at = box.current;
    if (at) atEnd.value = at.scrollHeight - at.scrollTop - at.clientHeight < 48;
  };
  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
    atEnd.value = true;
  };
  return (
    <section class="transcript panel" aria-label={t.transcript}>
      <header>
        <h2 class="eyebrow">{t.transcript}</h2>
        <span class="about">{store.issues.value.map((issue) => issue.name).join(' · ')}</span>
        <span class="speaking" aria-hidden="true">
          {caller && <b>{t.caller}</b>}
          {agent && <b class="agent-side">{t.agent}</b>}
        </span>
      </header>
      <Checklist store={store} />
      <div class="lines" ref={box} onScroll={scrolled} tabIndex={0} role="log" aria-live="off" aria-label={t.transcript}>
        {lines.length === 0 ? <p class="none-yet">{t.nothingSaid}</p> : lines.map((line) => <LineView key={line.key} line={line} pointed={pointed.includes(line.utteranceId)} language={t} />)}
      </div>
      {!atEnd.value && (
        <button type="button" class="button to-newest" onClick={toEnd}>
          <Icon name="down" /> {t.toNewest}
        </button>
      )}
    </section>
  );
}

/** Drawn again only when the line changes, or the language. */
const LineView = memo(function LineView({ line, pointed, language: t }: { line: Line; pointed: boolean; language: typeof words.value }) {
  const look = line.side === Side.CALLER ? 'caller' : 'agent-side';
  const triggered = line.content.kind === 'final' && line.content.triggered;
  return (
    <p class={`line ${look} ${line.content.kind}${triggered ? ' triggered' : ''}${pointed ? ' pointed' : ''}`}>
      <span class="at num">{clock(line.start)}</span>
      <span class="by">{name(SIDES, line.side, t) ?? t.line}</span>
      <span class="text">
        {textOf(line.content)}
        {triggered && <span class="hidden"> ({t.trigger})</span>}
      </span>
    </p>
  );
});

export function textOf(content: Content) {
  const t = words.value;
  switch (content.kind) {
    case 'final':
      return marked(content.text, content.marks);
    case 'partial':
      return (
        <>
          {content.text.slice(0, content.stable)}
          <i>{content.text.slice(content.stable)} …</i>
        </>
      );
    case 'unintelligible':
      return <em>{t.unintelligible}</em>;
    case 'gap':
      return <em>{fill(t.gap, number(content.seconds, 1))}</em>;
    case 'key':
      return <em>{t.key}</em>;
  }
}

function marked(text: string, marks: readonly (readonly [number, number])[]) {
  if (marks.length === 0) return text;
  const parts = [];
  let done = 0;
  for (const [start, end] of marks) {
    parts.push(text.slice(done, start), <mark key={start}>{text.slice(start, end)}</mark>);
    done = end;
  }
  return [...parts, text.slice(done)];
}
