import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { FigureUnit, ReportSchema } from '../../gen/attune/v1/figures_pb';
import { paths } from './curve';
import { csv, shown } from './figures';

it('writes a file that a table program reads, and no formulas', () => {
  const values = [{ figureId: 'fcr', value: 0.5, low: 0.4, high: 0.6, count: 80n }];
  const report = create(ReportSchema, { figures: [{ figureId: 'fcr' }], total: { calls: 160n, values }, groups: [{ key: '=cmd, "x"', calls: 80n, values }] });
  expect(csv(report)).toBe('group,calls,figure,value,low_95,high_95,count\r\n"\'=cmd, ""x""",80,fcr,0.5,0.4,0.6,80\r\ntotal,160,fcr,0.5,0.4,0.6,80\r\n');
});

it('shows values in their unit', () => {
  expect([shown(FigureUnit.SECONDS, 65), shown(FigureUnit.SHARE, 0.256), shown(FigureUnit.SCALE, 3.456)]).toEqual(['1:05', '26 %', '3.46']);
});

it('draws days where they lie, and keeps the band within the picture', () => {
  const day = (key: string, value: number, low: number, high: number) => ({ key, value, low, high });
  const days = [day('2026-02-27', 4, 0, 40), day('2026-03-01', 6, 5, 7), day('2026-03-03', 4, 3, 5)];
  const { line, band, least, most } = paths(days, { value: 5 });
  expect([least, most]).toEqual([3.3, 6.7]);
  expect(line).toBe('M0.0 76.2L160.0 19.8L320.0 76.2');
  expect(band).toBe('M0.0 0.0L160.0 0.0L320.0 48.0L320.0 96.0L160.0 48.0L0.0 96.0Z');
});
