// <attune-guide server="https://attune.example" call="ID" token="…" lang="de" theme="dark">
//
// The agent's view inside another page, such as a CRM. It runs in a frame of the Attune server, so
// that neither page can reach into the other. The token goes to the frame as a message, never into
// an address. What happens in the call comes out as DOM events: `attune-ready`, and one for every
// event of the call, `attune-snapshot`, `attune-suggestion`, `attune-ended` …, with the call's
// number, the event's, and a card's; never with what was said. Before a token for minutes ends there is
// `attune-token-expiring`, in time to set another, as the attribute or as the property `token`; the view
// goes on where it is.
import type { Wish, Word } from './bridge';

const ATTRIBUTES = ['server', 'call', 'token', 'lang', 'theme'] as const;

/** How long before its end a new token is asked for; of a short life its last third. */
const AHEAD_MS = 60_000;

/** When a token for minutes ends, in milliseconds since 1970; `undefined` for one that lasts. */
function endOf(token: string | null): number | undefined {
  const [, until] = /^lent\..+\.(\d+)\.[^.]+$/.exec(token ?? '') ?? [];
  return until === undefined ? undefined : Number(until) * 1000;
}

class AttuneGuide extends HTMLElement {
  static readonly observedAttributes = ATTRIBUTES;

  private frame: HTMLIFrameElement | undefined;
  private given: string | null = null;
  private expiring: ReturnType<typeof setTimeout> | undefined;
  private readonly hear = (event: MessageEvent<Partial<Word> | null>) => this.heard(event);

  /** The token, if it was set as a property: then it is in no markup. Else the attribute. */
  get token(): string | null {
    return this.given ?? this.getAttribute('token');
  }

  set token(token: string | null) {
    this.given = token;
    this.renewed();
  }

  connectedCallback(): void {
    // Set before this class was there.
    if (Object.hasOwn(this, 'token')) {
      const { token } = this;
      Reflect.deleteProperty(this, 'token');
      this.given = token;
    }
    addEventListener('message', this.hear);
    this.load();
    this.renewed();
  }

  disconnectedCallback(): void {
    removeEventListener('message', this.hear);
    clearTimeout(this.expiring);
    this.frame?.remove();
    this.frame = undefined;
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (name === 'token') this.token = null;
    else if (!this.frame) return;
    else if (name === 'server') this.load();
    else this.tell();
  }

  /** Hands the token on, and says in time that it will end. */
  private renewed(): void {
    clearTimeout(this.expiring);
    if (!this.frame) return;
    this.tell();
    const end = endOf(this.token);
    if (end === undefined) return;
    const left = end - Date.now();
    const tell = () => this.dispatchEvent(new CustomEvent('attune-token-expiring', { bubbles: true, detail: { expireTime: new Date(end) } }));
    this.expiring = setTimeout(tell, Math.max(0, left - Math.min(AHEAD_MS, left / 3)));
  }

  /** Of the server; that of the page itself if none is named. */
  private get origin(): string {
    return new URL(this.getAttribute('server') || location.origin, location.href).origin;
  }

  private load(): void {
    const frame = document.createElement('iframe');
    const query = new URLSearchParams({ embed: '1' });
    for (const name of ['call', 'lang', 'theme']) {
      const value = this.getAttribute(name);
      if (value) query.set(name, value);
    }
    frame.src = `${this.origin}/?${query}`;
    frame.title = this.getAttribute('title') ?? 'Attune';
    frame.referrerPolicy = 'no-referrer';
    Object.assign(frame.style, { display: 'block', width: '100%', height: '100%', border: '0' });
    if (!this.style.display) this.style.display = 'block';
    this.frame?.remove();
    this.frame = frame;
    this.append(frame);
  }

  private tell(): void {
    const [call, lang, theme] = ['call', 'lang', 'theme'].map((name) => this.getAttribute(name));
    const wish: Wish = { attune: 'set', call: call ?? null, token: this.token, lang: lang ?? null, theme: theme ?? null };
    this.frame?.contentWindow?.postMessage(wish, this.origin);
  }

  private heard({ data, origin, source }: MessageEvent<Partial<Word> | null>): void {
    if (source !== this.frame?.contentWindow || origin !== this.origin) return;
    if (data?.attune === 'ready') {
      this.tell();
      this.dispatchEvent(new CustomEvent('attune-ready', { bubbles: true }));
    } else if (data?.attune === 'event') {
      const { kind } = data.detail as { kind: string };
      const name = `attune-${kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: data.detail }));
    }
  }
}

if (!customElements.get('attune-guide')) customElements.define('attune-guide', AttuneGuide);
