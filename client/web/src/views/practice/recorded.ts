// Callers from recordings that were dropped under Review: their own voice, turn by turn.
import type { Span } from '../review/history';
import { dropped } from '../review/files';
import type { Caller } from './callers';
import { turnsOf } from './turns';

/** What is left to be heard after the last word, in seconds. */
const BREATH = 0.2;

/** The recordings of this visit that have a caller to be heard. */
export function recordedCallers(situation: string): Caller[] {
  return dropped.value.flatMap(({ id, name, sound, stage }): Caller[] => {
    if (stage.kind !== 'read' || !sound) return [];
    const lines = stage.history.transcripts;
    const turns = turnsOf(lines);
    if (turns.length === 0) return [];
    const language = lines[0]?.languageCode.startsWith('de') ? 'de' : 'en';
    return [{ id, language, title: name, situation, turns: turns.map(({ text }) => text), sound: { url: sound.url, spans: turns } }];
  });
}

/** Plays parts of a recording. */
export class Tape {
  private readonly audio: HTMLAudioElement;
  private end = Infinity;

  constructor(url: string) {
    this.audio = new Audio(url);
    this.audio.addEventListener('timeupdate', () => this.audio.currentTime >= this.end && this.audio.pause());
  }

  play({ from, to }: Span): void {
    this.end = to + BREATH;
    this.audio.currentTime = from;
    // Refused where the browser plays nothing: the words are on the screen.
    this.audio.play().catch(() => undefined);
  }

  stop(): void {
    this.audio.pause();
  }
}
