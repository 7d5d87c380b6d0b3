// The names of what the API's enums stand for.
import {
  AlertKind,
  CallerType,
  CallState,
  Colour,
  CueSource,
  EndReason,
  Mood,
  Motive,
  Phase,
  Side,
  SuggestionClass,
  Trend,
  WithdrawReason,
} from '../gen/attune/v1/call_pb';
import { SummaryPart } from '../gen/attune/v1/summary_pb';
import type { Words } from './en';

type Key = keyof Words;
type Names<E extends number> = Partial<Record<E, Key>>;

export const COLOURS: Names<Colour> = { [Colour.RED]: 'red', [Colour.YELLOW]: 'yellow', [Colour.GREEN]: 'green', [Colour.BLUE]: 'blue' };

export const MOTIVES: Names<Motive> = {
  [Motive.KNOWLEDGE]: 'knowledge',
  [Motive.EMPATHY]: 'empathy',
  [Motive.INDIVIDUALITY]: 'individuality',
  [Motive.BELONGING]: 'belonging',
  [Motive.SECURITY]: 'security',
  [Motive.VISION]: 'vision',
};

export const MOODS: Names<Mood> = {
  [Mood.NEUTRAL]: 'neutral',
  [Mood.SATISFIED]: 'satisfied',
  [Mood.ANGRY]: 'angry',
  [Mood.DISAPPOINTED]: 'disappointed',
  [Mood.WORRIED]: 'worried',
  [Mood.CONFUSED]: 'confused',
  [Mood.GRATEFUL]: 'grateful',
  [Mood.APOLOGETIC]: 'apologetic',
};

export const TYPES: Names<CallerType> = {
  [CallerType.NONE]: 'typeNone',
  [CallerType.OFFLOADER]: 'offloader',
  [CallerType.GRIEVANCE]: 'grievance',
  [CallerType.ABUSIVE]: 'abusive',
};

export const PHASES: Names<Phase> = {
  [Phase.OPENING]: 'opening',
  [Phase.CONCERN]: 'concern',
  [Phase.SOLUTION]: 'solution',
  [Phase.CLOSING]: 'closing',
};

export const TRENDS: Names<Trend> = { [Trend.IMPROVING]: 'improving', [Trend.STEADY]: 'steady', [Trend.WORSENING]: 'worsening' };

export const STATES: Names<CallState> = { [CallState.LIVE]: 'live', [CallState.INTERRUPTED]: 'interrupted', [CallState.ENDED]: 'ended' };

export const SIDES: Names<Side> = { [Side.CALLER]: 'caller', [Side.AGENT]: 'agent' };

export const CLASSES: Names<SuggestionClass> = {
  [SuggestionClass.EMPATHY]: 'classEmpathy',
  [SuggestionClass.SOLUTION]: 'classSolution',
  [SuggestionClass.COMPLIANCE]: 'classCompliance',
  [SuggestionClass.NEXT_ISSUE]: 'classNextIssue',
  [SuggestionClass.OFFER]: 'classOffer',
  [SuggestionClass.POSITIVE_LANGUAGE]: 'classPositive',
  [SuggestionClass.HEAR_AND_UNDERSTAND]: 'classHear',
};

export const GONE: Names<WithdrawReason> = {
  [WithdrawReason.EXPIRED]: 'goneExpired',
  [WithdrawReason.CALLER_CHANGED]: 'goneChanged',
  [WithdrawReason.REPLACED]: 'goneReplaced',
  [WithdrawReason.USED]: 'goneUsed',
  [WithdrawReason.DISMISSED]: 'goneDismissed',
  [WithdrawReason.CALL_ENDED]: 'goneEnded',
};

export const ENDS: Names<EndReason> = {
  [EndReason.HANG_UP]: 'endHangUp',
  [EndReason.STREAM_LOST]: 'endLost',
  [EndReason.DRAINED]: 'endDrained',
  [EndReason.FAILED]: 'endFailed',
};

export const ALERTS: Names<AlertKind> = {
  [AlertKind.SELF_HARM]: 'alertSelfHarm',
  [AlertKind.EMERGENCY]: 'alertEmergency',
  [AlertKind.NOTE]: 'alertNote',
};

/** In the order in which a summary is told. */
export const PARTS_OF_SUMMARY: Names<SummaryPart> = {
  [SummaryPart.ISSUE]: 'recapIssue',
  [SummaryPart.STEP]: 'recapStep',
  [SummaryPart.PROMISE]: 'recapPromise',
  [SummaryPart.OPEN]: 'recapOpen',
  [SummaryPart.MOOD]: 'mood',
  [SummaryPart.NEXT_ISSUE]: 'recapNext',
};

export const SOURCES: Names<CueSource> = { [CueSource.WORDS]: 'words', [CueSource.VOICE]: 'voice', [CueSource.CONDUCT]: 'conduct' };

/** Parts of a reading that are not the work of a cue. */
export const PARTS: Partial<Record<string, Key>> = {
  prior: 'partPrior',
  state: 'partState',
  voice: 'partVoice',
  rest: 'partRest',
  capped: 'partCapped',
  human: 'partHuman',
};

/** The name of a value, or `undefined` if it is none of the list. */
export function name<E extends number>(names: Names<E>, value: E | undefined, words: Words): string | undefined {
  const key = value === undefined ? undefined : names[value];
  return key && words[key];
}
