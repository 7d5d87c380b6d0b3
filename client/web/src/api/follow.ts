// Every event of a call, once and in order, whatever happens to the connection.
import type { CallEvent } from '../gen/attune/v1/call_pb';
import type { Call } from '../gen/attune/v1/call_pb';
import { sleep, waitBefore } from './backoff';
import { calls, said, trouble, watch, type Trouble } from './clients';
import { Position } from './position';

/** How the way to the server is. */
export type Connection =
  | { kind: 'connecting' }
  | { kind: 'open' }
  | { kind: 'lost'; why: string }
  | { kind: 'ended' }
  | { kind: 'refused'; trouble: Trouble; why: string };

export interface Listener {
  /** What the call is, before its events. */
  call(call: Call): void;
  /** The next events, or hints. */
  events(events: CallEvent[]): void;
  /** The server has fewer events than were seen: everything starts again. */
  reset(): void;
  connection(connection: Connection): void;
}

/** The log answers a page at a time; it can be a moment behind the live stream. */
const LOG_DELAY_MS = 100;

type Pause = 'ended' | 'again' | 'closed';

/** Follows one call to its end, through broken connections and restarts of the server. */
export async function follow(callId: string, listener: Listener, signal: AbortSignal): Promise<void> {
  const follower = new Follower(callId, listener, signal);
  for (let attempt = 0; !signal.aborted; ) {
    try {
      const before = follower.position.last;
      const pause = await follower.connection(() => (attempt = 0));
      if (pause === 'ended') return listener.connection({ kind: 'ended' });
      if (pause === 'again') {
        if (follower.position.last === before) await sleep(LOG_DELAY_MS, signal);
        continue;
      }
      listener.connection({ kind: 'lost', why: '' });
    } catch (error) {
      if (signal.aborted) return;
      const kind = trouble(error);
      if (kind === 'ahead') {
        follower.position = new Position();
        listener.reset();
        continue;
      }
      if (kind !== 'passing') {
        return listener.connection({ kind: 'refused', trouble: kind, why: said(error) });
      }
      listener.connection({ kind: 'lost', why: said(error) });
    }
    await sleep(waitBefore(attempt++), signal);
  }
}

class Follower {
  position = new Position();

  constructor(
    private readonly callId: string,
    private readonly listener: Listener,
    private readonly signal: AbortSignal,
  ) {}

  /** The log first, so that nothing said before is missed; then what comes live. */
  async connection(worked: () => void): Promise<Pause> {
    const { callId, listener, signal } = this;
    if (this.position.last === 0n) {
      const pause = await this.log();
      if (pause) return pause;
    }
    const fromStart = this.position.last === 0n;
    const request = { callId, afterSequence: this.position.last, hints: true, wait: true };
    if (!fromStart) listener.connection({ kind: 'open' });
    for await (const { payload } of watch.watchCall(request, { signal })) {
      worked();
      switch (payload.case) {
        case 'event': {
          listener.connection({ kind: 'open' });
          const pause = this.take([payload.value]);
          if (pause) return pause;
          break;
        }
        // The call has started: its log has what this state was made of.
        case 'state':
          if (fromStart) return 'again';
          break;
        // What was skipped is in the log.
        case 'lagged':
          return 'again';
      }
    }
    return 'closed';
  }

  private async log(): Promise<Pause | undefined> {
    const { callId, listener, signal } = this;
    try {
      listener.call(await calls.getCall({ callId }, { signal }));
      for (let pageToken = ''; ; ) {
        const page = await calls.listCallEvents({ callId, pageSize: 500, pageToken }, { signal });
        const pause = this.take(page.events);
        if (pause) return pause;
        pageToken = page.nextPageToken;
        if (!pageToken) return undefined;
      }
    } catch (error) {
      // Not yet: `wait` tells when it begins.
      if (trouble(error) === 'missing') return undefined;
      throw error;
    }
  }

  private take(events: CallEvent[]): Pause | undefined {
    const taken: CallEvent[] = [];
    let hole = false;
    for (const event of events) {
      const verdict = this.position.judge(event.sequence);
      if (verdict === 'take') taken.push(event);
      hole = verdict === 'hole';
      if (hole) break;
    }
    if (taken.length > 0) this.listener.events(taken);
    if (taken.at(-1)?.body.case === 'ended') return 'ended';
    return hole ? 'again' : undefined;
  }
}
