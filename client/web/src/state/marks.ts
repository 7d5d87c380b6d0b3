// Which words of an utterance triggered a card.

/** A stretch of a text, from and to, in UTF-16 units. */
export type Span = readonly [start: number, end: number];

const QUOTES = /["“”„«»]/;
const EDGES = /^["“”„«»'.…\s]+|["“”„«»'.…\s]+$/g;
const LETTER = /[\p{L}\p{N}]/u;

/** The stretches that a line of evidence quotes: `said: third time`, `"third time"`, or the bare
 *  words. Evidence that quotes nothing marks nothing. */
export function find(text: string, evidence: string): Span[] {
  const lower = text.toLowerCase();
  // Lower-casing that changes lengths would make places lie.
  const haystack = lower.length === text.length ? lower : text;
  const found: Span[] = [];
  for (const quote of quotes(evidence)) {
    for (let at = haystack.indexOf(quote); at >= 0; at = haystack.indexOf(quote, at + 1)) {
      const end = at + quote.length;
      if (isEdge(haystack, at) && isEdge(haystack, end)) found.push([at, end]);
    }
  }
  return found;
}

/** Sorted, and joined where they overlap. */
export function merge(spans: readonly Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => a[0] - b[0]);
  const merged: Span[] = [];
  for (const [start, end] of sorted) {
    const last = merged.at(-1);
    if (last && start <= last[1]) merged[merged.length - 1] = [last[0], Math.max(last[1], end)];
    else merged.push([start, end]);
  }
  return merged;
}

/** What a line of evidence may quote, in lower case. */
function quotes(line: string): string[] {
  const colon = line.indexOf(': ');
  const candidates = [line, ...(colon >= 0 ? [line.slice(colon + 2)] : [])];
  candidates.push(...line.split(QUOTES).filter((_, i) => i % 2 === 1));
  const trimmed = candidates.map((part) => part.replace(EDGES, '').toLowerCase());
  // One or two letters would mark half the line.
  return [...new Set(trimmed)].filter((part) => part.length > 2);
}

function isEdge(text: string, at: number): boolean {
  return !(LETTER.test(text[at - 1] ?? ' ') && LETTER.test(text[at] ?? ' '));
}
