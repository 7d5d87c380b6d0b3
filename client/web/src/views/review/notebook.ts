// Comments and scores of a call. In this browser only, and the page says so.
import { signal } from '@preact/signals';

export interface Comment {
  /** In seconds of the call. */
  readonly at: number;
  readonly text: string;
}

export type Score = 'yes' | 'no' | 'na';

export interface Notes {
  readonly comments: readonly Comment[];
  readonly scores: Readonly<Record<string, Score>>;
}

const CALL = 'attune.review.';
const QUESTIONS = 'attune.scorecard';

export class Notebook {
  readonly notes;

  constructor(private readonly key: string) {
    this.notes = signal<Notes>({ comments: [], scores: {}, ...kept<Partial<Notes>>(CALL + key) });
  }

  comment(comment: Comment): void {
    const comments = [...this.notes.value.comments, comment].sort((a, b) => a.at - b.at);
    this.keep({ ...this.notes.value, comments });
  }

  forget(comment: Comment): void {
    this.keep({ ...this.notes.value, comments: this.notes.value.comments.filter((other) => other !== comment) });
  }

  score(question: string, score: Score): void {
    this.keep({ ...this.notes.value, scores: { ...this.notes.value.scores, [question]: score } });
  }

  private keep(notes: Notes): void {
    this.notes.value = notes;
    keep(CALL + this.key, notes);
  }
}

/** Questions that the project has added to those that every page has. */
export const questions = signal<readonly string[]>(kept<string[]>(QUESTIONS) ?? []);

export function addQuestion(question: string): void {
  if (!question || questions.value.includes(question)) return;
  questions.value = [...questions.value, question];
  keep(QUESTIONS, questions.value);
}

function kept<T>(key: string): T | undefined {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? 'null') as T | null) ?? undefined;
  } catch {
    return undefined;
  }
}

function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // No storage in this frame: it lasts as long as the page.
  }
}
