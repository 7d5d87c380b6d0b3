// The keys, and what the page is and is not.
import { words } from '../../i18n';
import { choose, shortcuts } from '../../state/settings';
import { Icon } from '../../ui/icons';
import { useBorrowedFocus } from '../../ui/parts';
import './help.css';

export function Help({ close }: { close: () => void }) {
  const t = words.value;
  const ref = useBorrowedFocus<HTMLElement>();
  const rows: [string[], string][] = [
    [['1', '2', '3'], t.helpUse],
    [['Esc'], t.helpDismiss],
    [['c', 'm', 'f', 't'], t.helpReading],
    [['?'], t.helpHelp],
    [['Tab'], t.helpTab],
  ];
  return (
    <section ref={ref} class="help panel" role="dialog" aria-labelledby="help-title" tabIndex={-1}>
      <div class="head">
        <h2 id="help-title">{t.helpTitle}</h2>
        <button type="button" class="button quiet icon" aria-label={t.close} onClick={close}>
          <Icon name="cross" />
        </button>
      </div>
      <p>{t.helpIntro}</p>
      <dl>
        {rows.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="row">
        <input type="checkbox" checked={shortcuts.value} onChange={(event) => choose({ shortcuts: event.currentTarget.checked })} /> {t.shortcuts}
      </label>
      <p class="about">{t.about}</p>
    </section>
  );
}
