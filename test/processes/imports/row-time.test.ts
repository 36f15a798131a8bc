import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseNumber, parseTimeMs } from '../../../processes/imports/row-time.ts';

const TIMES: readonly (readonly [string, number | undefined])[] = [
  ['0', 0],
  ['828124615', 828_124_615_000],
  ['828124615.5', 828_124_615_500],
  ['1700000000000', 1_700_000_000_000],
  ['1700000000000000', 1_700_000_000_000],
  ['1.7e9', 1_700_000_000_000],
  ['-5', -5_000],
  ['2020-02-29', Date.UTC(2020, 1, 29)],
  ['2020-02-29 12:30', Date.UTC(2020, 1, 29, 12, 30)],
  ['2020-02-29T12:30:15.250Z', Date.UTC(2020, 1, 29, 12, 30, 15, 250)],
  ['2020-02-29T12:30:15+0130', Date.UTC(2020, 1, 29, 11, 0, 15)],
  ['2021-02-29T99:00', undefined],
  ['29.02.2020', undefined],
  ['', undefined],
  ['Infinity', undefined],
  ['1e300', undefined],
  ['0x10', undefined],
];

for (const [text, ms] of TIMES) {
  test(`reads the time ${JSON.stringify(text)}`, () => {
    assert.equal(parseTimeMs(text), ms);
  });
}

test('reads decimal numbers and nothing else', () => {
  assert.equal(parseNumber('4.5'), 4.5);
  assert.equal(parseNumber('+3'), 3);
  for (const text of ['', '1,5', 'NaN', '1e999', ' 1 2', '0x1']) {
    assert.equal(parseNumber(text), undefined);
  }
});
