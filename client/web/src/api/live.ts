// Every live call, as it begins, changes and ends, through broken connections.
import { CallState, type Call } from '../gen/attune/v1/call_pb';
import { sleep, waitBefore } from './backoff';
import { trouble, watch } from './clients';

export type Way = 'open' | 'denied' | 'lost';

export interface Listener {
  /** How the way to the server is. */
  way(way: Way): void;
  /** All calls again: those not told of from here on have ended. */
  reset(): void;
  /** A call that is live, or has just ended. */
  call(call: Call): void;
}

export async function followAll(listener: Listener, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; !signal.aborted; ) {
    try {
      listener.reset();
      for await (const { payload } of watch.watchCalls({}, { signal })) {
        attempt = 0;
        listener.way('open');
        if (payload.case === 'lagged') listener.reset();
        if (payload.case === 'call') listener.call(payload.value);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (trouble(error) === 'denied') return listener.way('denied');
    }
    listener.way('lost');
    await sleep(waitBefore(attempt++), signal);
  }
}

/** Whether a call is over. */
export function isOver(call: Call): boolean {
  return call.state === CallState.ENDED;
}
