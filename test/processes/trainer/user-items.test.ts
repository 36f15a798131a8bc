import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { UserItems } from '../../../processes/trainer/user-items.ts';

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
