import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PairCounts } from '../../../model/stream/pair-counts.ts';
import { RankedRows } from '../../../model/stream/ranked-rows.ts';
import { RowMarks } from '../../../model/stream/row-marks.ts';
import { SeenRows } from '../../../model/stream/seen-rows.ts';
import { TopRows } from '../../../model/stream/top-rows.ts';

const RUNS = { numRuns: 100 };
const rowArbitrary = fc.nat({ max: 40 });

interface Scored {
  readonly row: number;
  readonly score: number;
}

/** Best first, ties to the lower row: the order of every ranking. */
function inOrder(scored: readonly Scored[]): Scored[] {
  return [...scored].sort((left, right) => right.score - left.score || left.row - right.row);
}

test('top rows are the best of those offered, ties to the lower row', () => {
  const top = new TopRows();
  const scoresArbitrary = fc.array(fc.constantFrom(-1, 0, 0.5, 2, NaN), { maxLength: 60 });
  fc.assert(
    fc.property(scoresArbitrary, fc.nat({ max: 70 }), (given, capacity) => {
      const offered = given.map((score, row) => ({ row, score }));
      top.begin(capacity);
      for (const { row, score } of [...offered].reverse()) top.offer(row, score);
      const rows = new Uint32Array(capacity);
      const scores = new Float32Array(capacity);
      const found = top.take(rows, scores);
      const taken = Array.from(rows.subarray(0, found), (row, at) => ({ row, score: scores[at] }));
      const scored = offered.filter(({ score }) => !Number.isNaN(score));
      assert.deepEqual(taken, inOrder(scored).slice(0, capacity));
    }),
    RUNS,
  );
});

test('ranked rows stand as if they had been sorted', () => {
  const raisesArbitrary = fc.array(fc.tuple(rowArbitrary, fc.constantFrom(0, 0.5, 1)), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(raisesArbitrary, (raises) => {
      const ranked = new RankedRows(0);
      for (const [row, more] of raises) {
        ranked.grow(row + 1);
        ranked.raise(row, ranked.key(row) + more);
      }
      const rows = Array.from({ length: ranked.rows }, (_, place) => ranked.at(place));
      const scored = rows.map((row) => ({ row, score: ranked.key(row) }));
      assert.deepEqual(scored, inOrder(scored));
      assert.equal(new Set(rows).size, rows.length);
    }),
    RUNS,
  );
});

test('a key does not fall', () => {
  const ranked = new RankedRows(0);
  ranked.grow(300);
  ranked.raise(299, 2);
  assert.throws(() => ranked.raise(299, 1), /would fall/);
  assert.throws(() => ranked.raise(299, NaN), /would fall/);
});

test('pair counts are those of a map, partners in the order in which they came', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 2 }), rowArbitrary)), (added) => {
      const pairs = new PairCounts();
      const known = new Map<number, Map<number, number>>();
      for (const [row, partner] of added) {
        pairs.add(row, partner, 0.5);
        const partners = known.get(row) ?? new Map<number, number>();
        known.set(row, partners.set(partner, (partners.get(partner) ?? 0) + 0.5));
      }
      for (let row = 0; row < 4; row++) {
        const partners = known.get(row) ?? new Map<number, number>();
        assert.deepEqual([...pairs.partners(row)], [...partners.keys()]);
        assert.deepEqual([...pairs.counts(row)], [...partners.values()]);
      }
    }),
    RUNS,
  );
});

test('what a user has had ascends, each once', () => {
  fc.assert(
    fc.property(fc.array(rowArbitrary), (had) => {
      const seen = new SeenRows();
      const known = new Set<number>();
      for (const row of had) {
        assert.equal(seen.has(3, row), known.has(row));
        assert.equal(seen.add(3, row), !known.has(row));
        known.add(row);
      }
      assert.deepEqual(
        [...seen.of(3)],
        [...known].sort((left, right) => left - right),
      );
      assert.equal(seen.of(2).length, 0);
      assert.equal(seen.has(9, 0), false);
    }),
    RUNS,
  );
});

test('marks last for one question', () => {
  const marks = new RowMarks();
  marks.begin(10);
  marks.markAll([3, 4]);
  marks.mark(300);
  assert.deepEqual([marks.has(3), marks.has(5)], [true, false]);
  marks.begin(1_000);
  assert.equal(marks.has(3), false);
  marks.mark(999);
  assert.equal(marks.has(999), true);
});
