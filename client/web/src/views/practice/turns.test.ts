import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { Side, TranscriptSchema } from '../../gen/attune/v1/call_pb';
import { turnsOf } from './turns';

const line = (side: Side, from: number, text: string) =>
  create(TranscriptSchema, { side, text, startOffset: { seconds: BigInt(from) }, endOffset: { seconds: BigInt(from + 2) } });

test('what a caller says until somebody answers is one turn, and what nobody understood is none', () => {
  const lines = [
    line(Side.AGENT, 0, 'good morning'),
    line(Side.CALLER, 3, 'my internet is down'),
    line(Side.CALLER, 6, 'for the third time'),
    line(Side.AGENT, 9, 'sorry'),
    line(Side.CALLER, 12, ''),
    line(Side.CALLER, 15, 'and a wrong bill'),
  ];
  expect(turnsOf(lines)).toEqual([
    { from: 3, to: 8, text: 'my internet is down for the third time' },
    { from: 15, to: 17, text: 'and a wrong bill' },
  ]);
  expect(turnsOf([line(Side.AGENT, 0, 'hello')])).toEqual([]);
});
