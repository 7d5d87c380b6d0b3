// Role play: the page plays a caller, the trainee answers in writing or aloud, the cards come as in a call.
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { said } from '../../api/clients';
import { Side } from '../../gen/attune/v1/call_pb';
import { fill, lang, number, signed, words } from '../../i18n';
import { CLASSES, name } from '../../i18n/names';
import { isOpen } from '../../state/call';
import { Icon } from '../../ui/icons';
import { Link, Top } from '../../ui/top';
import { SnapshotTiles } from '../agent/snapshot';
import { Told } from '../coach/follow';
import { CALLERS, type Caller } from './callers';
import { hasMicrophone, record, type Recording } from './microphone';
import { Tape, recordedCallers } from './recorded';
import { Rehearsal } from './rehearsal';
import { hasVoice, hush, read } from './voice';
import '../coach/coach.css';
import './practice.css';

export default function Practice() {
  const t = words.value;
  const [caller, setCaller] = useState<Caller>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    document.title = `${t.practice} · Attune`;
  }, [t]);
  return (
    <div class="page practice">
      <Top />
      {caller ? <Play key={`${caller.id} ${attempt}`} caller={caller} again={() => setAttempt(attempt + 1)} leave={() => setCaller(undefined)} /> : <Choice choose={setCaller} />}
    </div>
  );
}

function Choice({ choose }: { choose: (caller: Caller) => void }) {
  const t = words.value;
  return (
    <main>
      <header class="page-head">
        <h1>{t.practice}</h1>
        <p class="lead">{t.practiceLead}</p>
      </header>
      <ul class="callers">
        {[...recordedCallers(t.practiceRecorded), ...CALLERS.filter(({ language }) => language === lang.value)].map((caller) => (
          <li key={caller.id} class="panel">
            <h2>{caller.title}</h2>
            <p>{caller.situation}</p>
            <div class="row">
              <button type="button" class="button primary" onClick={() => choose(caller)} aria-label={`${t.practiceBegin}: ${caller.title}`}>
                <Icon name="play" /> {t.practiceBegin}
              </button>
              <span class="quiet-line">{fill(t.practiceTurns, caller.turns.length)}</span>
            </div>
          </li>
        ))}
      </ul>
      <p class="quiet-line">
        {t.practiceDrop}{' '}
        <Link view="review">{t.navReview}</Link>
      </p>
    </main>
  );
}

function Play({ caller, again, leave }: { caller: Caller; again: () => void; leave: () => void }) {
  const t = words.value;
  const rehearsal = useMemo(() => new Rehearsal(caller), [caller]);
  const tape = useMemo(() => caller.sound && new Tape(caller.sound.url), [caller]);
  const aloud = useSignal(tape !== undefined);
  const store = rehearsal.store.value;
  const box = useRef<HTMLDivElement>(null);
  const hear = () => {
    const text = rehearsal.next();
    if (text === undefined || !aloud.peek()) return;
    const span = caller.sound?.spans[rehearsal.heard - 1];
    if (tape && span) tape.play(span);
    else read(text, caller.language);
  };
  const quiet = () => {
    hush();
    tape?.stop();
  };
  useEffect(() => {
    hear();
    return quiet;
  }, [rehearsal]);
  useEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [rehearsal.turns.value]);
  const answer = (text: string) => {
    rehearsal.answer(text);
    hear();
  };
  return (
    <div class="agent">
      <main>
        <header class="follow-head">
          <button type="button" class="button quiet icon" aria-label={t.practiceOther} onClick={leave}>
            <Icon name="back" />
          </button>
          <h1>
            <span class="eyebrow">{t.practice}</span>
            {caller.title}
          </h1>
          {tape || hasVoice(caller.language) ? (
            <label class="row voice">
              <input type="checkbox" checked={aloud.value} onChange={(event) => (aloud.value = event.currentTarget.checked)} /> {tape ? t.practiceTape : t.practiceVoice}
            </label>
          ) : (
            <span class="quiet-line">{t.practiceNoVoice}</span>
          )}
        </header>
        <SnapshotTiles store={store} open={() => undefined} opened={undefined} />
        <section class="talk-side panel" aria-label={t.transcript}>
          <div class="turns" ref={box} role="log" tabIndex={0} aria-label={t.transcript}>
            {rehearsal.turns.value.map(({ side, text }, i) => (
              <p key={i} class={side === Side.CALLER ? 'bubble caller' : 'bubble mine'}>
                <span class="eyebrow">{side === Side.CALLER ? t.caller : t.agent}</span>
                {text}
              </p>
            ))}
          </div>
          {rehearsal.over ? <Result rehearsal={rehearsal} again={again} leave={leave} /> : <Answer say={answer} language={caller.language} quiet={quiet} />}
        </section>
        <section class="cards coach-cards" aria-label={t.say}>
          <h2 class="eyebrow">{t.say}</h2>
          {rehearsal.failed.value !== undefined && <p role="status">{fill(t.notNoted, rehearsal.failed.value)}</p>}
          <ol aria-live="polite">
            {store.cards.value.filter(isOpen).map(({ suggestion }) => (
              <li key={suggestion.suggestionId}>
                <article class="told panel open">
                  <p class="eyebrow">{name(CLASSES, suggestion.suggestionClass, t) ?? t.classOther}</p>
                  <p class="say">{suggestion.say}</p>
                  <p class="why">{suggestion.why}</p>
                </article>
              </li>
            ))}
          </ol>
          {!store.cards.value.some(isOpen) && <p class="none-yet">{t.nothingToSay}</p>}
          {store.cards.value.some((card) => !isOpen(card)) && <h2 class="eyebrow">{t.cardsSoFar}</h2>}
          <ol>
            {store.cards.value.filter(({ gone }) => gone).map((card) => (
              <li key={card.suggestion.suggestionId}>
                <Told card={card} />
              </li>
            ))}
          </ol>
        </section>
      </main>
    </div>
  );
}

function Answer({ say, language, quiet }: { say: (text: string) => void; language: string; quiet: () => void }) {
  const t = words.value;
  const text = useSignal('');
  const field = useRef<HTMLTextAreaElement>(null);
  const take = (heard: string) => {
    text.value = [text.value.trim(), heard].filter(Boolean).join(' ');
    field.current?.focus();
  };
  useEffect(() => field.current?.focus(), []);
  const send = (event: Event) => {
    event.preventDefault();
    const words = text.value.trim();
    if (!words) return;
    text.value = '';
    say(words);
    field.current?.focus();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) send(event);
  };
  return (
    <form class="answer" onSubmit={send}>
      <label class="field">
        {t.practiceAnswer}
        <textarea ref={field} rows={2} maxLength={2000} required value={text.value} placeholder={t.practiceHint} onKeyDown={press} onInput={(event) => (text.value = event.currentTarget.value)} />
      </label>
      <span class="row">
        {hasMicrophone && <Speak language={language} take={take} quiet={quiet} />}
        <button type="submit" class="button primary" disabled={!text.value.trim()}>
          {t.practiceSay}
        </button>
      </span>
    </form>
  );
}

/** Speaks instead of writing: what was understood stands in the field, to be mended or said. */
function Speak({ language, take, quiet }: { language: string; take: (heard: string) => void; quiet: () => void }) {
  const t = words.value;
  const recording = useRef<Recording>(undefined);
  const stage = useSignal<'idle' | 'listening' | 'reading'>('idle');
  const told = useSignal('');
  useEffect(() => () => recording.current?.cancel(), []);
  const press = async () => {
    told.value = '';
    try {
      if (stage.value === 'idle') {
        quiet();
        recording.current = await record();
        stage.value = 'listening';
        return;
      }
      stage.value = 'reading';
      const heard = (await recording.current?.stop(language)) ?? '';
      if (heard) take(heard);
      else told.value = t.micNothing;
    } catch (error) {
      told.value = error instanceof DOMException && error.name === 'NotAllowedError' ? t.micDenied : fill(t.notNoted, said(error));
    }
    stage.value = 'idle';
  };
  return (
    <>
      <button type="button" class="button" aria-pressed={stage.value === 'listening'} disabled={stage.value === 'reading'} onClick={() => void press()}>
        <Icon name="microphone" /> {stage.value === 'listening' ? t.micStop : t.micStart}
      </button>
      <span class="quiet-line mic-told" role="status">
        {stage.value === 'listening' ? t.micListening : stage.value === 'reading' ? t.micReading : told.value}
      </span>
    </>
  );
}

function Result({ rehearsal, again, leave }: { rehearsal: Rehearsal; again: () => void; leave: () => void }) {
  const t = words.value;
  const figures = rehearsal.summary.value;
  return (
    <div class="answer result" role="status">
      <h2>{t.practiceOver}</h2>
      {figures && (
        <dl>
          <div>
            <dt>{t.practiceShown}</dt>
            <dd class="num">{number(figures.suggestionsShown)}</dd>
          </div>
          <div>
            <dt>{t.practiceUsed}</dt>
            <dd class="num">{number(figures.suggestionsUsed)}</dd>
          </div>
          <div>
            <dt>{t.moodFirstLast}</dt>
            <dd class="num">
              {signed(figures.valenceFirst)} → {signed(figures.valenceLast)}
            </dd>
          </div>
        </dl>
      )}
      <p class="quiet-line">
        {t.practiceUsedWhat} {figures && figures.suggestionsUsed < figures.suggestionsShown && t.practiceLater}
      </p>
      <div class="row">
        <button type="button" class="button primary" onClick={again}>
          {t.practiceAgain}
        </button>
        <button type="button" class="button" onClick={leave}>
          {t.practiceOther}
        </button>
      </div>
    </div>
  );
}
