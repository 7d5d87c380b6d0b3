// The team's figures of today. Of calls and callers, never of the people who took them.
import type { Call } from '../../gen/attune/v1/call_pb';
import { seconds } from '../../state/time';

export interface Today {
  readonly calls: number;
  readonly meanSeconds: number;
  readonly shown: number;
  readonly used: number;
  /** Calls whose caller was well, and ill, disposed at the end. */
  readonly better: number;
  readonly worse: number;
  readonly alerts: number;
}

/** Nearer to the middle than this is neither. */
const MIDDLE = 0.1;

export function beganToday(call: Call, now: Date): boolean {
  return new Date(Number(call.startTime?.seconds ?? 0n) * 1000).toDateString() === now.toDateString();
}

/** Of ended calls. */
export function today(calls: readonly Call[], now: Date): Today {
  const ours = calls.filter((call) => beganToday(call, now));
  const sum = (of: (call: Call) => number) => ours.reduce((total, call) => total + of(call), 0);
  const valence = (call: Call) => call.snapshot?.mood?.valence ?? 0;
  return {
    calls: ours.length,
    meanSeconds: ours.length > 0 ? sum((call) => seconds(call.duration)) / ours.length : 0,
    shown: sum((call) => call.suggestionsShown),
    used: sum((call) => call.suggestionsUsed),
    better: ours.filter((call) => valence(call) > MIDDLE).length,
    worse: ours.filter((call) => valence(call) < -MIDDLE).length,
    alerts: ours.filter((call) => call.alerts.length > 0).length,
  };
}
