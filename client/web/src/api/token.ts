// The bearer token: from the fragment of the address (which no server sees and no log keeps), from
// the page that embeds this one, or typed in. It is never put into an address.
import { signal } from '@preact/signals';

const KEY = 'attune.token';
/** A token that was left in a tab overnight is forgotten. */
const KEPT_MS = 12 * 3600 * 1000;

export const token = signal<string | undefined>(undefined);

/** Takes the token out of the address, or the one that this tab has. */
export function takeToken(): void {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const given = fragment.get('token');
  if (given !== null) {
    fragment.delete('token');
    const rest = fragment.toString();
    history.replaceState(history.state, '', location.pathname + location.search + (rest ? `#${rest}` : ''));
    keepToken(given);
    return;
  }
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as { token: string; at: number } | null;
    if (kept && Date.now() - kept.at < KEPT_MS) token.value = kept.token;
    else sessionStorage.removeItem(KEY);
  } catch {
    // No storage in this frame, or something else in it: there is no token then.
  }
}

/** For this tab and until it is closed. */
export function keepToken(given: string): void {
  token.value = given.trim() || undefined;
  try {
    if (token.value) sessionStorage.setItem(KEY, JSON.stringify({ token: token.value, at: Date.now() }));
    else sessionStorage.removeItem(KEY);
  } catch {
    // In memory only.
  }
}

/** In memory only: the embedding page has it and gives it again. */
export function lendToken(given: string | undefined): void {
  token.value = given?.trim() || undefined;
}
