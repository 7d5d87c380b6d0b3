// Where a follower is in a call's numbered events.

/** What to do with an event: take it, drop it as seen before, or ask again from here. */
export type Verdict = 'take' | 'seen' | 'hole';

export class Position {
  last = 0n;

  /** Judges an event by its number and moves on if it is taken. Hints have no number. */
  judge(sequence: bigint): Verdict {
    if (sequence === 0n) return 'take';
    if (sequence <= this.last) return 'seen';
    if (sequence !== this.last + 1n) return 'hole';
    this.last = sequence;
    return 'take';
  }
}
