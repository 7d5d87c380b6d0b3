// What became of the call, in three clicks. Each is recorded at once and can be changed.
import { useSignal } from '@preact/signals';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { useEffect } from 'preact/hooks';
import { said, transport, trouble } from '../../api/clients';
import { OutcomeSchema, Outcomes, type Outcome, type WrapUpCode } from '../../gen/attune/v1/outcomes_pb';
import { fill, words } from '../../i18n';
import type { Words } from '../../i18n/en';

const outcomes = createClient(Outcomes, transport);

/** Codes to close a call with, for projects that name none of their own. */
const CODES: Record<string, keyof Words> = {
  settled: 'codeSettled',
  information: 'codeInformation',
  callback: 'codeCallback',
  'handed-on': 'codeHandedOn',
  'no-result': 'codeNoResult',
};

type Change = Omit<MessageInitShape<typeof OutcomeSchema>, '$typeName' | 'callId'>;

export function OutcomeForm({ callId }: { callId: string }) {
  const t = words.value;
  const known = useSignal<Outcome>(create(OutcomeSchema));
  // Nothing is shown until it is known, for buttons that change under the hand are pressed wrongly.
  const own = useSignal<Pick<WrapUpCode, 'code' | 'name'>[] | undefined>(undefined);
  const failed = useSignal('');
  useEffect(() => {
    outcomes.listWrapUpCodes({ callId }).then(
      ({ codes }) => (own.value = codes),
      () => (own.value = []),
    );
    outcomes.getOutcome({ callId }).then(
      (outcome) => (known.value = outcome),
      // Nothing is recorded yet.
      (error: unknown) => trouble(error) !== 'missing' && (failed.value = said(error)),
    );
  }, [callId]);
  const record = async (change: Change) => {
    try {
      known.value = await outcomes.recordOutcome({ outcome: { callId, ...change } });
      failed.value = '';
    } catch (error) {
      failed.value = fill(words.value.notCorrected, said(error));
    }
  };
  const { resolved, effort, wrapUpCode } = known.value;
  const usual = Object.entries(CODES).map(([code, key]) => ({ code, name: t[key] }));
  return (
    <div class="outcome">
      <Question label={t.askResolved}>
        <Option label={t.yes} chosen={resolved === true} choose={() => record({ resolved: true })} />
        <Option label={t.no} chosen={resolved === false} choose={() => record({ resolved: false })} />
      </Question>
      <Question label={t.askEffort} hint={t.effortHint}>
        {[1, 2, 3, 4, 5].map((value) => (
          <Option key={value} label={String(value)} chosen={effort === value} choose={() => record({ effort: value })} />
        ))}
      </Question>
      <Question label={t.askCode}>
        {(own.value?.length === 0 ? usual : (own.value ?? [])).map(({ code, name }) => (
          <Option key={code} label={name} chosen={wrapUpCode === code} choose={() => record({ wrapUpCode: code })} />
        ))}
      </Question>
      <p class="noted" role="status">
        {failed.value || (known.value.recordTime && t.outcomeNoted)}
      </p>
    </div>
  );
}

function Question({ label, hint, children }: { label: string; hint?: string; children: preact.ComponentChildren }) {
  return (
    <div class="question" role="group" aria-label={label}>
      <p>
        {label} {hint && <small>{hint}</small>}
      </p>
      <div class="row">{children}</div>
    </div>
  );
}

function Option({ label, chosen, choose }: { label: string; chosen: boolean; choose: () => Promise<void> }) {
  return (
    <button type="button" class="button" aria-pressed={chosen} onClick={() => void choose()}>
      {label}
    </button>
  );
}
