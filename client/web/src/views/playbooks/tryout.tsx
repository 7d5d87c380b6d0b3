// What would happen if somebody said this: which notes come, and why the others stay away.
import { useSignal, type Signal } from '@preact/signals';
import { said } from '../../api/clients';
import { Side } from '../../gen/attune/v1/call_pb';
import type { TriedNote, TryPlaybookResponse } from '../../gen/attune/v1/editor_pb';
import { fill, words } from '../../i18n';
import { evidenceInWords } from '../../i18n/evidence';
import { CLASSES, COLOURS, MOODS, MOTIVES, TYPES, name } from '../../i18n/names';
import { OnCall } from './oncall';
import { editor } from './service';

/** Notes that stay away and are told of at once. */
const NEAREST = 6;

/** A line a turn; whoever is not named is the caller. */
export function turnsOf(text: string): { side: Side; text: string }[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, who, what] = /^(agent|caller|anrufer)\s*:\s*(.*)$/i.exec(line) ?? [];
      if (who === undefined) return { side: Side.CALLER, text: line };
      return { side: who.toLowerCase() === 'agent' ? Side.AGENT : Side.CALLER, text: what ?? '' };
    });
}

interface Props {
  file: string;
  text: Signal<string>;
  /** It has never been saved. */
  isNew: boolean;
  goTo: (line: number) => void;
}

export function TryOut({ file, text, isNew, goTo }: Props) {
  const t = words.value;
  const onCall = useSignal(false);
  const ways: [boolean, string][] = [
    [false, t.pbTrySentence],
    [true, t.pbTryRecorded],
  ];
  return (
    <section class="panel tryout" aria-labelledby="tryout">
      <header class="row">
        <h2 id="tryout" class="eyebrow">
          {t.pbTry}
        </h2>
        <span class="switch" role="group" aria-label={t.pbTry}>
          {ways.map(([way, label]) => (
            <button key={label} type="button" class="button quiet" aria-pressed={onCall.value === way} onClick={() => (onCall.value = way)}>
              {label}
            </button>
          ))}
        </span>
      </header>
      {onCall.value ? <OnCall file={file} text={text} isNew={isNew} /> : <OnSentence file={file} text={text} goTo={goTo} />}
    </section>
  );
}

function OnSentence({ file, text, goTo }: Omit<Props, 'isNew'>) {
  const t = words.value;
  const sentence = useSignal('');
  const tried = useSignal<TryPlaybookResponse | undefined>(undefined);
  const failed = useSignal('');
  const all = useSignal(false);
  const run = async (event: Event) => {
    event.preventDefault();
    try {
      tried.value = await editor.tryPlaybook({ file, text: text.value, turns: turnsOf(sentence.value) });
      failed.value = '';
    } catch (error) {
      failed.value = said(error);
    }
  };
  const notes = tried.value?.notes ?? [];
  const [fit, away] = [notes.filter(({ fits }) => fits), notes.filter(({ fits }) => !fits)];
  const shown = all.value ? away : away.slice(0, NEAREST);
  return (
    <>
      <form onSubmit={(event) => void run(event)}>
        <label class="field">
          {t.pbTrySay}
          <textarea rows={2} required value={sentence.value} placeholder={t.pbTryHint} onInput={(event) => (sentence.value = event.currentTarget.value)} />
        </label>
        <button type="submit" class="button" disabled={!sentence.value.trim()}>
          {t.pbTryRun}
        </button>
      </form>
      {failed.value && (
        <p role="alert" class="failed">
          {failed.value}
        </p>
      )}
      {tried.value && (
        <div role="status">
          <p class="quiet-line">{caller(tried.value)}</p>
          <h3>{fit.length > 0 ? t.pbFits : t.pbFitsNone}</h3>
          <ul class="tried">
            {fit.map((note) => (
              <Tried key={note.noteId} note={note} file={file} goTo={goTo} />
            ))}
          </ul>
        </div>
      )}
      {shown.length > 0 && (
        <>
          <h3>{t.pbAway}</h3>
          <ul class="tried away">
            {shown.map((note) => (
              <Tried key={note.noteId} note={note} file={file} goTo={goTo} />
            ))}
          </ul>
          {shown.length < away.length && (
            <button type="button" class="button quiet" onClick={() => (all.value = true)}>
              {fill(t.pbMore, away.length - shown.length)}
            </button>
          )}
        </>
      )}
    </>
  );
}

function Tried({ note, file, goTo }: { note: TriedNote; file: string; goTo: (line: number) => void }) {
  const t = words.value;
  const more = note.missing > 1 ? ` (+${note.missing - 1})` : '';
  return (
    <li>
      <p class="eyebrow">
        {note.file === file ? (
          <button type="button" class="to-line" onClick={() => goTo(note.line)}>
            {note.noteId}
          </button>
        ) : (
          <b>{note.noteId}</b>
        )}{' '}
        {name(CLASSES, note.suggestionClass, t) ?? t.checklist} · {note.priority}
      </p>
      {note.fits ? (
        <>
          <p class="said">{note.say}</p>
          <p class="quiet-line">{note.evidence.map(evidenceInWords).join(' · ')}</p>
        </>
      ) : (
        <p class="quiet-line" lang="en">
          {note.reason}
          {more}
        </p>
      )}
    </li>
  );
}

function caller({ snapshot }: TryPlaybookResponse): string {
  const t = words.value;
  const read: [string, string | undefined][] = [
    [t.mood, name(MOODS, snapshot?.mood?.mood, t)],
    [t.colour, name(COLOURS, snapshot?.colour?.colour, t)],
    [t.motive, name(MOTIVES, snapshot?.motive?.motive, t)],
    [t.callerType, name(TYPES, snapshot?.callerType?.callerType, t)],
  ];
  return `${t.caller}: ${read.map(([what, value]) => `${what} ${value ?? '–'}`).join(', ')}`;
}
