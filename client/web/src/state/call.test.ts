import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  CallEventSchema,
  CallState,
  EndReason,
  FeedbackKind,
  Mood,
  Side,
  WithdrawReason,
  type CallEvent,
} from '../gen/attune/v1/call_pb';
import { CallStore, isOpen } from './call';
import { find, merge } from './marks';
import { clock } from './time';

type Body = NonNullable<Parameters<typeof create<typeof CallEventSchema>>[1]>['body'];

const at = (seconds: number) => ({ seconds: BigInt(Math.floor(seconds)), nanos: Math.round((seconds % 1) * 1e9) });
const event = (seconds: number, body: Body): CallEvent => create(CallEventSchema, { offset: at(seconds), sequence: 1n, ...(body ? { body } : {}) });

const said = (seconds: number, utteranceId: string, text: string, side = Side.CALLER): CallEvent =>
  event(seconds, { case: 'transcript', value: { utteranceId, text, side, startOffset: at(seconds) } });
const partial = (seconds: number, utteranceId: string, text: string, stableText = ''): CallEvent =>
  event(seconds, { case: 'partial', value: { utteranceId, text, stableText, side: Side.CALLER, startOffset: at(seconds) } });
const card = (seconds: number, suggestionId: string, evidence: string[] = [], priority = 1): CallEvent =>
  event(seconds, { case: 'suggestion', value: { suggestionId, evidence, priority, expireOffset: at(seconds + 25) } });
const gone = (seconds: number, suggestionId: string, reason = WithdrawReason.EXPIRED): CallEvent =>
  event(seconds, { case: 'suggestionWithdrawn', value: { suggestionId, reason } });

function folded(...events: CallEvent[]): CallStore {
  const store = new CallStore('c');
  store.fold(events);
  return store;
}

const texts = (store: CallStore) => store.lines.value.map(({ content }) => ('text' in content ? content.text : content.kind));
const board = (store: CallStore) => store.board.value.map((card) => (isOpen(card) ? card.suggestion.suggestionId : '-'));

describe('the transcript', () => {
  it('is in order of time, whatever the order of arrival', () => {
    expect(texts(folded(said(5, 'b', 'two'), said(1, 'a', 'one', Side.AGENT), said(9, 'c', 'three')))).toEqual(['one', 'two', 'three']);
  });

  it('shows what is being said until it is final, and no late hint undoes that', () => {
    const store = folded(partial(1, 'a', 'i want', 'i'));
    expect(store.lines.value[0]?.content).toMatchObject({ kind: 'partial', stable: 1 });
    store.fold([said(1, 'a', 'i want it'), partial(1, 'a', 'i want')]);
    expect(texts(store)).toEqual(['i want it']);
  });

  it('drops hints of an utterance that came to nothing', () => {
    expect(texts(folded(partial(1, 'x', 'uh'), said(1.5, 'y', 'hello')))).toEqual(['hello']);
  });

  it('marks the words that led to a card, also those said a little earlier', () => {
    const store = folded(said(1, 'a', 'down for the third time'), said(3, 'b', 'yes'), card(4, 'k', ['said: third time']));
    expect(store.lines.value.map(({ content }) => content)).toMatchObject([{ triggered: true, marks: [[13, 23]] }, { triggered: false }]);
  });
});

describe('cards', () => {
  it('keep their places for life', () => {
    const store = folded(card(1, 'a'), card(2, 'b'), card(3, 'c'), gone(4, 'b'));
    expect(board(store)).toEqual(['a', '-', 'c']);
    store.fold([gone(5, 'a', WithdrawReason.USED), card(6, 'd')]);
    // The place that has been free for longest, not the one that still says goodbye.
    expect(board(store)).toEqual(['-', 'd', 'c']);
  });

  it('remember what became of them', () => {
    const feedback = event(2, { case: 'feedback', value: { suggestionId: 'a', kind: FeedbackKind.DISMISSED } });
    expect(folded(card(1, 'a'), feedback, gone(2, 'a', WithdrawReason.DISMISSED)).cards.value).toMatchObject([{ verdict: 'dismissed' }]);
    expect(folded(card(1, 'a'), gone(2, 'a')).cards.value[0]).not.toHaveProperty('verdict');
  });
});

it('the checklist is the newest one, and issues add up', () => {
  const steps = (...done: boolean[]) => event(1, { case: 'checklist', value: { steps: done.map((done, i) => ({ noteId: String(i), done })) } });
  const issue = (issueId: string) => event(2, { case: 'issueRaised', value: { issueId } });
  const store = folded(steps(false), issue('a'), steps(true, false), issue('b'));
  expect(store.steps.value.map(({ done }) => done)).toEqual([true, false]);
  expect(store.issues.value.map(({ issueId }) => issueId)).toEqual(['a', 'b']);
});

it('the mood makes a curve, and the end ends', () => {
  const mood = (seconds: number, valence: number) => event(seconds, { case: 'snapshot', value: { mood: { valence, mood: Mood.ANGRY } } });
  const store = folded(event(0, { case: 'started', value: { languageCode: 'en' } }), mood(1, -0.5), mood(2, 0.25), partial(3, 'p', 'and'));
  expect(store.state.value).toBe(CallState.LIVE);
  expect(store.mood.value).toEqual([{ at: 1, valence: -0.5 }, { at: 2, valence: 0.25 }]);
  store.fold([event(4, { case: 'ended', value: { reason: EndReason.HANG_UP } })]);
  expect([store.state.value, store.lines.value.length, store.clock.value]).toEqual([CallState.ENDED, 0, 4]);
});

describe('marks', () => {
  const marked = (text: string, ...evidence: string[]) => merge(evidence.flatMap((line) => find(text, line))).map(([start, end]) => text.slice(start, end));

  it('are what evidence quotes', () => {
    const text = 'it is down for the third time this month';
    expect(marked(text, 'said: third time')).toEqual(['third time']);
    expect(marked(text, 'colour.red 0.81', 'the words "Third Time"')).toEqual(['third time']);
    expect(marked(text, 'the third', 'third time')).toEqual(['the third time']);
  });

  it('are no figures, parts of words or short words', () => {
    expect(marked('the contract is here', 'colour.red 0.81', 'act', 'is')).toEqual([]);
  });

  it('keep their places beside German letters', () => {
    expect(marked('das ist schon Äußerst ärgerlich', 'äußerst')).toEqual(['Äußerst']);
  });
});

it('tells the time', () => {
  expect([0, 65.9, 3725].map(clock)).toEqual(['0:00', '1:05', '1:02:05']);
});
