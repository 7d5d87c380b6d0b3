// <attune-guide server="https://attune.example" call="ID" token="…" lang="de" theme="dark">
//
// The agent's view inside another page, such as a CRM. It runs in a frame of the Attune server, so
// that neither page can reach into the other. The token goes to the frame as a message, never into
// an address. What happens in the call comes out as DOM events: `attune-ready`, and one for every
// event of the call, `attune-snapshot`, `attune-suggestion`, `attune-ended` …, with the call's
// number, the event's, and a card's; never with what was said.
import type { Wish, Word } from './bridge';

const ATTRIBUTES = ['server', 'call', 'token', 'lang', 'theme'] as const;

class AttuneGuide extends HTMLElement {
  static readonly observedAttributes = ATTRIBUTES;

  private frame: HTMLIFrameElement | undefined;
  private readonly hear = (event: MessageEvent<Partial<Word> | null>) => this.heard(event);

  connectedCallback(): void {
    addEventListener('message', this.hear);
    this.load();
  }

  disconnectedCallback(): void {
    removeEventListener('message', this.hear);
    this.frame?.remove();
    this.frame = undefined;
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (!this.frame || before === now) return;
    if (name === 'server') this.load();
    else this.tell();
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
    const [call, token, lang, theme] = ['call', 'token', 'lang', 'theme'].map((name) => this.getAttribute(name));
    const wish: Wish = { attune: 'set', call: call ?? null, token: token ?? null, lang: lang ?? null, theme: theme ?? null };
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
