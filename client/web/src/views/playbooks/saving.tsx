// Saving, and what stands against it: a mistake, another person, another file.
import { Code, ConnectError } from '@connectrpc/connect';
import { useSignal, type Signal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';
import { said } from '../../api/clients';
import { fill, words } from '../../i18n';
import { Difference } from './difference';
import { editor, textOf, type Kept } from './service';

interface Props {
  file: string;
  text: Signal<string>;
  /** What was there when the change began. */
  saved: Signal<Kept | undefined>;
  told: Signal<string>;
  dirty: boolean;
  broken: boolean;
}

export function SaveBar({ file, text, saved, told, dirty, broken }: Props) {
  const t = words.value;
  const comment = useSignal('');
  /** What somebody else has written in the meantime. */
  const theirs = useSignal<Kept | undefined>(undefined);
  const ready = dirty && !broken && !theirs.value;
  const save = async () => {
    try {
      const { text: now, etag } = await editor.savePlaybook({ file, text: text.value, etag: saved.value?.etag ?? '', comment: comment.value.trim() });
      saved.value = { text: now, etag };
      comment.value = '';
      told.value = t.pbSaved;
      const held = await heldUp(file);
      if (held) told.value = fill(t.pbSavedHeld, held);
    } catch (error) {
      if (ConnectError.from(error).code === Code.Aborted) theirs.value = await textOf(file).catch(() => ({ text: '', etag: '' }));
      else told.value = fill(t.notNoted, said(error));
    }
  };
  // Before the next paint: a key pressed right after a change must meet what is shown now.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      if (ready) void save();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  });
  /** Goes on from their text; with `own`, this one is to take its place. */
  const settle = (own: boolean) => {
    saved.value = theirs.value;
    if (!own) text.value = theirs.value?.text ?? '';
    theirs.value = undefined;
    told.value = '';
  };
  return (
    <>
      <form
        class="row save-bar"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <input aria-label={t.pbWhy} placeholder={t.pbWhy} maxLength={200} value={comment.value} onInput={(event) => (comment.value = event.currentTarget.value)} />
        <button type="submit" class="button primary" disabled={!ready} aria-keyshortcuts="Control+S">
          {t.pbSave}
        </button>
        <span class="told-so" role="status">
          {told.value || (dirty ? t.pbUnsaved : '')}
        </span>
      </form>
      {theirs.value && (
        <section class="panel conflict" role="alert" aria-labelledby="conflict">
          <h2 id="conflict">{t.pbConflict}</h2>
          <p>{t.pbConflictHow}</p>
          <Difference before={theirs.value.text} after={text.value} label={t.pbConflictDiff} />
          <div class="row">
            <button type="button" class="button" onClick={() => settle(false)}>
              {t.pbTakeTheirs}
            </button>
            <button type="button" class="button" onClick={() => settle(true)}>
              {t.pbKeepMine}
            </button>
          </div>
        </section>
      )}
      {dirty && !theirs.value && saved.value && (
        <details class="changes">
          <summary>{t.pbChanges}</summary>
          <Difference before={saved.value.text} after={text.value} label={t.pbChanges} />
        </details>
      )}
    </>
  );
}

/** Other files with mistakes: until they are mended the server reads none anew. */
async function heldUp(file: string): Promise<string> {
  const { playbooks } = await editor.listPlaybooks({});
  return playbooks
    .filter((other) => other.file !== file && other.problems.length > 0)
    .map((other) => other.file)
    .join(', ');
}
