// What two playbooks bring in the same call, side by side.
import type { Card } from '../../state/call';

export interface Pair {
  /** Media time in seconds. */
  readonly at: number;
  readonly a?: Card;
  readonly b?: Card;
}

/** A note that comes so many seconds sooner or later is the same note at another time. */
const SAME = 20;

/** The cards of both in order of time, the same note of both in one row. */
export function pairs(a: readonly Card[], b: readonly Card[]): Pair[] {
  const open = [...a];
  const matched = b.map((card): Pair => {
    const i = open.findIndex((other) => other.suggestion.noteId === card.suggestion.noteId && Math.abs(other.shown - card.shown) <= SAME);
    const [other] = i < 0 ? [] : open.splice(i, 1);
    return other ? { at: Math.min(other.shown, card.shown), a: other, b: card } : { at: card.shown, b: card };
  });
  return [...matched, ...open.map((card): Pair => ({ at: card.shown, a: card }))].sort((x, y) => x.at - y.at);
}
