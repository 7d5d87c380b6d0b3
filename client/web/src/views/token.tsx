// No token, or one that does not open what was asked for.
import { useState } from 'preact/hooks';
import { keepToken, token } from '../api/token';
import { words } from '../i18n';

export function TokenNeeded({ retry }: { retry: () => void }) {
  const [typed, setTyped] = useState('');
  const t = words.value;
  const expired = token.value !== undefined;
  const submit = (event: Event) => {
    event.preventDefault();
    keepToken(typed);
    retry();
  };
  return (
    <main class="message">
      <h1>{expired ? t.expiredToken : t.noToken}</h1>
      <p>{expired ? t.expiredTokenWhy : t.noTokenWhy}</p>
      <form class="message-form" onSubmit={submit}>
        <label class="field">
          {t.token}
          <input type="password" autocomplete="off" spellcheck={false} value={typed} required onInput={(event) => setTyped(event.currentTarget.value)} />
        </label>
        <p class="hint">{t.tokenKept}</p>
        <button type="submit" class="button primary">
          {t.open}
        </button>
      </form>
    </main>
  );
}
