// A reading, whatever it is of: its value in words, how sure it is, and how it is corrected.
import { CallerType, Colour, Mood, Motive, type ReadingAccount, type Snapshot } from '../../gen/attune/v1/call_pb';
import { words } from '../../i18n';
import { COLOURS, MOODS, MOTIVES, TYPES, name } from '../../i18n/names';
import type { Correction } from '../../state/session';
import type { ReadingName } from './keys';

export interface Reading {
  /** Nothing is "not enough yet". */
  readonly value: string | undefined;
  readonly confidence: number;
  readonly corrected: boolean;
  /** One a class. */
  readonly posterior: readonly number[];
  readonly account: ReadingAccount | undefined;
}

export function readingOf(reading: ReadingName, snapshot: Snapshot | undefined): Reading {
  const t = words.value;
  const accounts = snapshot?.accounts;
  switch (reading) {
    case 'colour': {
      const at = snapshot?.colour;
      return { value: name(COLOURS, at?.colour, t), ...figures(at), account: accounts?.colour };
    }
    case 'motive': {
      const at = snapshot?.motive;
      return { value: name(MOTIVES, at?.motive, t), ...figures(at), account: accounts?.motive };
    }
    case 'callerType': {
      const at = snapshot?.callerType;
      return { value: name(TYPES, at?.callerType, t), ...figures(at), account: accounts?.callerType };
    }
    case 'mood': {
      const at = snapshot?.mood;
      // The message has no mark for a mood set by hand; its account has.
      const corrected = accounts?.mood?.parts.some((part) => part.cueId === 'human') ?? false;
      return { value: name(MOODS, at?.mood, t), ...figures(at), corrected, account: accounts?.mood };
    }
  }
}

function figures(at: { confidence: number; posterior: number[]; corrected?: boolean } | undefined) {
  return { confidence: at?.confidence ?? 0, corrected: at?.corrected ?? false, posterior: at?.posterior ?? [] };
}

/** What a reading can be, in the order of its posterior. */
export interface Choice {
  readonly value: number;
  readonly label: string;
  readonly correction: Correction;
}

export function choices(reading: ReadingName): Choice[] {
  const t = words.value;
  const list = <E extends number>(names: Partial<Record<E, keyof typeof t>>, values: readonly E[], of: (value: E) => Correction): Choice[] =>
    values.map((value) => ({ value, label: name(names, value, t) ?? '', correction: of(value) }));
  const { RED, YELLOW, GREEN, BLUE } = Colour;
  const { KNOWLEDGE, EMPATHY, INDIVIDUALITY, BELONGING, SECURITY, VISION } = Motive;
  const { NEUTRAL, SATISFIED, ANGRY, DISAPPOINTED, WORRIED, CONFUSED, GRATEFUL, APOLOGETIC } = Mood;
  switch (reading) {
    case 'colour':
      return list(COLOURS, [RED, YELLOW, GREEN, BLUE], (colour) => ({ colour }));
    case 'motive':
      return list(MOTIVES, [KNOWLEDGE, EMPATHY, INDIVIDUALITY, BELONGING, SECURITY, VISION], (motive) => ({ motive }));
    case 'mood':
      return list(MOODS, [NEUTRAL, SATISFIED, ANGRY, DISAPPOINTED, WORRIED, CONFUSED, GRATEFUL, APOLOGETIC], (mood) => ({ mood }));
    case 'callerType': {
      const { NONE, OFFLOADER, GRIEVANCE, ABUSIVE } = CallerType;
      return list(TYPES, [NONE, OFFLOADER, GRIEVANCE, ABUSIVE], (callerType) => ({ callerType }));
    }
  }
}
