import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SeenItems } from '../../projections/seen-items.ts';

test('lists are those of a plain map of arrays, whatever the order of adds and resets', () => {
  const step = fc.record({
    user: fc.integer({ min: 0, max: 5 }),
    items: fc.array(fc.nat(1_000), { maxLength: 40 }),
    resets: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const seen = new SeenItems();
      const plain = new Map<number, number[]>();
      for (const { user, items, resets } of steps) {
        if (resets) {
          seen.reset(user);
          plain.delete(user);
        }
        for (const item of items) {
          seen.add(user, item);
          plain.set(user, [...(plain.get(user) ?? []), item]);
        }
      }
      for (let user = 0; user <= 6; user += 1) {
        assert.deepEqual([...seen.rows(user)], plain.get(user) ?? []);
        assert.equal(seen.count(user), plain.get(user)?.length ?? 0);
      }
    }),
  );
});
