import { expect, it } from 'vitest';
import { de } from './de';
import { en } from './en';
import { evidenceInWords } from './evidence';
import { fill, lang, number, percent, signed } from './index';

it('both languages fill the same places', () => {
  const places = (text: string) => [...text.matchAll(/\{\d\}/g)].map(String).sort();
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    expect(de[key].trim(), key).not.toBe('');
    expect(places(de[key]), key).toEqual(places(en[key]));
  }
});

it('writes numbers as the language does', () => {
  expect([fill('{1}-{0}', 'a', 2), percent(0.256), signed(-0.44), signed(0.04)]).toEqual(['2-a', '26 %', '−0.4', '0.0']);
  lang.value = 'de';
  expect(['colour.red 0.81', 'said: third time', 'said "by friday"', 'call at 0:03.260', 'caller_type.none 0.50', 'colour.blue set by a human', 'anything else'].map(evidenceInWords)).toEqual([
    'rot 81 %',
    '“third time”',
    '“by friday”',
    '0:03',
    'nichts Besonderes 50 %',
    'blau, von Hand gesetzt',
    'anything else',
  ]);
  expect([number(1234.5, 1), signed(0.5)]).toEqual(['1.234,5', '+0,5']);
});
