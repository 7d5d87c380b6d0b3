// The bar: which call, how long, where it stands; an alert takes the place of the phases.
import { useEffect, useState } from 'preact/hooks';
import { CallState, Phase, type Alert } from '../../gen/attune/v1/call_pb';
import { CustomerTier, type CallFacts } from '../../gen/attune/v1/guidance_pb';
import { fill, words } from '../../i18n';
import { ALERTS, PHASES, name } from '../../i18n/names';
import { go, href, route } from '../../router';
import type { Session } from '../../state/session';
import { clock } from '../../state/time';
import { LanguageSwitch, ThemeSwitch } from '../../ui/controls';
import { Icon } from '../../ui/icons';
import { Pill, StatePill } from '../../ui/parts';
import './bar.css';

const MARK = new URL('../../ui/mark.svg', import.meta.url).href;

export function Bar({ session, help }: { session: Session; help: () => void }) {
  const t = words.value;
  const store = session.store.value;
  const connection = session.connection.value;
  const embedded = route.value.query.has('embed');
  const toAll = (event: MouseEvent) => {
    event.preventDefault();
    go('');
  };
  return (
    <header class="bar">
      {!embedded && (
        <a class="brand" href={href('')} onClick={toAll} aria-label={t.allCalls} title={t.allCalls}>
          <img src={MARK} alt="" width="28" height="28" />
        </a>
      )}
      <h1 class="title">
        <span class="eyebrow">{fill(t.call, '')}</span>
        <span class="id">{session.callId}</span>
      </h1>
      <Timer session={session} />
      <span role="status">
        {connection.kind === 'lost' ? <Pill look="broken">{t.lost}</Pill> : store.sequence.value === 0n ? <Pill look="">{t.waiting}</Pill> : <StatePill state={store.state.value} />}
      </span>
      {store.facts.value && <span class="facts">{known(store.facts.value)}</span>}
      <div class="middle">{store.alert.value ? <AlertLine alert={store.alert.value} /> : <Phases phase={store.snapshot.value?.phase} />}</div>
      <div class="tools">
        <LanguageSwitch />
        <ThemeSwitch />
        <button type="button" class="button quiet icon" aria-label={t.help} title={t.help} onClick={help}>
          <Icon name="help" />
        </button>
      </div>
    </header>
  );
}

/** What is known of the caller before the call. */
function known(facts: CallFacts): string {
  const t = words.value;
  const tier = facts.customerTier && CustomerTier[facts.customerTier];
  const before = facts.callsBefore;
  const calls = before === undefined ? '' : before === 0 ? t.firstCall : fill(t.callNumber, before + 1);
  return [tier && fill(t.customer, tier), calls].filter(Boolean).join(', ');
}

function Timer({ session }: { session: Session }) {
  const [now, setNow] = useState(() => session.now());
  useEffect(() => {
    const tick = () => setNow(session.now());
    tick();
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [session]);
  const ended = session.store.value.state.value === CallState.ENDED;
  return (
    <span class={ended ? 'timer num over' : 'timer num'} role="timer" aria-label={words.value.timer} aria-live="off">
      {clock(now)}
    </span>
  );
}

function Phases({ phase }: { phase: Phase | undefined }) {
  const t = words.value;
  const order = [Phase.OPENING, Phase.CONCERN, Phase.SOLUTION, Phase.CLOSING];
  return (
    <ol class="phases" aria-label={t.phase}>
      {order.map((step) => (
        <li key={step} class={phase !== undefined && step < phase ? 'past' : ''} {...(step === phase ? { 'aria-current': 'step' as const } : {})}>
          {name(PHASES, step, t)}
        </li>
      ))}
    </ol>
  );
}

function AlertLine({ alert }: { alert: Alert }) {
  const t = words.value;
  return (
    <p class="alert" role="alert">
      <Icon name="alert" />
      <strong>{name(ALERTS, alert.kind, t)}</strong>
      <q>{alert.evidence}</q>
    </p>
  );
}
