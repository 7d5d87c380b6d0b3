// The bar of every view but the agent's own: where one is, where else one can go.
import type { ComponentChildren } from 'preact';
import { words } from '../i18n';
import { go, href, route } from '../router';
import { LanguageSwitch, ThemeSwitch } from './controls';

const MARK = new URL('./mark.svg', import.meta.url).href;

export function Top() {
  const t = words.value;
  const places: [string, string][] = [
    ['', t.navCalls],
    ['wall', t.navWall],
    ['review', t.navReview],
    ['reports', t.navReports],
    ['practice', t.navPractice],
    ['playbooks', t.navPlaybooks],
    ['settings', t.navSettings],
  ];
  const here = route.value.view;
  return (
    <header class="bar top">
      <Link view="" class="brand">
        <img src={MARK} alt="" width="28" height="28" /> Attune
      </Link>
      <nav aria-label={t.nav}>
        {places.map(([view, name]) => (
          <Link key={view} view={view} current={view === here}>
            {name}
          </Link>
        ))}
      </nav>
      <div class="row tools">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
    </header>
  );
}

interface LinkProps {
  view: string;
  query?: Record<string, string>;
  class?: string;
  current?: boolean;
  label?: string;
  children: ComponentChildren;
}

/** A link within the page. */
export function Link({ view, query = {}, class: className, current = false, label, children }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(view, query);
  };
  return (
    <a
      href={href(view, query)}
      onClick={follow}
      {...(className ? { class: className } : {})}
      {...(current ? { 'aria-current': 'page' as const } : {})}
      {...(label ? { 'aria-label': label } : {})}
    >
      {children}
    </a>
  );
}
