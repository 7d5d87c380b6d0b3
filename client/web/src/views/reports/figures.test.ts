import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { FigureUnit, ReportSchema } from '../../gen/attune/v1/figures_pb';
import { csv, shown } from './figures';

it('writes a file that a table program reads, and no formulas', () => {
  const values = [{ figureId: 'fcr', value: 0.5, low: 0.4, high: 0.6, count: 80n }];
  const report = create(ReportSchema, { figures: [{ figureId: 'fcr' }], total: { calls: 160n, values }, groups: [{ key: '=cmd, "x"', calls: 80n, values }] });
  expect(csv(report)).toBe('group,calls,figure,value,low_95,high_95,count\r\n"\'=cmd, ""x""",80,fcr,0.5,0.4,0.6,80\r\ntotal,160,fcr,0.5,0.4,0.6,80\r\n');
});

it('shows values in their unit', () => {
  expect([shown(FigureUnit.SECONDS, 65), shown(FigureUnit.SHARE, 0.256), shown(FigureUnit.SCALE, 3.456)]).toEqual(['1:05', '26 %', '3.46']);
});
