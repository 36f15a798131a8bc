import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ItemRates } from '../../../model/off-policy/item-rates.ts';

test('a rate goes from that of all items to its own, the more often the item was shown', () => {
  const rates = new ItemRates();
  assert.equal(rates.of('never'), 0);
  for (let turn = 0; turn < 90; turn += 1) rates.add('liked', 1);
  for (let turn = 0; turn < 90; turn += 1) rates.add('left', 0);
  assert.equal(rates.of('never'), 0.5);
  assert.equal(rates.of('liked'), (90 + 5) / 100);
  assert.equal(rates.of('left'), 5 / 100);
});
