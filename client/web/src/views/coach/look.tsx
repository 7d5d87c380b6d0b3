// What a lead should look at today: notes that fell out of use, steps of plans that are due.
import { useSignal } from '@preact/signals';
import { createClient } from '@connectrpc/connect';
import { useEffect } from 'preact/hooks';
import { transport } from '../../api/clients';
import { Coaching, type GoalProgress, type Notice, type PlanStep } from '../../gen/attune/v1/coaching_pb';
import { lang, words } from '../../i18n';
import { dayOf } from '../reports/figures';

const coaching = createClient(Coaching, transport);

/** The steps that are due, those that waited longest first. */
function due(goals: readonly GoalProgress[]): { whose: string; step: PlanStep }[] {
  const open = goals.flatMap(({ goal }) => (goal?.steps ?? []).map((step) => ({ whose: goal?.key ?? '', step })));
  return open.filter(({ step }) => step.overdue || step.soon).sort((a, b) => a.step.dueDate.localeCompare(b.step.dueDate));
}

export function ToLookAt() {
  const t = words.value;
  const languageCode = lang.value;
  const notices = useSignal<readonly Notice[]>([]);
  const goals = useSignal<readonly GoalProgress[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    // The calls are what matters here; without these the wall is as good.
    coaching.listNotices({ languageCode }, { signal }).then((told) => (notices.value = told.notices), () => undefined);
    coaching.listGoals({ languageCode }, { signal }).then((told) => (goals.value = told.goals), () => undefined);
    return () => abort.abort();
  }, [languageCode]);
  const steps = due(goals.value);
  if (notices.value.length + steps.length === 0) return null;
  return (
    <section class="look panel" aria-label={t.toLookAt}>
      <h2 class="eyebrow">{t.toLookAt}</h2>
      <ul>
        {notices.value.map(({ key, text }) => (
          <li key={key}>{text}</li>
        ))}
        {steps.map(({ whose, step }) => (
          <li key={`${whose} ${step.text}`}>
            <strong>{whose}</strong> {step.text}{' '}
            <small class={step.overdue ? 'late' : ''}>
              {step.overdue ? t.stepOverdue : t.stepSoon} {dayOf(step.dueDate, 'short')}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}
