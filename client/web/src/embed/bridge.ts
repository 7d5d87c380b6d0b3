// The page's side of being embedded: `<attune-guide>` (guide.ts) is on the other. Who may embed it
// is decided by the server's policy (frame-ancestors), so the parent is trusted; nobody else is heard.
import { signal } from '@preact/signals';
import { lendToken } from '../api/token';
import { isLang, lang } from '../i18n';
import { go, route } from '../router';
import { NEWS } from '../state/news';
import { isTheme, theme } from '../state/settings';

/** From the element to the page. */
export interface Wish {
  readonly attune: 'set';
  readonly call?: string | null;
  readonly token?: string | null;
  readonly lang?: string | null;
  readonly theme?: string | null;
}

/** From the page to the element. */
export interface Word {
  readonly attune: 'ready' | 'event';
  readonly detail?: unknown;
}

/** Until the embedding page has said what to show. */
export const awaitingHost = signal(false);

export function joinHost(): void {
  if (window.parent === window) return;
  awaitingHost.value = true;
  let host: string | undefined;
  addEventListener('message', ({ data, origin, source }: MessageEvent<Partial<Wish> | null>) => {
    if (source !== window.parent || data?.attune !== 'set') return;
    host = origin;
    awaitingHost.value = false;
    if (data.token !== undefined) lendToken(data.token ?? undefined);
    if (isLang(data.lang)) lang.value = data.lang;
    if (isTheme(data.theme)) theme.value = data.theme;
    if (data.call && data.call !== route.value.query.get('call')) go('', { call: data.call });
  });
  addEventListener(NEWS, (event) => {
    const word: Word = { attune: 'event', detail: (event as CustomEvent<unknown>).detail };
    if (host) window.parent.postMessage(word, host);
  });
  // Says nothing but that the page is there.
  window.parent.postMessage({ attune: 'ready' } satisfies Word, '*');
}
