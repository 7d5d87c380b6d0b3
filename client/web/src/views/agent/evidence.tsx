// What a reading is the sum of, down to the words and measurements; and the agent's own judgement.
import { useSignal } from '@preact/signals';
import { CallState, Colour, type Measurement, type ReadingPart } from '../../gen/attune/v1/call_pb';
import { fill, number, percent, signed, words } from '../../i18n';
import { PARTS, SOURCES, name } from '../../i18n/names';
import type { Session } from '../../state/session';
import { clock, seconds } from '../../state/time';
import { Icon, Shape } from '../../ui/icons';
import { useBorrowedFocus } from '../../ui/parts';
import type { ReadingName } from './keys';
import { choices, readingOf, type Choice } from './reading';
import './evidence.css';

interface Props {
  session: Session;
  reading: ReadingName;
  close: () => void;
}

export function Evidence({ session, reading, close }: Props) {
  const t = words.value;
  const ref = useBorrowedFocus<HTMLElement>();
  const { value, posterior, account } = readingOf(reading, session.store.value.snapshot.value);
  const likeliest = posterior.indexOf(Math.max(...posterior));
  const options = choices(reading);
  const title = value ?? options[likeliest]?.label;
  return (
    <section ref={ref} class="evidence panel" role="dialog" aria-labelledby="evidence-title" tabIndex={-1}>
      <div class="head">
        <h2 id="evidence-title">
          <span class="eyebrow">{t[reading]}</span>
          {title ? fill(t.because, title) : t.evidence}
        </h2>
        <button type="button" class="button quiet icon" aria-label={t.close} onClick={close}>
          <Icon name="cross" />
        </button>
      </div>
      <Parts parts={account?.parts ?? []} column={Math.max(0, likeliest)} />
      {session.store.value.state.value !== CallState.ENDED && <Correct session={session} reading={reading} options={options} value={value} posterior={posterior} />}
    </section>
  );
}

/** What speaks for the likeliest class, the strongest first. */
export function Parts({ parts, column }: { parts: readonly ReadingPart[]; column: number }) {
  const t = words.value;
  if (parts.length === 0) return <p class="none-yet">{t.noEvidence}</p>;
  const weigh = (part: ReadingPart) => part.adds[column] ?? part.adds[0] ?? 0;
  const most = Math.max(0.5, ...parts.map((part) => Math.abs(weigh(part))));
  // What adds nothing that could be seen is no evidence.
  const telling = parts.filter((part) => Math.abs(weigh(part)) >= 0.05 || part.cueId === 'human');
  return (
    <ul class="parts" aria-label={t.parts}>
      {telling.map((part, i) => {
        const weight = weigh(part);
        return (
          <li key={i} class={weight < 0 ? 'against' : 'for'}>
            {part.cueId !== 'human' && (
              <>
                <span class="weight num">{signed(weight)}</span>
                <span class="bar-cell">
                  <i style={{ transform: `scaleX(${Math.abs(weight) / most})` }} />
                </span>
              </>
            )}
            <span class="what">{told(part)}</span>
          </li>
        );
      })}
    </ul>
  );
}

function told(part: ReadingPart) {
  const t = words.value;
  const key = PARTS[part.cueId];
  const source = name(SOURCES, part.source, t);
  if (key) return <span class="general">{t[key]}</span>;
  return (
    <>
      {part.evidence || (part.measurement && measured(part.measurement))}
      <small>{[source, clock(seconds(part.offset))].filter(Boolean).join(' · ')}</small>
    </>
  );
}

function measured({ value, unit, usual }: Measurement): string {
  const told = `${number(value, 1)} ${unit}`;
  return usual === undefined ? told : `${told} (${fill(words.value.usual, number(usual, 1))})`;
}

interface CorrectProps {
  session: Session;
  reading: ReadingName;
  options: readonly Choice[];
  value: string | undefined;
  posterior: readonly number[];
}

function Correct({ session, reading, options, value, posterior }: CorrectProps) {
  const t = words.value;
  const noted = useSignal('');
  const choose = async (option: Choice) => {
    const done = await session.correct(option.correction);
    noted.value = done ? fill(words.value.corrected, option.label) : fill(words.value.notCorrected, session.failed.value ?? '');
  };
  return (
    <div class="correct">
      <h3>{t.correct}</h3>
      <p class="hint">{t.correctHint}</p>
      <div class="options" role="group" aria-label={t.correct}>
        {options.map((option, i) => (
          <button key={option.value} type="button" class="button" aria-pressed={option.label === value} onClick={() => void choose(option)}>
            {reading === 'colour' && (
              <span class={`swatch c${option.value}`}>
                <Shape colour={option.value as Colour} />
              </span>
            )}
            {option.label}
            <span class="num share">{percent(posterior[i] ?? 0)}</span>
          </button>
        ))}
      </div>
      <p class="noted" role="status">
        {noted.value}
      </p>
    </div>
  );
}
