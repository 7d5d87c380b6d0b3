// What the person at the screen may choose: for this browser, and for the cards of the next calls.
import { useSignal } from '@preact/signals';
import { createClient } from '@connectrpc/connect';
import { useEffect } from 'preact/hooks';
import { said, transport } from '../../api/clients';
import { SuggestionClass } from '../../gen/attune/v1/call_pb';
import { Playbooks } from '../../gen/attune/v1/playbooks_pb';
import { LANGUAGES, fill, lang, words } from '../../i18n';
import { CLASSES, name } from '../../i18n/names';
import { THEMES, choose, shortcuts, theme, type Theme } from '../../state/settings';
import { Top } from '../../ui/top';
import '../coach/coach.css';
import './settings.css';

const playbooks = createClient(Playbooks, transport);

const TONGUES = { en: 'English', de: 'Deutsch' } as const;

export default function Settings() {
  const t = words.value;
  useEffect(() => {
    document.title = `${t.settings} · Attune`;
  }, [t]);
  const looks: Record<Theme, string> = { auto: t.themeAuto, light: t.themeLight, dark: t.themeDark };
  return (
    <div class="page settings">
      <Top />
      <main>
        <header class="page-head">
          <h1>{t.settings}</h1>
          <p class="lead">{t.settingsLead}</p>
        </header>
        <section class="panel group" aria-labelledby="set-page">
          <h2 id="set-page">{t.setPage}</h2>
          <div class="setting" role="group" aria-label={t.language}>
            <span>{t.language}</span>
            <span class="row">
              {LANGUAGES.map((code) => (
                <button key={code} type="button" class="button" lang={code} aria-pressed={lang.value === code} onClick={() => choose({ lang: code })}>
                  {TONGUES[code]}
                </button>
              ))}
            </span>
          </div>
          <div class="setting" role="group" aria-label={t.theme}>
            <span>{t.theme}</span>
            <span class="row">
              {THEMES.map((look) => (
                <button key={look} type="button" class="button" aria-pressed={theme.value === look} onClick={() => choose({ theme: look })}>
                  {looks[look]}
                </button>
              ))}
            </span>
          </div>
          <label class="setting">
            <span>
              {t.setKeys} <small>{t.setKeysHint}</small>
            </span>
            <input type="checkbox" checked={shortcuts.value} onChange={(event) => choose({ shortcuts: event.currentTarget.checked })} />
          </label>
        </section>
        <Wishes />
        <section class="panel group" aria-labelledby="set-views">
          <h2 id="set-views">{t.setViews}</h2>
          <p>{t.setViewsWhat}</p>
        </section>
      </main>
    </div>
  );
}

/** Kinds of advice; what must be said cannot be muted. The words are the playbook's. */
const KINDS: readonly (readonly [string, SuggestionClass])[] = [
  ['empathy', SuggestionClass.EMPATHY],
  ['solution', SuggestionClass.SOLUTION],
  ['next_issue', SuggestionClass.NEXT_ISSUE],
  ['offer', SuggestionClass.OFFER],
  ['positive_language', SuggestionClass.POSITIVE_LANGUAGE],
  ['hear_and_understand', SuggestionClass.HEAR_AND_UNDERSTAND],
];

function Wishes() {
  const t = words.value;
  const agentId = useSignal('');
  const known = useSignal(false);
  const cards = useSignal('');
  const muted = useSignal<readonly string[]>([]);
  const told = useSignal('');
  const kinds = KINDS.map(([word]) => word);
  const notes = muted.value.filter((word) => !kinds.includes(word));
  const load = async (event: Event) => {
    event.preventDefault();
    try {
      const wishes = await playbooks.getAgentWishes({ agentId: agentId.value.trim() });
      cards.value = wishes.cardsPerCall === undefined ? '' : String(wishes.cardsPerCall);
      muted.value = wishes.muted;
      known.value = true;
      told.value = '';
    } catch (error) {
      told.value = said(error);
    }
  };
  const save = async (event: Event) => {
    event.preventDefault();
    try {
      const wishes = { muted: [...muted.value], ...(cards.value === '' ? {} : { cardsPerCall: Number(cards.value) }) };
      await playbooks.setAgentWishes({ agentId: agentId.value.trim(), wishes });
      told.value = t.setSaved;
    } catch (error) {
      told.value = fill(t.notNoted, said(error));
    }
  };
  const mute = (word: string, wanted: boolean) => (muted.value = wanted ? [...muted.value, word] : muted.value.filter((other) => other !== word));
  return (
    <section class="panel group" aria-labelledby="set-cards">
      <h2 id="set-cards">{t.setCards}</h2>
      <p>{t.setCardsWhat}</p>
      <form class="row ask" onSubmit={(event) => void load(event)}>
        <label class="field">
          {t.setAgent}
          <input
            value={agentId.value}
            required
            autocomplete="off"
            maxLength={128}
            onInput={(event) => {
              agentId.value = event.currentTarget.value;
              known.value = false;
            }}
          />
        </label>
        <button type="submit" class="button">
          {t.setLoad}
        </button>
      </form>
      {known.value && (
        <form class="wishes-form" onSubmit={(event) => void save(event)}>
          <label class="field">
            {t.setBudget}
            <input type="number" min="0" max="1000" value={cards.value} onInput={(event) => (cards.value = event.currentTarget.value)} />
            <small>{t.setBudgetHint}</small>
          </label>
          <fieldset>
            <legend>{t.setMute}</legend>
            {KINDS.map(([word, kind]) => (
              <label key={word}>
                <input type="checkbox" checked={muted.value.includes(word)} onChange={(event) => mute(word, event.currentTarget.checked)} /> {name(CLASSES, kind, t)}
              </label>
            ))}
          </fieldset>
          <label class="field">
            {t.setMuteNotes}
            <input
              value={notes.join(' ')}
              onChange={(event) => {
                const typed = event.currentTarget.value.split(/\s+/).filter(Boolean);
                muted.value = [...muted.value.filter((word) => kinds.includes(word)), ...typed];
              }}
            />
            <small>{t.setMuteNotesHint}</small>
          </label>
          <button type="submit" class="button primary">
            {t.setSave}
          </button>
        </form>
      )}
      <p class="told-so" role="status">
        {told.value}
      </p>
    </section>
  );
}
