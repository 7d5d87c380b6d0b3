// What every view has in its bar: language, appearance.
import { LANGUAGES, lang, words } from '../i18n';
import { THEMES, choose, theme, type Theme } from '../state/settings';
import { Icon, type IconName } from './icons';

const LOOKS: Record<Theme, IconName> = { auto: 'auto', light: 'sun', dark: 'moon' };

export function LanguageSwitch() {
  return (
    <div class="switch" role="group" aria-label={words.value.language}>
      {LANGUAGES.map((code) => (
        <button key={code} type="button" class="button quiet" lang={code} aria-pressed={lang.value === code} onClick={() => choose({ lang: code })}>
          {code.toUpperCase()}
        </button>
      ))}
    </div>
  );
}

export function ThemeSwitch() {
  const t = words.value;
  const names: Record<Theme, string> = { auto: t.themeAuto, light: t.themeLight, dark: t.themeDark };
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'auto';
  const label = `${t.theme}: ${names[theme.value]}`;
  return (
    <button type="button" class="button quiet icon" aria-label={label} title={label} onClick={() => choose({ theme: next })}>
      <Icon name={LOOKS[theme.value]} />
    </button>
  );
}
