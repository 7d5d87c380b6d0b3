// The cards of two playbooks in the same call, on one line of time.
import { fill, words } from '../../i18n';
import { evidenceInWords } from '../../i18n/evidence';
import { CLASSES, name } from '../../i18n/names';
import type { Card } from '../../state/call';
import { clock } from '../../state/time';
import { pairs } from './compared';

interface Props {
  /** What the two are called. */
  names: readonly [string, string];
  a: readonly Card[];
  b: readonly Card[];
  seek?: (at: number) => void;
}

export function Comparison({ names, a, b, seek }: Props) {
  const t = words.value;
  const rows = pairs(a, b);
  const differ = rows.filter((row) => !row.a || !row.b).length;
  return (
    <div class="comparison">
      <p class="quiet-line" role="status">
        {rows.length === 0 ? t.cmpNone : differ === 0 ? t.cmpSame : fill(t.cmpDiffer, differ, rows.length)}
      </p>
      {rows.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{t.cmpTime}</th>
              <th scope="col">{names[0]}</th>
              <th scope="col">{names[1]}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ at, a, b }) => (
              <tr key={`${at} ${a?.suggestion.suggestionId} ${b?.suggestion.suggestionId}`} class={a && b ? 'both' : ''}>
                <th scope="row" class="num">
                  {seek ? (
                    <button type="button" class="to-line" aria-label={fill(t.transcriptSeek, clock(at))} onClick={() => seek(at)}>
                      {clock(at)}
                    </button>
                  ) : (
                    clock(at)
                  )}
                </th>
                <Told card={a} />
                <Told card={b} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function Told({ card }: { card: Card | undefined }) {
  const t = words.value;
  if (!card) return <td class="nothing">{t.cmpNothing}</td>;
  const { noteId, suggestionClass, say, evidence } = card.suggestion;
  return (
    <td>
      <small>
        {name(CLASSES, suggestionClass, t) ?? t.checklist} · {noteId}
      </small>
      <p class="said">{say}</p>
      {evidence[0] && <small>{evidenceInWords(evidence[0])}</small>}
    </td>
  );
}
