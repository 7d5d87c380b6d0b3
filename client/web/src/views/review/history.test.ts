import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { CallEventSchema, Colour, Side, type CallEvent } from '../../gen/attune/v1/call_pb';
import { History, packed } from './history';

const at = (seconds: number) => ({ seconds: BigInt(Math.floor(seconds)), nanos: 0 });
let sequence = 0n;
const event = (seconds: number, body: NonNullable<Parameters<typeof create<typeof CallEventSchema>>[1]>['body']): CallEvent =>
  create(CallEventSchema, { sequence: ++sequence, offset: at(seconds), ...(body ? { body } : {}) });
const read = (seconds: number, colour: Colour, valence: number) =>
  event(seconds, { case: 'snapshot', value: { colour: { colour }, mood: { valence, valenceDeviation: 0.2 } } });

it('tells from when to when a reading held, and what held at a time', () => {
  const history = new History().add([
    event(2, { case: 'transcript', value: { utteranceId: 'u', side: Side.CALLER, text: 'so', startOffset: at(1), endOffset: at(2) } }),
    read(2, Colour.UNSPECIFIED, 0),
    read(5, Colour.RED, -0.2),
    read(7, Colour.RED, -0.4),
    read(9, Colour.BLUE, 0.1),
    event(12, { case: 'ended', value: { summary: { duration: at(14) } } }),
  ]);
  expect(history.lane('colour')).toEqual([
    { from: 5, to: 9, value: Colour.RED },
    { from: 9, to: 14, value: Colour.BLUE },
  ]);
  expect([history.at(1)?.colour, history.at(8)?.colour?.colour, history.at(99)?.colour?.colour]).toEqual([undefined, Colour.RED, Colour.BLUE]);
  expect(history.marks()).toEqual([5, 9]);
  expect([history.duration, history.speech.caller, history.mood.length]).toEqual([14, [{ from: 1, to: 2 }], 4]);
});

it('puts what overlaps into rows', () => {
  const spans = [
    { from: 0, to: 5 },
    { from: 2, to: 4 },
    { from: 4, to: 9 },
    { from: 5, to: 6 },
  ];
  expect(packed(spans).map(({ row }) => row)).toEqual([0, 1, 1, 0]);
});
