import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadKernel } from '../../../model/kernel/kernel.ts';
import { BoundedPairs } from '../../../model/stream/bounded-pairs.ts';

const PARTNERS_MAX = 16;
/** Wide enough that rooms of three sizes are left. */
const WIDE_MAX = 64;
const kernel = (await loadKernel()).create();

const additions = fc.array(fc.tuple(fc.nat(5), fc.nat(40), fc.integer({ min: 1, max: 4 })), {
  maxLength: 400,
});

function filled(all: readonly (readonly [number, number, number])[]): BoundedPairs {
  const pairs = new BoundedPairs(kernel, PARTNERS_MAX);
  for (const [row, partner, weight] of all) pairs.add(row, partner, weight);
  return pairs;
}

function countsOf(pairs: BoundedPairs, row: number): Map<number, number> {
  const counts = pairs.counts(row);
  return new Map(Array.from(pairs.partners(row), (partner, at) => [partner, counts[at] as number]));
}

test('counts are exact while a row has room', () => {
  const pairs = filled([
    [0, 1, 1],
    [0, 2, 2],
    [0, 1, 3],
  ]);
  assert.deepEqual(
    countsOf(pairs, 0),
    new Map([
      [1, 4],
      [2, 2],
    ]),
  );
  assert.equal(pairs.total(0), 6);
  assert.equal(pairs.partners(7).length, 0);
});

test('a row keeps to its bound, holds a partner once, and never counts more than was added', () => {
  fc.assert(
    fc.property(additions, (all) => {
      const pairs = filled(all);
      for (let row = 0; row <= 5; row++) {
        const counts = countsOf(pairs, row);
        assert.ok(pairs.partners(row).length <= PARTNERS_MAX);
        assert.equal(counts.size, pairs.partners(row).length);
        for (const [partner, count] of counts) {
          const added = all
            .filter(([to, other]) => to === row && other === partner)
            .reduce((sum, [, , weight]) => sum + weight, 0);
          assert.ok(count > 0 && count <= added);
        }
      }
    }),
  );
});

test('what comes often stays in a full row, whatever comes once', () => {
  const pairs = new BoundedPairs(kernel, PARTNERS_MAX);
  for (let round = 0; round < 300; round++) {
    pairs.add(0, round % 4, 1);
    pairs.add(0, 100 + round, 1);
  }
  const counts = countsOf(pairs, 0);
  for (let partner = 0; partner < 4; partner++) assert.equal(counts.get(partner), 75);
});

/** What {@link BoundedPairs} is, in the plainest way: a list a row. */
class PlainPairs {
  readonly rows = new Map<number, { pairs: [partner: number, count: number][]; hand: number }>();

  add(row: number, partner: number, weight: number): void {
    const found = this.rows.get(row) ?? { pairs: [], hand: 0 };
    this.rows.set(row, found);
    const known = found.pairs.find(([other]) => other === partner);
    if (known !== undefined) known[1] += weight;
    else if (found.pairs.length < WIDE_MAX) found.pairs.push([partner, weight]);
    else {
      const looked = Array.from({ length: 8 }, (_, at) => (found.hand + at) % WIDE_MAX);
      const countAt = (place: number): number => found.pairs[place]?.[1] as number;
      const least = Math.min(...looked.map(countAt));
      found.pairs[looked.find((place) => countAt(place) === least) as number] = [partner, weight];
      found.hand = (found.hand + 8) % WIDE_MAX;
    }
  }
}

const additionsTo = (
  rows: number,
): fc.Arbitrary<[row: number, partner: number, weight: number][]> =>
  fc.array(fc.tuple(fc.nat(rows - 1), fc.nat(90), fc.integer({ min: 1, max: 4 })), {
    minLength: 120,
    maxLength: 300,
  });
// Few rows grow wide before many begin, in halves of the rooms that the wide ones have left.
const manyAdditions = fc.tuple(additionsTo(2), additionsTo(24)).map((lots) => lots.flat());

test('rows hold what plain lists would, though they grow by turns and leave their rooms to each other', () => {
  fc.assert(
    fc.property(manyAdditions, (all) => {
      const pairs = new BoundedPairs(kernel, WIDE_MAX);
      const lists = new PlainPairs();
      for (const [row, partner, weight] of all) {
        pairs.add(row, partner, weight);
        lists.add(row, partner, weight);
      }
      for (const [row, { pairs: theirs }] of lists.rows) {
        assert.deepEqual(
          Array.from(pairs.partners(row)),
          theirs.map(([partner]) => partner),
        );
        assert.deepEqual(
          Array.from(pairs.counts(row)),
          theirs.map(([, count]) => count),
        );
      }
    }),
  );
});

test('what was captured goes on as if it had not been', () => {
  fc.assert(
    fc.property(additions, additions, (before, after) => {
      const whole = filled([...before, ...after]);
      const restored = new BoundedPairs(kernel, PARTNERS_MAX);
      restored.restore(filled(before).capture());
      for (const [row, partner, weight] of after) restored.add(row, partner, weight);
      assert.deepEqual(restored.capture(), whole.capture());
    }),
  );
});

test('a state with longer rows than the bound is refused', () => {
  const wide = new BoundedPairs(kernel, 64);
  for (let partner = 0; partner < 40; partner++) wide.add(0, partner, 1);
  assert.throws(() => {
    new BoundedPairs(kernel, PARTNERS_MAX).restore(wide.capture());
  }, /more partners than the bound/);
});
