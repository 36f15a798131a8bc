import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ItemTable } from '../../../actors/runtime/item-table.ts';

test('an item is found in its row, and one that was asked for too early once it is there', () => {
  const items = new ItemTable();
  const id = (number: number): string => `item ${String(number)}`;
  // More items than rows are remembered by hash, so that many share a place.
  for (let number = 0; number < 50_000; number++) {
    assert.equal(items.find(id(number)), -1);
    assert.equal(items.add(id(number)), number);
    assert.equal(items.find(id(number)), number);
  }
  for (let number = 0; number < 50_000; number++) assert.equal(items.find(id(number)), number);
  assert.equal(items.find(''), -1);
  assert.deepEqual(items.idsFrom(49_999), [id(49_999)]);
});
