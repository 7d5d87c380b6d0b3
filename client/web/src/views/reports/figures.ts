// A report's figures as people read them, and as a file.
import { FigureUnit, type Figure, type FigureValue, type Report } from '../../gen/attune/v1/figures_pb';
import { lang, number, percent } from '../../i18n';
import { clock } from '../../state/time';

export function shown(unit: FigureUnit, value: number): string {
  switch (unit) {
    case FigureUnit.SECONDS:
      // Of a few seconds the tenths count.
      return value < 10 ? `${number(value, 1)} s` : clock(value);
    case FigureUnit.SHARE:
      return value > 0 && value < 0.1 ? `${number(value * 100, 1)} %` : percent(value);
    default:
      return number(value, Math.abs(value) < 100 ? 2 : 0);
  }
}

/** "2026-01-31" as the language writes it, with the year or without. */
export function dayOf(date: string, style: 'long' | 'short'): string {
  const options: Intl.DateTimeFormatOptions = style === 'long' ? { dateStyle: 'long' } : { day: 'numeric', month: 'short' };
  return new Date(`${date}T12:00:00`).toLocaleDateString(lang.value, options);
}

export function valueOf(values: readonly FigureValue[], { figureId }: Figure): FigureValue | undefined {
  return values.find((value) => value.figureId === figureId);
}

/** One line a group and figure; numbers as machines read them. */
export function csv({ groups, total }: Report): string {
  const quoted = (text: string) => {
    // A cell that begins like a formula must not become one.
    const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const rows = [...groups, ...(total ? [{ ...total, key: 'total' }] : [])].flatMap(({ key, calls, values }) =>
    values.map(({ figureId, value, low, high, count }) => [quoted(key), calls, figureId, value, low, high, count].join(',')),
  );
  return ['group,calls,figure,value,low_95,high_95,count', ...rows, ''].join('\r\n');
}
