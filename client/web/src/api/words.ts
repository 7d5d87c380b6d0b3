// What was said in a stored call, as it was read.
import type { CallEvent, Transcript } from '../gen/attune/v1/call_pb';
import { calls } from './clients';

/** Every event of a stored call. */
export async function eventsOf(callId: string, signal?: AbortSignal): Promise<CallEvent[]> {
  const events: CallEvent[] = [];
  for (let pageToken = ''; ; ) {
    const page = await calls.listCallEvents({ callId, pageSize: 1000, pageToken }, signal ? { signal } : {});
    events.push(...page.events);
    pageToken = page.nextPageToken;
    if (!pageToken) return events;
  }
}

export function transcripts(events: readonly CallEvent[]): Transcript[] {
  return events.flatMap(({ body }) => (body.case === 'transcript' ? [body.value] : []));
}

export async function linesOf(callId: string): Promise<Transcript[]> {
  return transcripts(await eventsOf(callId));
}
