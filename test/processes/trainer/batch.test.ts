import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BatchMaker, Touched, UserItems } from '../../../processes/trainer/batch.ts';
import { Draws } from '../../../processes/trainer/draws.ts';

describe('a batch', () => {
  const rows = {
    users: Uint32Array.of(0, 0, 1, 2),
    items: Uint32Array.of(3, 4, 3, 5),
    weights: Float32Array.of(1, 0.5, 1, -1),
  };
  const counts = { users: 3, items: 6 };

  it('puts each interaction beside as many negatives, which its user has not met where there are others', () => {
    const maker = new BatchMaker(rows, counts, 2);
    const batch = maker.make(Uint32Array.of(0, 1, 2, 3), new Draws(1, 1, 0));
    assert.equal(maker.itemsPerRow, 3);
    assert.deepEqual(Array.from(batch.targets), [1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0]);
    assert.deepEqual(Array.from(batch.weights), [1, 1, 1, 0.5, 0.5, 0.5, 1, 1, 1, 1, 0, 0]);
    const items = Array.from(batch.items, (slot) => maker.touchedItems.rows[slot]);
    assert.deepEqual([items[0], items[3], items[6], items[9]], [3, 4, 3, 5]);
    const users = Array.from(batch.users, (slot) => maker.touchedUsers.rows[slot]);
    assert.deepEqual(users, [0, 0, 1, 2]);
  });

  it('is the same for the same seed, and another for another', () => {
    const of = (seed: number) => {
      const maker = new BatchMaker(rows, counts, 8);
      const draws = new Draws(seed, 1, 0);
      const batch = maker.make(draws.order(4), draws);
      return Array.from(batch.items, (slot) => maker.touchedItems.rows[slot]);
    };
    assert.deepEqual(of(7), of(7));
    assert.notDeepEqual(of(7), of(8));
  });

  it('draws no negatives where there is one item alone', () => {
    const one = { users: Uint32Array.of(0), items: Uint32Array.of(0), weights: Float32Array.of(1) };
    assert.equal(new BatchMaker(one, { users: 1, items: 1 }, 8).itemsPerRow, 1);
  });
});

describe('the rows that a batch touches', () => {
  it('have a slot each, counted, and are forgotten with the batch', () => {
    const row = fc.nat(4_999);
    fc.assert(
      fc.property(fc.array(row, { maxLength: 3_000 }), fc.array(row), (first, second) => {
        const touched = new Touched(5_000);
        for (const batch of [first, second]) {
          touched.clear();
          const slots = batch.map((one) => touched.slot(one));
          assert.deepEqual(
            slots.map((slot) => touched.rows[slot]),
            batch,
          );
          assert.equal(touched.rows.length, new Set(batch).size);
          const counted = touched.counts.reduce((sum, count) => sum + count, 0);
          assert.equal(counted, batch.length);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('are gathered in the order of their slots', () => {
    const touched = new Touched(4);
    touched.slot(2);
    touched.slot(0);
    const values = Float32Array.of(0, 1, 10, 11, 20, 21, 30, 31);
    assert.deepEqual(Array.from(touched.gather(values, 2)), [20, 21, 0, 1]);
  });
});

describe('the items of users', () => {
  it('are found as a set of pairs would', () => {
    const pair = fc.tuple(fc.nat(9), fc.nat(30));
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const users = Uint32Array.from(pairs, ([user]) => user);
        const items = Uint32Array.from(pairs, ([, item]) => item);
        const found = new UserItems(users, items, 10);
        const known = new Set(pairs.map(([user, item]) => user * 31 + item));
        for (let user = 0; user < 10; user += 1) {
          for (let item = 0; item < 31; item += 1) {
            assert.equal(found.has(user, item), known.has(user * 31 + item));
          }
        }
      }),
    );
  });
});

describe('draws', () => {
  it('order all numbers, each once', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(300), (seed, length) => {
        const order = new Draws(seed, 1, 0).order(length);
        assert.deepEqual(
          Array.from(order).sort((one, other) => one - other),
          Array.from({ length }, (_, at) => at),
        );
      }),
    );
  });

  it('differ by seed, epoch and partition', () => {
    const words = [
      [1, 1, 0],
      [2, 1, 0],
      [1, 2, 0],
      [1, 1, 1],
    ].map(([seed, epoch, partition]) => new Draws(seed!, epoch!, partition!).word());
    assert.equal(new Set(words).size, 4);
  });
});
