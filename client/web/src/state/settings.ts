// What the person at the screen has chosen. Nothing of a call is kept.
import { effect, signal } from '@preact/signals';
import { isLang, lang, type Lang } from '../i18n';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const theme = signal<Theme>('auto');
/** Single keys do something (they can be turned off for those whose tools type by themselves). */
export const shortcuts = signal(true);

export function isTheme(text: string | null | undefined): text is Theme {
  return THEMES.some((theme) => theme === text);
}

/** From the address, else from the last time, else from the browser. */
export function startSettings(query: URLSearchParams): void {
  const kept = read();
  const wished = [query.get('lang'), kept.lang, navigator.language.slice(0, 2)];
  lang.value = wished.find(isLang) ?? 'en';
  theme.value = [query.get('theme'), kept.theme].find(isTheme) ?? 'auto';
  shortcuts.value = kept.shortcuts ?? true;
  effect(() => {
    document.documentElement.lang = lang.value;
  });
  effect(() => {
    if (theme.value === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme.value;
  });
}

/** Changes a setting and remembers it. */
export function choose(change: { lang?: Lang; theme?: Theme; shortcuts?: boolean }): void {
  if (change.lang) lang.value = change.lang;
  if (change.theme) theme.value = change.theme;
  if (change.shortcuts !== undefined) shortcuts.value = change.shortcuts;
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...read(), ...change }));
  } catch {
    // Not remembered then.
  }
}

const KEY = 'attune.settings';

interface Kept {
  lang?: string;
  theme?: string;
  shortcuts?: boolean;
}

function read(): Kept {
  try {
    return (JSON.parse(localStorage.getItem(KEY) ?? '{}') as Kept | null) ?? {};
  } catch {
    return {};
  }
}
