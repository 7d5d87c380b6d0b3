// What the page knows of one call: its events folded into signals. No network and no clock here.
import { batch, computed, signal } from '@preact/signals';
import {
  CallState,
  FeedbackKind,
  Side,
  SpeechActivity_SpeechEventType as SpeechEvent,
  WithdrawReason,
  type Alert,
  type Call,
  type CallEnded,
  type CallEvent,
  type PartialTranscript,
  type Snapshot,
  type Suggestion,
  type Transcript,
} from '../gen/attune/v1/call_pb';
import type { CallFacts, ChecklistStep, IssueRaised } from '../gen/attune/v1/guidance_pb';
import { find, merge, type Span } from './marks';
import { seconds } from './time';

/** How many cards are on the screen at once. */
export const PLACES = 3;
/** How long the place of a card that went says why, in seconds. */
export const FAREWELL = 5;
/** How many of the last utterances evidence may quote. */
const QUOTED_FROM = 16;

export interface Card {
  readonly suggestion: Suggestion;
  /** Media time in seconds, as all times here. */
  readonly shown: number;
  readonly expires: number;
  readonly verdict?: 'used' | 'dismissed';
  readonly gone?: { readonly at: number; readonly reason: WithdrawReason; readonly detail: string };
}

export type Content =
  | { readonly kind: 'final'; readonly text: string; readonly marks: readonly Span[]; readonly triggered: boolean }
  | { readonly kind: 'partial'; readonly text: string; readonly stable: number }
  | { readonly kind: 'unintelligible' }
  | { readonly kind: 'gap'; readonly seconds: number }
  | { readonly kind: 'key' };

export interface Line {
  readonly key: string;
  /** Empty for gaps and keys. */
  readonly utteranceId: string;
  readonly side: Side;
  readonly start: number;
  readonly content: Content;
}

export interface MoodPoint {
  readonly at: number;
  readonly valence: number;
}

export class CallStore {
  readonly callId: string;
  readonly state = signal(CallState.UNSPECIFIED);
  readonly language = signal('');
  readonly agentId = signal('');
  readonly project = signal('');
  /** Media time of the newest event or hint. */
  readonly clock = signal(0);
  /** Number of the last event. */
  readonly sequence = signal(0n);
  readonly alert = signal<Alert | undefined>(undefined);
  readonly snapshot = signal<Snapshot | undefined>(undefined);
  readonly mood = signal<readonly MoodPoint[]>([]);
  /** Every card of the call, in order of appearance. */
  readonly cards = signal<readonly Card[]>([]);
  /** Which card stands in which place; a card keeps its place for life. */
  readonly places = signal<readonly (string | undefined)[]>(Array(PLACES).fill(undefined));
  readonly lines = signal<readonly Line[]>([]);
  readonly speaking = signal<{ readonly caller: boolean; readonly agent: boolean }>({ caller: false, agent: false });
  /** The steps that the call should take, as far as the playbook has any. */
  readonly steps = signal<readonly ChecklistStep[]>([]);
  /** What the caller called about, in order. */
  readonly issues = signal<readonly IssueRaised[]>([]);
  /** What was known of the caller before. */
  readonly facts = signal<CallFacts | undefined>(undefined);
  /** No advice is shown, so that its effect can be measured. */
  readonly heldOut = signal(false);
  readonly end = signal<CallEnded | undefined>(undefined);
  /** Utterances that somebody wants to see. */
  readonly pointed = signal<readonly string[]>([]);
  /** What stands in each place. */
  readonly board = computed(() => this.places.value.map((id) => this.cards.value.find((card) => card.suggestion.suggestionId === id)));

  private keys = 0;

  constructor(callId: string) {
    this.callId = callId;
  }

  /** What the server says of the call as a whole. */
  describe(call: Call): void {
    batch(() => {
      this.language.value = call.languageCode;
      this.agentId.value = call.agentId;
      this.project.value = call.project;
      this.facts.value = call.facts;
      this.heldOut.value = call.heldOut;
      if (this.state.value !== CallState.ENDED) this.state.value = call.state;
      this.clock.value = Math.max(this.clock.value, seconds(call.duration));
    });
  }

  /** Takes events and hints. Events come in order and once; the follower sees to that. */
  fold(events: readonly CallEvent[]): void {
    batch(() => {
      for (const event of events) this.take(event);
    });
  }

  private take(event: CallEvent): void {
    const at = seconds(event.offset);
    this.clock.value = Math.max(this.clock.value, at);
    if (event.sequence > 0n) this.sequence.value = event.sequence;
    const { body } = event;
    switch (body.case) {
      case 'started':
        this.state.value = CallState.LIVE;
        this.language.value = body.value.languageCode;
        this.agentId.value = body.value.agentId;
        this.project.value = body.value.project;
        this.facts.value = body.value.facts;
        this.heldOut.value = body.value.guidance?.heldOut ?? false;
        break;
      case 'languageChanged':
        this.language.value = body.value.languageCode;
        break;
      case 'transcript':
        this.final(body.value);
        break;
      case 'partial':
        this.partial(body.value);
        break;
      case 'gap': {
        const start = seconds(body.value.startOffset);
        this.aside(body.value.side, start, { kind: 'gap', seconds: seconds(body.value.endOffset) - start });
        break;
      }
      case 'dtmf':
        this.aside(body.value.side, at, { kind: 'key' });
        break;
      case 'speechActivity':
        this.speaks(body.value.side, body.value.speechEventType === SpeechEvent.SPEECH_ACTIVITY_BEGIN);
        break;
      case 'checklist':
        this.steps.value = body.value.steps;
        break;
      case 'issueRaised':
        this.issues.value = [...this.issues.value, body.value];
        break;
      case 'alert':
        this.alert.value = body.value;
        break;
      case 'snapshot':
        this.snapshot.value = body.value;
        if (body.value.mood) this.mood.value = [...this.mood.value, { at, valence: body.value.mood.valence }];
        break;
      case 'suggestion':
        this.show(at, body.value);
        break;
      case 'suggestionWithdrawn': {
        const { suggestionId, reason, detail } = body.value;
        this.change(suggestionId, (card) => ({ ...card, ...verdictOf(reason), gone: { at, reason, detail } }));
        break;
      }
      case 'feedback': {
        const { suggestionId, kind } = body.value;
        if (kind === FeedbackKind.USED) this.change(suggestionId, (card) => ({ ...card, verdict: 'used' }));
        if (kind === FeedbackKind.DISMISSED) this.change(suggestionId, (card) => ({ ...card, verdict: 'dismissed' }));
        break;
      }
      case 'ended':
        this.state.value = CallState.ENDED;
        this.speaking.value = { caller: false, agent: false };
        this.lines.value = this.lines.value.filter((line) => line.content.kind !== 'partial');
        this.end.value = body.value;
        break;
    }
  }

  private final(said: Transcript): void {
    const content: Content = said.unintelligible
      ? { kind: 'unintelligible' }
      : { kind: 'final', text: said.text, marks: [], triggered: false };
    this.say(said.utteranceId, said.side, seconds(said.startOffset), content);
  }

  private partial(part: PartialTranscript): void {
    const stable = part.text.startsWith(part.stableText) ? part.stableText.length : 0;
    this.say(part.utteranceId, part.side, seconds(part.startOffset), { kind: 'partial', text: part.text, stable });
  }

  private say(utteranceId: string, side: Side, start: number, content: Content): void {
    const partial = content.kind === 'partial';
    const known = this.lines.value.find((line) => line.utteranceId === utteranceId);
    // A late hint must not undo what is final.
    if (partial && known && known.content.kind !== 'partial') return;
    const stays = (line: Line) =>
      line.utteranceId !== utteranceId &&
      // Partials of an utterance that was dropped or renamed do not outlive the next final.
      (partial || line.side !== side || line.content.kind !== 'partial' || line.start > start);
    const line = { key: utteranceId, utteranceId, side, start, content };
    this.lines.value = inserted(this.lines.value.filter(stays), line);
  }

  private aside(side: Side, start: number, content: Content): void {
    const line = { key: `aside ${this.keys++}`, utteranceId: '', side, start, content };
    this.lines.value = inserted(this.lines.value, line);
  }

  private speaks(side: Side, speaks: boolean): void {
    if (side === Side.CALLER) this.speaking.value = { ...this.speaking.value, caller: speaks };
    if (side === Side.AGENT) this.speaking.value = { ...this.speaking.value, agent: speaks };
  }

  private show(at: number, suggestion: Suggestion): void {
    this.lines.value = marked(this.lines.value, suggestion);
    const place = freePlace(this.board.value, at);
    this.cards.value = [...this.cards.value, { suggestion, shown: at, expires: seconds(suggestion.expireOffset) }];
    this.places.value = this.places.value.map((id, i) => (i === place ? suggestion.suggestionId : id));
  }

  private change(id: string, change: (card: Card) => Card): void {
    this.cards.value = this.cards.value.map((card) => (card.suggestion.suggestionId === id ? change(card) : card));
  }
}

/** Whether the card is there to be used or dismissed. */
export function isOpen(card: Card | undefined): card is Card {
  return card !== undefined && card.gone === undefined;
}

function verdictOf(reason: WithdrawReason): Pick<Card, 'verdict'> {
  if (reason === WithdrawReason.USED) return { verdict: 'used' };
  return reason === WithdrawReason.DISMISSED ? { verdict: 'dismissed' } : {};
}

function inserted(lines: readonly Line[], line: Line): Line[] {
  let place = lines.length;
  while (place > 0 && (lines[place - 1]?.start ?? 0) > line.start) place--;
  return lines.toSpliced(place, 0, line);
}

/** An empty place, else the one whose card went away first, else (the server keeps to three, so this
 *  is its mistake) the one of the least important card. */
function freePlace(board: readonly (Card | undefined)[], now: number): number {
  const rank = (card: Card | undefined): [number, number] => {
    if (!card || (card.gone && now >= card.gone.at + FAREWELL)) return [0, 0];
    return card.gone ? [1, card.gone.at] : [2, card.suggestion.priority];
  };
  const ranked = board.map((card, place) => ({ place, rank: rank(card) }));
  ranked.sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1]);
  return ranked[0]?.place ?? 0;
}

/** Marks the utterance that triggered a card, and the words that its evidence quotes, which may have
 *  been said a little earlier. */
function marked(lines: readonly Line[], suggestion: Suggestion): readonly Line[] {
  const changed = new Map<string, { marks: Span[]; triggered: boolean }>();
  if (suggestion.utteranceId) changed.set(suggestion.utteranceId, { marks: [], triggered: true });
  const recent = lines.slice(-QUOTED_FROM).reverse();
  for (const evidence of suggestion.evidence) {
    for (const { utteranceId, content } of recent) {
      if (content.kind !== 'final') continue;
      const found = find(content.text, evidence);
      if (found.length === 0) continue;
      const marks = changed.get(utteranceId)?.marks ?? [];
      changed.set(utteranceId, { marks: [...marks, ...found], triggered: true });
      break;
    }
  }
  return lines.map((line) => {
    const change = changed.get(line.utteranceId);
    if (!change || line.content.kind !== 'final') return line;
    return { ...line, content: { ...line.content, triggered: true, marks: merge([...line.content.marks, ...change.marks]) } };
  });
}
