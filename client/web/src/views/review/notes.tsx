// The scorecard and the comments of a call.
import { useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { fill, words } from '../../i18n';
import { clock } from '../../state/time';
import { Icon } from '../../ui/icons';
import { editor } from '../playbooks/service';
import { addQuestion, questions, type Notebook, type Score } from './notebook';
import type { Player } from './player';

interface Asked {
  project: string;
  /** Of the call; empty: not known. */
  language: string;
}

/** What the project asks of its calls: in its own playbook, or in that of the default project. */
function useQuestions({ project, language }: Asked): readonly string[] {
  const [found, setFound] = useState<readonly string[]>([]);
  useEffect(() => {
    // Without them there are those that every page has.
    editor.listPlaybooks({}).then(
      ({ playbooks }) => {
        const fitting = playbooks.filter(({ languageCode }) => !language || languageCode === language);
        const own = fitting.find((file) => file.project === project) ?? fitting.find((file) => file.project === '');
        setFound(own?.questions ?? []);
      },
      () => undefined,
    );
  }, [project, language]);
  return found;
}

export function Scorecard({ notebook, of }: { notebook: Notebook; of: Asked }) {
  const t = words.value;
  const project = useQuestions(of);
  const own = useSignal('');
  const asked: [string, string][] = [
    ['q1', t.scoreQ1],
    ['q2', t.scoreQ2],
    ['q3', t.scoreQ3],
    ['q4', t.scoreQ4],
    ...[...new Set([...project, ...questions.value])].map((question): [string, string] => [question, question]),
  ];
  const answers: [Score, string][] = [
    ['yes', t.scoreYes],
    ['no', t.scoreNo],
    ['na', t.scoreNa],
  ];
  const add = (event: Event) => {
    event.preventDefault();
    addQuestion(own.value.trim());
    own.value = '';
  };
  return (
    <section class="scorecard panel" aria-labelledby="scorecard">
      <h2 id="scorecard" class="eyebrow">
        {t.scorecard}
      </h2>
      <ul>
        {asked.map(([key, question]) => (
          <li key={key}>
            <span>{question}</span>
            <span class="switch" role="group" aria-label={question}>
              {answers.map(([score, label]) => (
                <button key={score} type="button" class="button quiet" aria-pressed={notebook.notes.value.scores[key] === score} onClick={() => notebook.score(key, score)}>
                  {label}
                </button>
              ))}
            </span>
          </li>
        ))}
      </ul>
      <form class="one-line" onSubmit={add}>
        <input aria-label={t.scoreAdd} placeholder={t.scoreAdd} maxLength={120} value={own.value} onInput={(event) => (own.value = event.currentTarget.value)} />
        <button type="submit" class="button" disabled={!own.value.trim()}>
          {t.add}
        </button>
      </form>
    </section>
  );
}

export function Comments({ notebook, player }: { notebook: Notebook; player: Player }) {
  const t = words.value;
  const text = useSignal('');
  const now = clock(player.time.value);
  const send = (event: Event) => {
    event.preventDefault();
    if (!text.value.trim()) return;
    notebook.comment({ at: player.time.peek(), text: text.value.trim() });
    text.value = '';
  };
  return (
    <section class="comments panel" aria-labelledby="comments">
      <h2 id="comments" class="eyebrow">
        {t.comments}
      </h2>
      {notebook.notes.value.comments.length === 0 && <p class="quiet-line">{t.noComments}</p>}
      <ul>
        {notebook.notes.value.comments.map((comment) => (
          <li key={`${comment.at} ${comment.text}`}>
            <button type="button" class="at num" aria-label={fill(t.transcriptSeek, clock(comment.at))} onClick={() => player.seek(comment.at)}>
              {clock(comment.at)}
            </button>
            <span>{comment.text}</span>
            <button type="button" class="button quiet icon" aria-label={`${t.remove}: ${comment.text}`} onClick={() => notebook.forget(comment)}>
              <Icon name="cross" size={12} />
            </button>
          </li>
        ))}
      </ul>
      <form class="one-line" onSubmit={send}>
        <input aria-label={fill(t.commentAt, now)} placeholder={fill(t.commentAt, now)} maxLength={500} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
        <button type="submit" class="button" disabled={!text.value.trim()}>
          {t.add}
        </button>
      </form>
    </section>
  );
}
