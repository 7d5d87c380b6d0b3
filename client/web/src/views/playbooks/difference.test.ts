import { expect, test } from 'vitest';
import { hunks } from './difference';

test('what went and what came, with the numbers of their lines', () => {
  const before = 'a\nb\nc\nd\ne\nf\ng\nh\n';
  const after = 'a\nb\nc\nD\ne\nf\ng\nh\ni\n';
  const told = hunks(before, after).map((rows) => rows.map(({ kind, line, text }) => `${kind} ${line} ${text}`));
  expect(told).toEqual([['same 2 b', 'same 3 c', 'gone 4 d', 'new 4 D', 'same 5 e', 'same 6 f', 'same 7 g', 'same 8 h', 'new 9 i']]);
});

test('the same text differs nowhere, and a missing line break at the end is no line', () => {
  expect(hunks('a\n', 'a\n')).toEqual([]);
  expect(hunks('a\n', 'a').flat().map(({ kind, text }) => kind + text)).toEqual(['gonea', 'newa']);
});
