// What a caller says at a time.
import { Side, type Transcript } from '../../gen/attune/v1/call_pb';
import { seconds } from '../../state/time';
import type { Span } from '../review/history';

export interface CallerTurn extends Span {
  readonly text: string;
}

/** What the caller says until somebody answers is one turn. */
export function turnsOf(lines: readonly Transcript[]): CallerTurn[] {
  const turns: CallerTurn[] = [];
  let answered = true;
  for (const { side, text, startOffset, endOffset } of lines) {
    if (side !== Side.CALLER) answered = true;
    if (side !== Side.CALLER || !text) continue;
    const [last, to] = [turns.at(-1), seconds(endOffset)];
    if (last && !answered) turns[turns.length - 1] = { ...last, to, text: `${last.text} ${text}` };
    else turns.push({ from: seconds(startOffset), to, text });
    answered = false;
  }
  return turns;
}
