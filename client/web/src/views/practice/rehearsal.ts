// A role play: what was said so far goes to the server as one written dialogue, and what a call would
// have made of it comes back. The same words give the same events, so it can be sent anew each time.
import { createClient } from '@connectrpc/connect';
import { signal } from '@preact/signals';
import { said, transport } from '../../api/clients';
import { Side, WithdrawReason, type CallEvent, type CallSummary } from '../../gen/attune/v1/call_pb';
import { Review } from '../../gen/attune/v1/review_pb';
import { CallStore } from '../../state/call';
import type { Caller } from './callers';

const review = createClient(Review, transport);

export interface Turn {
  readonly side: Side;
  readonly text: string;
}

export class Rehearsal {
  readonly turns = signal<readonly Turn[]>([]);
  readonly store = signal(new CallStore(''));
  readonly summary = signal<CallSummary | undefined>(undefined);
  readonly failed = signal<string | undefined>(undefined);
  private asked = 0;

  constructor(readonly caller: Caller) {}

  /** Turns of the caller so far. */
  get heard(): number {
    return this.turns.value.filter(({ side }) => side === Side.CALLER).length;
  }

  get over(): boolean {
    return this.heard >= this.caller.turns.length && this.turns.value.at(-1)?.side === Side.AGENT;
  }

  /** The caller's next words; `undefined` at the end. */
  next(): string | undefined {
    const text = this.caller.turns[this.heard];
    if (text !== undefined) this.add({ side: Side.CALLER, text });
    return text;
  }

  answer(text: string): void {
    this.add({ side: Side.AGENT, text });
  }

  private add(turn: Turn): void {
    this.turns.value = [...this.turns.value, turn];
    void this.read();
  }

  private async read(): Promise<void> {
    const number = ++this.asked;
    try {
      const events: CallEvent[] = [];
      const request = { languageCode: this.caller.language, turns: [...this.turns.value] };
      for await (const { payload } of review.reviewDialogue(request)) {
        if (payload.case === 'event') events.push(payload.value);
      }
      // A later answer has overtaken this one.
      if (number !== this.asked) return;
      const store = new CallStore('');
      store.fold(events.filter((event) => !isEnding(event)));
      this.store.value = store;
      const end = events.at(-1)?.body;
      this.summary.value = end?.case === 'ended' ? end.value.summary : undefined;
      this.failed.value = undefined;
    } catch (error) {
      this.failed.value = said(error);
    }
  }
}

/** The end of what has been sent is not the end of the role play. */
function isEnding({ body }: CallEvent): boolean {
  return body.case === 'ended' || (body.case === 'suggestionWithdrawn' && body.value.reason === WithdrawReason.CALL_ENDED);
}
