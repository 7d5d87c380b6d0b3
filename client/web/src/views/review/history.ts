// A whole call from its events, for looking back: what held when, and for how long.
import { CallerType, Colour, Mood, Motive, Phase, Side, type Alert, type CallEvent, type Snapshot, type Transcript } from '../../gen/attune/v1/call_pb';
import { CallStore } from '../../state/call';
import { seconds } from '../../state/time';

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a reading said for a while; 0 is "not enough yet". */
export interface Stretch extends Span {
  readonly value: number;
}

export interface MoodPoint {
  readonly at: number;
  readonly valence: number;
  /** Standard deviation. */
  readonly deviation: number;
}

export const LANES = ['mood', 'colour', 'motive', 'callerType', 'phase'] as const;
export type Lane = (typeof LANES)[number];

const VALUES: Record<Lane, (snapshot: Snapshot) => Mood | Colour | Motive | CallerType | Phase> = {
  mood: ({ mood }) => mood?.mood ?? 0,
  colour: ({ colour }) => colour?.colour ?? 0,
  motive: ({ motive }) => motive?.motive ?? 0,
  callerType: ({ callerType }) => callerType?.callerType ?? 0,
  phase: ({ phase }) => phase,
};

export class History {
  /** Transcript and cards, folded as they are live. */
  readonly store = new CallStore('');
  readonly mood: MoodPoint[] = [];
  readonly snapshots: { at: number; snapshot: Snapshot }[] = [];
  readonly alerts: { at: number; alert: Alert }[] = [];
  readonly transcripts: Transcript[] = [];
  readonly speech: Record<'caller' | 'agent', Span[]> = { caller: [], agent: [] };
  /** Where utterances end, by id; the store has where they begin. */
  readonly ends = new Map<string, number>();
  /** In seconds. */
  duration = 0;

  add(events: readonly CallEvent[]): this {
    this.store.fold(events);
    for (const { body, offset } of events) {
      const at = seconds(offset);
      this.duration = Math.max(this.duration, at);
      switch (body.case) {
        case 'transcript': {
          const span = { from: seconds(body.value.startOffset), to: seconds(body.value.endOffset) };
          this.transcripts.push(body.value);
          this.ends.set(body.value.utteranceId, span.to);
          if (body.value.side === Side.CALLER) this.speech.caller.push(span);
          else this.speech.agent.push(span);
          break;
        }
        case 'snapshot': {
          const { mood } = body.value;
          this.snapshots.push({ at, snapshot: body.value });
          if (mood) this.mood.push({ at, valence: mood.valence, deviation: mood.valenceDeviation });
          break;
        }
        case 'alert':
          this.alerts.push({ at, alert: body.value });
          break;
        case 'ended':
          this.duration = Math.max(this.duration, seconds(body.value.summary?.duration));
          break;
      }
    }
    return this;
  }

  /** "en" or "de"; empty if it is not known. */
  get language(): string {
    return this.store.language.value.slice(0, 2);
  }

  /** What a reading said from when to when; neighbours that say the same are one. */
  lane(lane: Lane): Stretch[] {
    const stretches: Stretch[] = [];
    for (const { at, snapshot } of this.snapshots) {
      const value = VALUES[lane](snapshot);
      const last = stretches.at(-1);
      if (last?.value === value) continue;
      if (last) stretches[stretches.length - 1] = { ...last, to: at };
      stretches.push({ from: at, to: this.duration, value });
    }
    return stretches.filter(({ value }) => value !== 0);
  }

  /** The reading that held at a time. */
  at(time: number): Snapshot | undefined {
    return this.snapshots.findLast(({ at }) => at <= time)?.snapshot;
  }

  /** The times to jump to: cards, alerts, changes of mood and colour. */
  marks(): number[] {
    const changes = (['mood', 'colour', 'callerType'] as const).flatMap((lane) => this.lane(lane).map(({ from }) => from));
    const times = [...changes, ...this.store.cards.value.map(({ shown }) => shown), ...this.alerts.map(({ at }) => at)];
    return [...new Set(times.map((time) => Math.round(time * 10) / 10))].sort((a, b) => a - b);
  }
}

/** Rows for spans that overlap, the first that is free for each. */
export function packed<S extends Span>(spans: readonly S[]): { row: number; span: S }[] {
  const until: number[] = [];
  return spans.map((span) => {
    const free = until.findIndex((to) => to <= span.from);
    const row = free < 0 ? until.length : free;
    until[row] = span.to;
    return { row, span };
  });
}
