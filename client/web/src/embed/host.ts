// A page as a CRM might have one, with the agent's view in a narrow frame: `/host.html?call=ID`.
import '../styles/index.css';
import './host.css';
import { createClient } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import { Access, TokenScope } from '../gen/attune/v1/access_pb';
import type { News } from '../state/news';

declare global {
  interface HTMLElementTagNameMap {
    'attune-guide': HTMLElement & { token: string | null };
  }
}

// The element comes as it comes to any page: by its address.
const script = document.createElement('script');
script.type = 'module';
script.src = import.meta.env.DEV ? '/src/embed/guide.ts' : '/guide.js';
document.head.append(script);

const query = new URLSearchParams(location.search);

function element<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

const log = element('ol', 'log');
log.tabIndex = 0;
log.setAttribute('aria-label', 'Events from <attune-guide>');
const guide = document.createElement('attune-guide');
for (const name of ['call', 'lang', 'theme']) {
  const value = query.get(name);
  if (value) guide.setAttribute(name, value);
}
const fragment = new URLSearchParams(location.hash.slice(1));
if (fragment.size > 0) history.replaceState(null, '', location.pathname + location.search);
const token = fragment.get('token');
if (token) guide.setAttribute('token', token);

// `#lender=TOKEN&seconds=900`: what a CRM's own server does for its page. It holds a token that lasts, and lends another
// for minutes; before that one ends the page asks for the next.
const lender = fragment.get('lender');
if (lender) {
  const headers = { authorization: `Bearer ${lender}` };
  const lifetime = { seconds: BigInt(fragment.get('seconds') ?? 900) };
  const access = createClient(Access, createGrpcWebTransport({ baseUrl: location.origin }));
  const lend = async () => {
    guide.token = (await access.lendToken({ scope: TokenScope.WATCH, lifetime }, { headers })).token;
  };
  guide.addEventListener('attune-token-expiring', () => {
    log.prepend(element('li', '', 'attune-token-expiring'));
    void lend();
  });
  await lend();
}
if (query.get('theme')) document.documentElement.dataset['theme'] = query.get('theme') ?? '';

const kinds = ['started', 'transcript', 'snapshot', 'suggestion', 'suggestion-withdrawn', 'feedback', 'alert', 'ended'];
for (const kind of kinds) {
  guide.addEventListener(`attune-${kind}`, (event) => {
    const { sequence, suggestionId } = (event as CustomEvent<News>).detail;
    log.prepend(element('li', '', `${sequence} attune-${kind}${suggestionId ? ` ${suggestionId}` : ''}`));
    while (log.childElementCount > 40) log.lastElementChild?.remove();
  });
}

const field = (label: string, value: string) => element('div', '', element('dt', '', label), element('dd', '', value));
const record = element(
  'main',
  'crm',
  element('p', 'eyebrow', 'A page of yours'),
  element('h1', '', 'Customer 4271'),
  element('dl', 'panel', field('Contract', 'Broadband 250'), field('Customer since', '2016'), field('Open cases', 'Line unstable; charged twice')),
  element('p', '', 'The column at the side is <attune-guide>: a frame of the Attune server. This page hears what happens in it as DOM events, and never what was said.'),
  element('h2', 'eyebrow', 'Events'),
  log,
);
document.body.className = 'host';
document.body.append(record, guide);
