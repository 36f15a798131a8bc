import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserTable } from '../../../actors/runtime/user-table.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';

describe('the user table', () => {
  it('finds every surrogate by its row, those that share a first word too', () => {
    const random = new SeededRandom(5);
    const table = new UserTable();
    const count = 5_000;
    const surrogates = random.bytes(count * 16);
    for (let row = 0; row < count; row++) {
      if (row % 3 === 0) surrogates.fill(255, row * 16, row * 16 + 4);
      assert.equal(table.find(surrogates, row * 16), -1);
      assert.equal(table.add(surrogates, row * 16), row);
    }
    assert.equal(table.rows, count);
    for (let row = 0; row < count; row++) assert.equal(table.find(surrogates, row * 16), row);
    assert.equal(table.find(new Uint8Array(16), 0), -1);
  });

  it('copies surrogates out as they came in', () => {
    const table = new UserTable();
    const surrogates = new SeededRandom(6).bytes(300 * 16);
    for (let row = 0; row < 300; row++) table.add(surrogates, row * 16);
    const out = new Uint8Array(100 * 16 + 5);
    table.copy(150, 250, out, 5);
    assert.deepEqual(out.subarray(5), surrogates.subarray(150 * 16, 250 * 16));
  });
});
