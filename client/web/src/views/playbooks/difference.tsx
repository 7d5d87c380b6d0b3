// Two texts, line by line: what went, what came, and a little of what stands around it.
import { structuredPatch } from 'diff';
import { useMemo } from 'preact/hooks';
import { words } from '../../i18n';

/** Lines around a change that stayed as they were. */
const AROUND = 2;

interface Row {
  readonly kind: 'same' | 'gone' | 'new';
  /** In the newer text; of a line that went, in the older one. */
  readonly line: number;
  readonly text: string;
}

const KINDS: Record<string, Row['kind']> = { '-': 'gone', '+': 'new', ' ': 'same' };

/** The places at which the texts differ. */
export function hunks(before: string, after: string): Row[][] {
  return structuredPatch('', '', before, after, '', '', { context: AROUND }).hunks.map(({ oldStart, newStart, lines }) => {
    let [older, newer] = [oldStart, newStart];
    return lines.flatMap((line) => {
      // The last one says that a text ends without a line break.
      const kind = KINDS[line[0] ?? ''];
      if (!kind) return [];
      const row = { kind, line: kind === 'gone' ? older : newer, text: line.slice(1) };
      if (kind !== 'new') older++;
      if (kind !== 'gone') newer++;
      return [row];
    });
  });
}

export function Difference({ before, after, label }: { before: string; after: string; label: string }) {
  const t = words.value;
  const places = useMemo(() => hunks(before, after), [before, after]);
  const said: Record<Row['kind'], string> = { same: '', gone: t.pbGone, new: t.pbCame };
  if (places.length === 0) return <p class="quiet-line">{t.pbSame}</p>;
  return (
    <div class="difference" role="region" aria-label={label} tabIndex={0}>
      {places.map((rows) => (
        <ol key={`${rows[0]?.line} ${rows[0]?.text}`}>
          {rows.map(({ kind, line, text }) => (
            <li key={`${kind} ${line}`} class={kind}>
              <span class="num" aria-hidden="true">
                {line}
              </span>
              <span class="sign">
                <span aria-hidden="true">{kind === 'gone' ? '−' : kind === 'new' ? '+' : ''}</span>
                <span class="hidden">{said[kind]}</span>
              </span>
              <code>{text}</code>
            </li>
          ))}
        </ol>
      ))}
    </div>
  );
}
