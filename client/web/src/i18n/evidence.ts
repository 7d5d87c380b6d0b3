// A card's evidence as the engine writes it (`colour.red 0.81`, `said: third time`), in the words of the
// page. What is not known here stays as it is.
import { clock } from '../state/time';
import { percent, words } from './index';
import type { Words } from './en';

const NAMES: Partial<Record<string, keyof Words>> = { 'caller_type.none': 'typeNone' };

export function evidenceInWords(line: string): string {
  const t = words.value;
  const reading = /^(colour|motive|mood|caller_type|phase|trend)\.(\w+)(?: (\d\.\d+))?(?: (set by a human))?$/.exec(line);
  if (reading) {
    const [, kind = '', value = '', share, byHand] = reading;
    const key = NAMES[`${kind}.${value}`] ?? value;
    const name = key in t ? t[key as keyof Words] : value;
    if (byHand) return `${name}, ${t.byHand}`;
    return share ? `${name} ${percent(Number(share))}` : name;
  }
  const at = /^call at (?:(\d+):)?(\d+):(\d+)/.exec(line);
  if (at) return clock(Number(at[1] ?? 0) * 3600 + Number(at[2]) * 60 + Number(at[3]));
  if (line === 'mood escalating') return t.escalating;
  const said = /^(?:agent )?said:? "?(.+?)"?$/.exec(line);
  return said ? `“${said[1] ?? ''}”` : line;
}
