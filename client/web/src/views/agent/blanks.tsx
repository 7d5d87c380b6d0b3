/** A card's sentence; `{amount}` is a blank that the agent fills while speaking. */
export function withBlanks(say: string) {
  return say.split(/\{([^{}]+)\}/).map((part, i) => (i % 2 ? <span class="blank">{part}</span> : part));
}
