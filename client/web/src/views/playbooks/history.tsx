// Who changed a playbook, when and what; an older text can be taken again.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { PlaybookVersion } from '../../gen/attune/v1/editor_pb';
import { fill, lang, words } from '../../i18n';
import { Difference } from './difference';
import { editor } from './service';

interface Props {
  file: string;
  /** Of what is saved: there is more history when it changes. */
  etag: string;
  /** Puts an older text into the editor; nothing is saved by it. */
  take: (text: string, version: string) => void;
}

export function History({ file, etag, take }: Props) {
  const t = words.value;
  const [versions, setVersions] = useState<readonly PlaybookVersion[]>([]);
  useEffect(() => {
    // Without it the editor works all the same.
    editor.listPlaybookVersions({ file }).then(({ versions }) => setVersions(versions), () => undefined);
  }, [file, etag]);
  return (
    <section class="panel history" aria-labelledby="history">
      <h2 id="history" class="eyebrow">
        {t.pbHistory}
      </h2>
      {versions.length === 0 && <p class="quiet-line">{t.pbNoHistory}</p>}
      <ol>
        {versions.map((version, i) => (
          <Version key={String(version.number)} file={file} version={version} before={versions[i + 1]?.number} take={take} />
        ))}
      </ol>
    </section>
  );
}

function Version({ file, version, before, take }: { file: string; version: PlaybookVersion; before: bigint | undefined; take: Props['take'] }) {
  const t = words.value;
  const { number, saveTime, savedBy, comment, found } = version;
  const shown = useSignal<{ before: string; after: string } | undefined>(undefined);
  const open = useSignal(false);
  const text = async (number: bigint) => (await editor.getPlaybookVersion({ file, number })).text;
  const show = async () => {
    open.value = !open.value;
    if (before === undefined || shown.value) return;
    const [older, newer] = await Promise.all([text(before), text(number)]);
    shown.value = { before: older, after: newer };
  };
  const label = fill(t.pbChangeOf, String(number));
  return (
    <li>
      <div class="version">
        <span>
          <span>
            <b class="num">{String(number)}</b> {found ? t.pbFound : savedBy || t.pbNobody}
          </span>
          <small class="num">{saveTime && timestampDate(saveTime).toLocaleString(lang.value, { dateStyle: 'medium', timeStyle: 'short' })}</small>
          {comment && <em>{comment}</em>}
        </span>
        {before !== undefined && (
          <button type="button" class="button quiet" aria-label={label} aria-expanded={open.value} onClick={() => void show()}>
            {t.pbChange}
          </button>
        )}
        <button type="button" class="button quiet" aria-label={fill(t.pbTakeNumber, String(number))} onClick={() => void text(number).then((older) => take(older, String(number)))}>
          {t.pbTake}
        </button>
      </div>
      {open.value && shown.value && <Difference {...shown.value} label={label} />}
    </li>
  );
}
