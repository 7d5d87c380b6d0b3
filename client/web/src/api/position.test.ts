import { expect, it } from 'vitest';
import { waitBefore } from './backoff';
import { Position } from './position';

it('takes each event once and in order', () => {
  const position = new Position();
  const verdicts = [1n, 2n, 0n, 2n, 1n, 3n, 5n, 4n, 5n].map((n) => position.judge(n));
  expect(verdicts).toEqual(['take', 'take', 'take', 'seen', 'seen', 'take', 'hole', 'take', 'take']);
  expect(position.last).toBe(5n);
});

it('gives the whole call after any cut and overlap', () => {
  const call = Array.from({ length: 30 }, (_, i) => BigInt(i + 1));
  for (let cut = 0; cut < 30; cut++) {
    for (let back = 0; back <= cut; back++) {
      const position = new Position();
      const arrived = [...call.slice(0, cut), ...call.slice(cut - back)];
      expect(arrived.filter((n) => position.judge(n) === 'take')).toEqual(call);
    }
  }
});

it('waits longer each time, up to ten seconds', () => {
  const waits = [0, 1, 2, 3, 4, 5, 9].map((attempt) => waitBefore(attempt, () => 0.5));
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});
