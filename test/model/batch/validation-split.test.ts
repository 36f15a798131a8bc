import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { holdOutValidation } from '../../../model/batch/validation-split.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';

const pairsOf = (rows: readonly (readonly [number, number])[]) => ({
  users: 6,
  items: 20,
  userRows: Uint32Array.from(rows, ([user]) => user),
  itemRows: Uint32Array.from(rows, ([, item]) => item),
});

describe('a validation split', () => {
  it('holds one pair of every user with two or more out, beside items that the user did not choose', () => {
    const pair = fc.tuple(fc.nat(5), fc.nat(19));
    const rows = fc.uniqueArray(pair, { selector: ([user, item]) => user * 20 + item });
    fc.assert(
      fc.property(rows, fc.nat(), (all, seed) => {
        const random = new SeededRandom(seed);
        const split = holdOutValidation(pairsOf(all), 5, (end) => random.below(end));
        const own = (user: number) => all.filter(([one]) => one === user).map(([, item]) => item);
        const able = [0, 1, 2, 3, 4, 5].filter((user) => own(user).length > 1);
        assert.deepEqual(split.cases.map(({ user }) => user).sort(), able);
        const kept = Array.from(split.pairs.userRows, (user, at) => [
          user,
          split.pairs.itemRows[at],
        ]);
        for (const { user, candidates } of split.cases) {
          const [held, ...others] = candidates;
          assert.ok(own(user).includes(held!));
          assert.ok(!kept.some(([one, item]) => one === user && item === held));
          assert.ok(others.every((item) => !own(user).includes(item)));
          assert.equal(new Set(others).size, others.length);
        }
        assert.equal(kept.length + split.cases.length, all.length);
      }),
    );
  });

  it('ends where a user chose everything', () => {
    const all = Array.from({ length: 20 }, (_, item) => [0, item] as const);
    const split = holdOutValidation(pairsOf(all), 5, () => 0);
    assert.deepEqual(
      split.cases.map(({ candidates }) => candidates.length),
      [1],
    );
  });
});
