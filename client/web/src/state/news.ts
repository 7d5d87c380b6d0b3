// What happens in a call, told to whoever embeds the page, as DOM events on the window. What was
// said in the call is not in them.
import type { CallEvent } from '../gen/attune/v1/call_pb';

/** The name of the DOM event. */
export const NEWS = 'attune-event';

export interface News {
  readonly callId: string;
  /** As in the API: `snapshot`, `suggestion`, `ended` … */
  readonly kind: string;
  readonly sequence: number;
  /** Of cards: which. */
  readonly suggestionId?: string;
}

export function announce(callId: string, events: readonly CallEvent[]): void {
  for (const { sequence, body } of events) {
    if (sequence === 0n || body.case === undefined) continue;
    const card = 'suggestionId' in body.value ? { suggestionId: body.value.suggestionId } : {};
    const detail: News = { callId, kind: body.case, sequence: Number(sequence), ...card };
    window.dispatchEvent(new CustomEvent<News>(NEWS, { detail }));
  }
}
