// Where the page is: a view by its path (`/`, `/wall`) and what it shows in the query (`?call=ID`).
import { computed, signal } from '@preact/signals';

const address = signal(location.pathname + location.search);

export const route = computed(() => {
  const url = new URL(address.value, location.origin);
  return { view: url.pathname.slice(1), query: url.searchParams };
});

addEventListener('popstate', () => (address.value = location.pathname + location.search));

/** Goes to a view, with what it is to show. What holds for the whole visit stays in the address. */
export function go(view: string, query: Record<string, string> = {}): void {
  address.value = href(view, query);
  history.pushState(null, '', address.value);
}

export function href(view: string, query: Record<string, string> = {}): string {
  const params = new URLSearchParams(query);
  for (const lasting of ['embed', 'lang', 'theme']) {
    const value = route.value.query.get(lasting);
    if (value !== null) params.set(lasting, value);
  }
  const text = params.toString();
  return `/${view}${text ? `?${text}` : ''}`;
}
