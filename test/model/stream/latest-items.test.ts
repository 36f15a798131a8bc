import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LatestItems } from '../../../model/stream/latest-items.ts';

const ITEMS_MAX = 4;

const visits = fc.array(fc.tuple(fc.nat(90), fc.nat(1_000)), { maxLength: 300 });

function filled(all: readonly (readonly [number, number])[]): LatestItems {
  const latest = new LatestItems(ITEMS_MAX);
  for (const [at, [user, item]] of all.entries()) latest.add(user, item, at);
  return latest;
}

test('a user has the newest items, newest first, and a count of all', () => {
  fc.assert(
    fc.property(visits, (all) => {
      const latest = filled(all);
      const out = new Uint32Array(ITEMS_MAX);
      for (let user = -1; user <= 91; user++) {
        const own = all.flatMap(([who, item]) => (who === user ? [item] : []));
        const read = latest.read(user, out);
        assert.deepEqual([...out.subarray(0, read)], own.slice(-ITEMS_MAX).reverse());
        assert.equal(latest.count(user), own.length);
      }
    }),
  );
});

test('what was captured goes on as if it had not been', () => {
  fc.assert(
    fc.property(visits, visits, (before, after) => {
      const restored = new LatestItems(ITEMS_MAX);
      restored.restore(filled(before).capture());
      for (const [at, [user, item]] of after.entries()) {
        restored.add(user, item, before.length + at);
      }
      assert.deepEqual(restored.capture(), filled([...before, ...after]).capture());
    }),
  );
});

test('a state of another width is refused', () => {
  const other = new LatestItems(ITEMS_MAX + 1);
  other.add(0, 1, 2);
  assert.throws(() => {
    new LatestItems(ITEMS_MAX).restore(other.capture());
  }, RangeError);
});
