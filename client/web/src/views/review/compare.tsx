// Two playbooks side by side on this call.
import { useSignal } from '@preact/signals';
import { said } from '../../api/clients';
import type { PlaybookFile } from '../../gen/attune/v1/editor_pb';
import { words } from '../../i18n';
import type { Card } from '../../state/call';
import { Comparison } from '../playbooks/comparison';
import { cardsOf, editor } from '../playbooks/service';
import type { History } from './history';
import type { Player } from './player';
import '../playbooks/comparison.css';

export function Compare({ history, player }: { history: History; player: Player }) {
  const t = words.value;
  const files = useSignal<readonly PlaybookFile[] | undefined>(undefined);
  const chosen = useSignal<readonly [string, string]>(['', '']);
  const found = useSignal<{ names: readonly [string, string]; a: readonly Card[]; b: readonly Card[] } | undefined>(undefined);
  const failed = useSignal('');
  const spoken = history.language;
  const open = async () => {
    if (files.value) return;
    try {
      const { playbooks } = await editor.listPlaybooks({});
      const usable = playbooks.filter(({ problems, languageCode }) => problems.length === 0 && (!spoken || languageCode === spoken));
      files.value = usable;
      chosen.value = [usable[0]?.file ?? '', usable[1]?.file ?? usable[0]?.file ?? ''];
    } catch (error) {
      failed.value = said(error);
    }
  };
  const run = async (event: Event) => {
    event.preventDefault();
    const [first, second] = chosen.value;
    try {
      const cards = (file: string) => cardsOf({ file }, history.transcripts);
      const [a, b] = await Promise.all([cards(first), cards(second)]);
      found.value = { names: [first, second], a, b };
      failed.value = '';
    } catch (error) {
      failed.value = said(error);
    }
  };
  const pick = (label: string, i: 0 | 1) => (
    <label class="field">
      {label}
      <select value={chosen.value[i]} onChange={({ currentTarget: { value } }) => (chosen.value = i === 0 ? [value, chosen.value[1]] : [chosen.value[0], value])}>
        {files.value?.map(({ file, name }) => (
          <option key={file} value={file}>
            {file} · {name}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <details class="panel compare" onToggle={(event) => event.currentTarget.open && void open()}>
      <summary>{t.cmpTitle}</summary>
      <div>
        <p class="quiet-line">{t.cmpWords}</p>
        {files.value && files.value.length < 2 && <p class="quiet-line">{t.cmpOne}</p>}
        {files.value && files.value.length > 0 && (
          <form class="row" onSubmit={(event) => void run(event)}>
            {pick(t.cmpFirst, 0)}
            {pick(t.cmpSecond, 1)}
            <button type="submit" class="button">
              {t.cmpRun}
            </button>
          </form>
        )}
        {failed.value && (
          <p role="alert" class="failed">
            {failed.value}
          </p>
        )}
        {found.value && <Comparison {...found.value} seek={(at) => player.seek(at)} />}
      </div>
    </details>
  );
}
