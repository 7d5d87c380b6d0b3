// A playbook on a call that was taken: what the text that is being written would change.
import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { calls as api, said } from '../../api/clients';
import { linesOf } from '../../api/words';
import { CallState, type Call } from '../../gen/attune/v1/call_pb';
import { words } from '../../i18n';
import type { Card } from '../../state/call';
import { clock, seconds } from '../../state/time';
import { Comparison } from './comparison';
import { cardsOf } from './service';

interface Props {
  file: string;
  text: Signal<string>;
  /** There is no saved text yet to compare with. */
  isNew: boolean;
}

export function OnCall({ file, text, isNew }: Props) {
  const t = words.value;
  const [stored, setStored] = useState<readonly Call[]>();
  const callId = useSignal('');
  const found = useSignal<readonly [readonly Card[], readonly Card[]] | undefined>(undefined);
  const failed = useSignal('');
  const busy = useSignal(false);
  useEffect(() => {
    api.listCalls({ pageSize: 50, state: CallState.ENDED }).then(
      ({ calls }) => {
        setStored(calls);
        callId.value = calls[0]?.callId ?? '';
      },
      (error: unknown) => (failed.value = said(error)),
    );
  }, []);
  const run = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    try {
      const lines = await linesOf(callId.value);
      const before = isNew ? Promise.resolve([]) : cardsOf({ file }, lines);
      found.value = await Promise.all([before, cardsOf({ file, text: text.value }, lines)]);
      failed.value = '';
    } catch (error) {
      failed.value = said(error);
    } finally {
      busy.value = false;
    }
  };
  if (stored?.length === 0) return <p class="quiet-line">{t.noPastCalls}</p>;
  return (
    <>
      <form onSubmit={(event) => void run(event)}>
        <label class="field">
          {t.pbTryCall}
          <select value={callId.value} onChange={(event) => (callId.value = event.currentTarget.value)}>
            {stored?.map((call) => (
              <option key={call.callId} value={call.callId}>
                {call.callId} · {clock(seconds(call.duration))} · {call.languageCode}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="button" disabled={!callId.value || busy.value}>
          {t.pbTryRun}
        </button>
      </form>
      <p class="quiet-line">{t.cmpWords}</p>
      {failed.value && (
        <p role="alert" class="failed">
          {failed.value}
        </p>
      )}
      {found.value && <Comparison names={[t.pbAsSaved, t.pbAsWritten]} a={found.value[0]} b={found.value[1]} />}
    </>
  );
}
