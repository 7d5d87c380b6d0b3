// The steps that the call should take, ticked by listening.
import { fill, words } from '../../i18n';
import type { CallStore } from '../../state/call';
import { Icon } from '../../ui/icons';

export function Checklist({ store }: { store: CallStore }) {
  const t = words.value;
  const steps = store.steps.value;
  if (steps.length === 0) return null;
  const done = steps.filter((step) => step.done).length;
  const next = steps.find((step) => !step.done)?.noteId;
  return (
    <div class="checklist" role="group" aria-label={t.checklist} tabIndex={0}>
      <h3 class="eyebrow">{fill(t.stepsDone, done, steps.length)}</h3>
      <ul>
        {steps.map((step) => (
          <li key={step.noteId} class={step.done ? 'done' : step.noteId === next ? 'next' : ''} title={step.why}>
            <Icon name={step.done ? 'check' : 'open'} size={14} />
            <span>{step.say}</span>
            {step.done && <span class="hidden"> ({t.stepDone})</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
