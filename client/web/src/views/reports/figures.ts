// A report's figures as people read them, and as a file.
import { FigureUnit, type Figure, type FigureValue, type Report } from '../../gen/attune/v1/figures_pb';
import { number, percent } from '../../i18n';
import { clock } from '../../state/time';

export function shown(unit: FigureUnit, value: number): string {
  switch (unit) {
    case FigureUnit.SECONDS:
      return clock(value);
    case FigureUnit.SHARE:
      return percent(value);
    default:
      return number(value, Math.abs(value) < 100 ? 2 : 0);
  }
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
