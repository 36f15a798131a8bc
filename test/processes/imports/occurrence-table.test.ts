import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { hash64, OccurrenceTable } from '../../../processes/imports/occurrence-table.ts';

test('counts as a map of texts would', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 })), (texts) => {
      const table = new OccurrenceTable();
      const counts = new Map<string, number>();
      for (const text of texts) {
        assert.equal(table.count(text), counts.get(text) ?? 0);
        counts.set(text, (counts.get(text) ?? 0) + 1);
      }
      assert.equal(table.distinct, counts.size);
    }),
  );
});

test('grows over its first slots without losing a count', () => {
  const table = new OccurrenceTable();
  for (let round = 0; round < 2; round += 1) {
    for (let i = 0; i < 50_000; i += 1) assert.equal(table.count(`user ${String(i)}`), round);
  }
  assert.equal(table.distinct, 50_000);
});

test('a count past 65,535 stays there', () => {
  const table = new OccurrenceTable();
  for (let i = 0; i < 70_000; i += 1) table.count('same');
  assert.equal(table.count('same'), 65_535);
  assert.equal(table.distinct, 1);
});

test('similar texts have different hashes', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 200_000; i += 1) seen.add(hash64(String(i)).join());
  assert.equal(seen.size, 200_000);
});
