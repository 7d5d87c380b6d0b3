// Where the text is written: numbers of lines beside it, and what is wrong with a line on that line.
import type { Signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import type { PlaybookProblem } from '../../gen/attune/v1/editor_pb';

interface Props {
  file: string;
  text: Signal<string>;
  box: { current: HTMLTextAreaElement | null };
  /** Of this file. */
  problems: readonly PlaybookProblem[];
  /** The part that lists them in words, for those who hear the page. */
  toldIn: string;
}

export function TextBox({ file, text, box, problems, toldIn }: Props) {
  const gutter = useRef<HTMLPreElement>(null);
  const marks = useRef<HTMLPreElement>(null);
  const lines = text.value.split('\n');
  const wrong = new Map(problems.map(({ line, message }) => [line, message]));
  const follow = ({ currentTarget }: Event) => {
    const { scrollTop, scrollLeft } = currentTarget as HTMLElement;
    if (gutter.current) gutter.current.scrollTop = scrollTop;
    if (marks.current) marks.current.style.transform = `translate(${-scrollLeft}px, ${-scrollTop}px)`;
  };
  return (
    <div class="text-box panel">
      <pre class="gutter num" ref={gutter} aria-hidden="true">
        {inRuns(
          lines.length,
          wrong,
          (i) => `${i + 1}\n`,
          (i) => (
            <span key={i} class="wrong">{`${i + 1}\n`}</span>
          ),
        )}
      </pre>
      <div class="under">
        <div class="marks-window" aria-hidden="true">
          <pre class="marks" ref={marks}>
            {inRuns(
              lines.length,
              wrong,
              () => '\n',
              (i, message) => (
                <span key={i} class="wrong">
                  <u>{lines[i] || ' '}</u>
                  <b>{message}</b>
                  {'\n'}
                </span>
              ),
            )}
          </pre>
        </div>
        <textarea
          ref={box}
          aria-label={file}
          aria-invalid={wrong.size > 0}
          {...(wrong.size > 0 ? { 'aria-describedby': toldIn } : {})}
          spellcheck={false}
          autocomplete="off"
          wrap="off"
          value={text.value}
          onScroll={follow}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
      </div>
    </div>
  );
}

/** Lines in order, all between two wrong ones as one text: a file has thousands of them, and few are wrong. */
function inRuns(count: number, wrong: ReadonlyMap<number, string>, plain: (i: number) => string, marked: (i: number, message: string) => VNode): (string | VNode)[] {
  const runs: (string | VNode)[] = [''];
  for (let i = 0; i < count; i++) {
    const message = wrong.get(i + 1);
    if (message !== undefined) runs.push(marked(i, message), '');
    else runs[runs.length - 1] += plain(i);
  }
  return runs;
}
