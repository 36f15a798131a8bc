import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RowChanges } from '../../projections/row-changes.ts';
import { DeltaWorld } from './delta-world.ts';
import { servingRig } from './serving-rig.ts';
import type { ServingRig } from './serving-rig.ts';

/** Few values, so that scores tie often and items fall below the kept ones often. */
const value = fc.constantFrom(-2, -1, -0.5, 0, 0.5, 1, 2, NaN);
const vector = fc.array(value, { minLength: 4, maxLength: 4 });

/** Some items change again and again. */
const itemNumber = fc.oneof(fc.nat(250), fc.nat(4));

/** What may happen between two answers; what falls is at the top of most answers before. */
const change = fc.oneof(
  fc.record({ kind: fc.constant('move' as const), item: itemNumber, vector, bias: value }),
  fc.record({ kind: fc.constant('see' as const), user: fc.nat(2), item: itemNumber }),
  fc.record({ kind: fc.constant('taste' as const), user: fc.nat(2), vector }),
  fc.record({ kind: fc.constant('fall' as const), best: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('withdraw' as const), item: itemNumber }),
);

/** Lowers the items that score best for a user, so that unlisted ones come up. */
function fall(world: DeltaWorld, best: number): void {
  const [taste] = world.users.values();
  const scored = [...world.items.values()].map(({ id, vector, bias }) => {
    const score = vector.reduce((sum, x, at) => sum + x * (taste?.vector[at] ?? 0), bias);
    return { id, score: Number.isNaN(score) ? -Infinity : score };
  });
  scored.sort((a, b) => b.score - a.score);
  for (const { id } of scored.slice(0, best)) world.item(id, [0, 0, 0, 0], -9);
}

async function answers(rig: ServingRig, n: number): Promise<readonly object[]> {
  const all: object[] = [];
  for (const user of ['u0', 'u1', 'u2']) {
    for (const exclude of ['seen', 'none'] as const) {
      const answer = await rig.queries.recommend({ user, n, exclude, after: [] });
      all.push({ user, exclude, basedOn: answer.basedOn, items: answer.items });
    }
  }
  return all;
}

test('what is kept answers as a scan of all rows does, whatever changes between', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(vector, value), { minLength: 1, maxLength: 250, size: 'max' }),
      fc.array(vector, { minLength: 3, maxLength: 3 }),
      fc.array(fc.array(change, { maxLength: 6, size: 'max' }), { maxLength: 8, size: 'max' }),
      fc.integer({ min: 1, max: 12 }),
      async (rows, tastes, rounds, n) => {
        const world = new DeltaWorld();
        for (const [at, [row, bias]] of rows.entries()) world.item(`i${String(at)}`, row, bias);
        for (const [at, taste] of tastes.entries()) {
          world.user(`u${String(at)}`, taste);
          world.happen({ user: `u${String(at)}`, item: 'i0' });
        }
        const rig = await servingRig();
        rig.serving.apply(world.whole());
        for (const round of [[], ...rounds]) {
          for (const one of round) {
            if (one.kind === 'move') world.item(`i${String(one.item)}`, one.vector, one.bias);
            if (one.kind === 'see') {
              world.happen({ user: `u${String(one.user)}`, item: `i${String(one.item)}` });
            }
            if (one.kind === 'taste') world.user(`u${String(one.user)}`, one.vector);
            if (one.kind === 'fall') fall(world, one.best);
            if (one.kind === 'withdraw') rig.catalogue.withdrawn.add(`i${String(one.item)}`);
          }
          rig.serving.apply(world.take());
          const fresh = await servingRig();
          for (const item of rig.catalogue.withdrawn) fresh.catalogue.withdrawn.add(item);
          fresh.serving.apply(world.whole());
          assert.deepEqual(await answers(rig, n), await answers(fresh, n));
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('changes are told from the last ones that are kept, and not past them', () => {
  const changes = new RowChanges();
  for (let row = 0; row < 5_000; row += 1) changes.add(row);
  assert.equal(changes.since(5_000), 0);
  assert.equal(changes.since(4_990), 10);
  assert.deepEqual([changes.row(1), changes.row(10), changes.row(4_096)], [4_999, 4_990, 904]);
  assert.equal(changes.since(904), 4_096);
  assert.equal(changes.since(903), undefined);
});
