// Words in the language of the page.
import { computed, signal } from '@preact/signals';
import { de } from './de';
import { en, type Words } from './en';

export const LANGUAGES = ['en', 'de'] as const;
export type Lang = (typeof LANGUAGES)[number];

const DICTIONARIES: Record<Lang, Words> = { en, de };

export const lang = signal<Lang>('en');
/** `words.value.say` inside a component follows the language. */
export const words = computed(() => DICTIONARIES[lang.value]);

export function isLang(text: string | null | undefined): text is Lang {
  return LANGUAGES.some((lang) => lang === text);
}

/** `{0}`, `{1}` … replaced by the values. */
export function fill(template: string, ...values: (string | number)[]): string {
  return template.replace(/\{(\d)\}/g, (_, i: string) => String(values[Number(i)] ?? ''));
}

/** Numbers as the language writes them. */
export function number(value: number, digits = 0): string {
  return value.toLocaleString(lang.value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** With its sign, `+0.4`. */
export function signed(value: number, digits = 1): string {
  const shown = number(Math.abs(value), digits);
  if (Number(Math.abs(value).toFixed(digits)) === 0) return shown;
  return `${value < 0 ? '−' : '+'}${shown}`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
