import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SurrogateIndex } from '../../projections/surrogate-index.ts';

test('rows are found by all sixteen bytes, in the order in which they were added', () => {
  const surrogate = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const distinct = fc.uniqueArray(surrogate, { selector: (bytes) => bytes.join(), maxLength: 400 });
  fc.assert(
    fc.property(distinct, surrogate, (surrogates, other) => {
      const index = new SurrogateIndex();
      for (const [row, bytes] of surrogates.entries()) assert.equal(index.add(bytes, 0), row);
      const copy = new Uint8Array(18);
      for (const [row, bytes] of surrogates.entries()) {
        assert.equal(index.rowOf(bytes, 0), row);
        index.read(row, copy, 1);
        assert.deepEqual(copy.subarray(1, 17), bytes);
      }
      const isAdded = surrogates.some((bytes) => bytes.join() === other.join());
      if (!isAdded) assert.equal(index.rowOf(other, 0), -1);
      assert.equal(index.size, surrogates.length);
    }),
  );
});

test('surrogates that share their first word are told apart', () => {
  const index = new SurrogateIndex();
  const surrogates = Array.from({ length: 200 }, (_, at) => {
    const bytes = new Uint8Array(16);
    bytes[15] = at;
    return bytes;
  });
  for (const bytes of surrogates) index.add(bytes, 0);
  assert.deepEqual(
    surrogates.map((bytes) => index.rowOf(bytes, 0)),
    surrogates.map((_, row) => row),
  );
});
