// One playbook: its text with what is wrong on the line, a place to try it, and its history.
import { Code, ConnectError } from '@connectrpc/connect';
import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { sleep } from '../../api/backoff';
import { said } from '../../api/clients';
import type { PlaybookFile, PlaybookProblem } from '../../gen/attune/v1/editor_pb';
import { fill, words } from '../../i18n';
import { Icon } from '../../ui/icons';
import { Link } from '../../ui/top';
import { TextBox } from './box';
import { History } from './history';
import { SaveBar } from './saving';
import { editor, textOf, type Kept } from './service';
import { TryOut } from './tryout';

/** A text is checked when nobody has typed for so long. */
const STILL_MS = 350;

/** What a new file begins with: all that ships in the language of its name. */
function beginning(file: string): string {
  const [, language = 'en'] = /(?:^|\.)([a-z]{2})\.toml$/.exec(file) ?? [];
  return `[playbook]\nname = "Ours"\nextends = "${language}"\n`;
}

export function Editor({ file, editable }: { file: string; editable: boolean }) {
  const t = words.value;
  const text = useSignal('');
  const saved = useSignal<Kept | undefined>(undefined);
  const told = useSignal('');
  const [loaded, setLoaded] = useState<'yes' | { why: string }>();
  useEffect(() => {
    textOf(file).then(
      (got) => {
        saved.value = got;
        text.value = got.text;
        setLoaded('yes');
      },
      (error: unknown) => {
        text.value = beginning(file);
        setLoaded(ConnectError.from(error).code === Code.NotFound && editable ? 'yes' : { why: said(error) });
      },
    );
  }, [file]);
  const dirty = text.value !== saved.value?.text;
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => dirty && editable && event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [dirty]);
  const checked = useChecked(file, text);
  const problems = checked?.problems ?? [];
  const box = useRef<HTMLTextAreaElement>(null);
  const goTo = (line: number) => {
    const at = box.current;
    if (!at) return;
    const lines = text.value.split('\n');
    const start = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0);
    at.focus();
    at.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    at.scrollTop = Math.max(0, (line - 6) * (at.scrollHeight / Math.max(1, lines.length)));
  };
  if (!loaded) return <main />;
  if (loaded !== 'yes') {
    return (
      <main class="message">
        <h1>{t.refused}</h1>
        <p>{loaded.why}</p>
      </main>
    );
  }
  const takeOlder = (older: string, version: string) => {
    text.value = older;
    told.value = fill(t.pbTaken, version);
  };
  return (
    <main class="editing">
      <header class="follow-head">
        <Link view="playbooks" class="button quiet icon" label={t.playbooks}>
          <Icon name="back" />
        </Link>
        <h1>{file}</h1>
        <Verdict checked={checked} />
      </header>
      <section class="text-side" aria-label={t.pbText}>
        <TextBox file={file} text={text} box={box} problems={problems.filter((problem) => problem.file === file)} toldIn="problems" />
        {problems.length > 0 && <Problems file={file} problems={problems} goTo={goTo} />}
        {editable ? <SaveBar file={file} text={text} saved={saved} told={told} dirty={dirty} broken={problems.length > 0} /> : <p class="quiet-line">{t.pbFixed}</p>}
      </section>
      <div class="stack">
        <TryOut file={file} text={text} isNew={!saved.value} goTo={goTo} />
        {editable && <History file={file} etag={saved.value?.etag ?? ''} take={takeOlder} />}
      </div>
    </main>
  );
}

/** What the server says of the text, a moment after the last key. */
function useChecked(file: string, text: Signal<string>): PlaybookFile | undefined {
  const [checked, setChecked] = useState<PlaybookFile>();
  const now = text.value;
  useEffect(() => {
    const abort = new AbortController();
    void (async () => {
      await sleep(STILL_MS, abort.signal);
      if (abort.signal.aborted) return;
      try {
        setChecked((await editor.checkPlaybook({ file, text: now }, { signal: abort.signal })).playbook);
      } catch {
        // It is asked again with the next change.
      }
    })();
    return () => abort.abort();
  }, [file, now]);
  return checked;
}

function Verdict({ checked }: { checked: PlaybookFile | undefined }) {
  const t = words.value;
  return (
    <span role="status">
      {checked && (checked.problems.length > 0 ? <span class="pill broken">{fill(t.pbMistakes, checked.problems.length)}</span> : <span class="pill live">{fill(t.pbFine, checked.notes)}</span>)}
    </span>
  );
}

function Problems({ file, problems, goTo }: { file: string; problems: readonly PlaybookProblem[]; goTo: (line: number) => void }) {
  const t = words.value;
  return (
    <section class="panel problems" aria-labelledby="problems-head">
      <h2 id="problems-head" class="eyebrow">
        {fill(t.pbMistakes, problems.length)}
      </h2>
      <ul id="problems">
        {problems.map((problem) => (
          <li key={`${problem.file} ${problem.line} ${problem.message}`}>
            <button type="button" disabled={problem.file !== file} onClick={() => goTo(problem.line)}>
              <b class="num">
                {problem.file}:{problem.line}
              </b>{' '}
              <span lang="en">{problem.message}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
