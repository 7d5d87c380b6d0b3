import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { AlertKind, CallSchema, Trend } from '../../gen/attune/v1/call_pb';
import { byUrgency } from './order';
import { today } from './today';

const call = (callId: string, { kind, ...mood }: { kind?: AlertKind; valence?: number; trend?: Trend; escalating?: boolean } = {}) =>
  create(CallSchema, { callId, alerts: kind ? [{ kind }] : [], snapshot: { mood } });

it('sorts by alert, then by escalation, then by mood', () => {
  const calls = [
    call('calm', { valence: 0.5 }),
    call('sad', { valence: -0.6 }),
    call('worse', { valence: 0.2, trend: Trend.WORSENING }),
    call('note', { kind: AlertKind.NOTE }),
    call('runaway', { escalating: true, trend: Trend.WORSENING }),
    call('danger', { kind: AlertKind.EMERGENCY }),
  ];
  expect(calls.sort(byUrgency).map(({ callId }) => callId)).toEqual(['danger', 'note', 'runaway', 'worse', 'sad', 'calm']);
});

it('adds up the day, with calls of yesterday left out', () => {
  const now = new Date('2026-03-02T12:00:00');
  const at = (text: string) => ({ seconds: BigInt(Date.parse(text) / 1000) });
  const ended = (start: string, seconds: number, shown: number, used: number, valence: number) =>
    create(CallSchema, { startTime: at(start), duration: { seconds: BigInt(seconds) }, suggestionsShown: shown, suggestionsUsed: used, snapshot: { mood: { valence } } });
  const calls = [ended('2026-03-02T11:00:00', 100, 4, 1, 0.5), ended('2026-03-02T09:00:00', 200, 0, 0, -0.3), ended('2026-03-01T23:00:00', 900, 9, 9, 1)];
  expect(today(calls, now)).toMatchObject({ calls: 2, meanSeconds: 150, shown: 4, used: 1, better: 1, worse: 1, alerts: 0 });
});
