import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PopularProjection } from '../../projections/popular.ts';
import { DeltaWorld, HALF_LIFE_MS } from './delta-world.ts';

test('popular items are those of a plain decayed count over all partitions', () => {
  const event = fc.record({
    partition: fc.constantFrom(0, 1),
    item: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    positive: fc.boolean(),
    timeMs: fc.integer({ min: 0, max: 20 }).map((days) => days * HALF_LIFE_MS),
    takesAfter: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const worlds = [new DeltaWorld({ partition: 0 }), new DeltaWorld({ partition: 1 })];
      const popular = new PopularProjection(2, 10);
      for (const world of worlds) popular.apply(world.whole());
      const counts = new Map<string, number>();
      for (const { partition, item, positive, timeMs, takesAfter } of events) {
        worlds[partition]!.happen({ user: 'u', item, positive, timeMs });
        const weight = positive ? 2 ** (timeMs / HALF_LIFE_MS) : 0;
        counts.set(item, (counts.get(item) ?? 0) + weight);
        if (takesAfter) popular.apply(worlds[partition]!.take());
      }
      for (const world of worlds) popular.apply(world.take());
      const wanted = [...counts].filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
      const top = popular.top(10);
      assert.equal(top.length, wanted.length);
      for (const [at, { id, share }] of top.entries()) {
        assert.ok(Math.abs(share - wanted[at]![1] / wanted[0]![1]) < 1e-9);
        assert.ok(Math.abs(share - counts.get(id)! / wanted[0]![1]) < 1e-9);
      }
    }),
  );
});

test('at equal weights the item comes first that appeared first', () => {
  const worlds = [new DeltaWorld({ partition: 0 }), new DeltaWorld({ partition: 1 })];
  for (const item of ['z', 'y']) worlds[0]!.happen({ user: 'u', item });
  for (const item of ['x', 'b', 'a']) worlds[1]!.happen({ user: 'v', item });
  const orders = [
    [0, 1],
    [1, 0],
  ].map((order) => {
    const popular = new PopularProjection(2, 10);
    for (const at of order) popular.apply(worlds[at]!.whole());
    return popular.top(10).map(({ id }) => id);
  });
  assert.deepEqual(orders[0], ['z', 'y', 'x', 'b', 'a']);
  assert.deepEqual(orders[1], orders[0], 'whichever partition was folded first');
});

test('a dropped partition counts no more, until it is folded again', () => {
  const worlds = [new DeltaWorld({ partition: 0 }), new DeltaWorld({ partition: 1 })];
  worlds[0]!.happen({ user: 'u', item: 'a' });
  worlds[1]!.happen({ user: 'v', item: 'b' });
  worlds[1]!.happen({ user: 'w', item: 'b' });
  const popular = new PopularProjection(2, 10);
  for (const world of worlds) popular.apply(world.whole());
  popular.drop(1);
  assert.deepEqual(popular.top(10), [{ id: 'a', share: 1 }]);
  assert.equal(popular.position(1), -1);
  assert.equal(popular.position(0), 0);
  popular.apply(worlds[1]!.whole());
  assert.deepEqual(popular.top(10), [
    { id: 'b', share: 1 },
    { id: 'a', share: 0.5 },
  ]);
});

test('items that are left out by row or by id are in no list', () => {
  const world = new DeltaWorld();
  for (const item of ['a', 'b', 'c']) world.happen({ user: 'u', item });
  const popular = new PopularProjection(1, 10);
  popular.apply(world.whole());
  const top = popular.top(10, ['a', 'unknown'], 0, Uint32Array.of(2));
  assert.deepEqual(top, [{ id: 'b', share: 1 }]);
  assert.equal(popular.top(10).length, 3);
});
