// One watched call: its store, fed by the follower a frame at a time, and what a human does to it.
import { signal, type Signal } from '@preact/signals';
import { calls, said } from '../api/clients';
import { follow, type Connection } from '../api/follow';
import {
  CallState,
  FeedbackKind,
  type CallEvent,
  type CallerType,
  type Colour,
  type Mood,
  type Motive,
} from '../gen/attune/v1/call_pb';
import { CallStore } from './call';
import { announce } from './news';

/** The most events that are folded in one frame, so that a long log does not block the page. */
const EVENTS_A_FRAME = 250;

export interface Correction {
  colour?: Colour;
  motive?: Motive;
  callerType?: CallerType;
  mood?: Mood;
}

export class Session {
  readonly callId: string;
  readonly store: Signal<CallStore>;
  readonly connection = signal<Connection>({ kind: 'connecting' });
  /** The last thing that went wrong with what a human did; in the server's words. */
  readonly failed = signal<string | undefined>(undefined);

  private readonly abort = new AbortController();
  private waiting: CallEvent[] = [];
  private scheduled = false;
  /** When the clock of the store was last set, and to what. */
  private clock = { at: 0, value: -1 };

  constructor(callId: string) {
    this.callId = callId;
    this.store = signal(new CallStore(callId));
    const listener = {
      call: (call: Parameters<CallStore['describe']>[0]) => this.store.value.describe(call),
      events: (events: CallEvent[]) => this.queue(events),
      reset: () => {
        this.waiting = [];
        this.store.value = new CallStore(callId);
      },
      connection: (connection: Connection) => {
        if (connection.kind !== 'open' || this.connection.value.kind !== 'open') this.connection.value = connection;
      },
    };
    void follow(callId, listener, this.abort.signal);
  }

  close(): void {
    this.abort.abort();
    this.waiting = [];
  }

  /** Media time now: that of the newest event, and what has passed since, at most `coast` seconds. */
  now(coast = Infinity): number {
    const { clock, state } = this.store.value;
    if (clock.peek() !== this.clock.value) this.clock = { at: performance.now(), value: clock.peek() };
    const running = state.peek() === CallState.LIVE && this.connection.peek().kind === 'open';
    return this.clock.value + (running ? Math.min(coast, (performance.now() - this.clock.at) / 1000) : 0);
  }

  async correct(correction: Correction): Promise<boolean> {
    return this.tell(() => calls.correctSnapshot({ callId: this.callId, ...correction }));
  }

  async feedback(suggestionId: string, kind: FeedbackKind, reason = ''): Promise<boolean> {
    return this.tell(() => calls.recordFeedback({ callId: this.callId, feedback: { suggestionId, kind, reason } }));
  }

  /** A card from the person at this screen to the agent. */
  async note(text: string): Promise<boolean> {
    return this.tell(() => calls.sendNote({ callId: this.callId, text }));
  }

  private async tell(what: () => Promise<unknown>): Promise<boolean> {
    try {
      await what();
      this.failed.value = undefined;
      return true;
    } catch (error) {
      this.failed.value = said(error);
      return false;
    }
  }

  private queue(events: CallEvent[]): void {
    this.waiting.push(...events);
    if (this.scheduled) return;
    this.scheduled = true;
    const run = () => {
      this.scheduled = false;
      const events = this.waiting.splice(0, EVENTS_A_FRAME);
      this.store.value.fold(events);
      announce(this.callId, events);
      if (this.waiting.length > 0) this.queue([]);
    };
    // A hidden page gets no frames.
    if (document.hidden) setTimeout(run, 200);
    else requestAnimationFrame(run);
  }
}
