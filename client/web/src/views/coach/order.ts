// Which call needs somebody first.
import { AlertKind, Trend, type Call } from '../../gen/attune/v1/call_pb';

/** Danger of life, then another alert, then a mood that runs away, then one that gets worse. */
export function urgency({ alerts, snapshot }: Call): number {
  if (alerts.some(({ kind }) => kind === AlertKind.SELF_HARM || kind === AlertKind.EMERGENCY)) return 4;
  if (alerts.length > 0) return 3;
  if (snapshot?.mood?.escalating) return 2;
  return snapshot?.mood?.trend === Trend.WORSENING ? 1 : 0;
}

/** The most urgent first; among equals the unhappier caller, then the longer call. */
export function byUrgency(a: Call, b: Call): number {
  const valence = (call: Call) => call.snapshot?.mood?.valence ?? 0;
  const start = (call: Call) => Number(call.startTime?.seconds ?? 0n);
  // Small differences of the mood must not make the rows jump about.
  const mood = Math.round(valence(a) * 4) - Math.round(valence(b) * 4);
  return urgency(b) - urgency(a) || mood || start(a) - start(b) || (a.callId < b.callId ? -1 : 1);
}
