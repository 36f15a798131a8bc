import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeBlock, encodeBlock } from '../../../events/blocks/block-codec.ts';
import type { BlockRow } from '../../../events/blocks/block-content.ts';
import type { EventBlock } from '../../../events/blocks/block.ts';
import { GENESIS } from '../../../events/blocks/block-header.ts';
import { mergeBlocks } from '../../../events/blocks/merged-block.ts';
import { sequence } from '../../../events/position.ts';
import { entryOf } from '../../doubles/facts.ts';
import { anyRows } from '../arbitrary-facts.ts';

function blocksOf(runs: readonly (readonly BlockRow[])[]): EventBlock[] {
  let first = 0;
  return runs.map((rows, i) => {
    const place = { partition: 0, firstSequence: sequence(first), appendTimeMs: i };
    first += rows.length;
    return decodeBlock(encodeBlock(rows, place, GENESIS));
  });
}

describe('merged blocks', () => {
  it('read as one block of the same events would', () => {
    const property = fc.property(fc.array(anyRows, { minLength: 1, maxLength: 5 }), (runs) => {
      const merged = mergeBlocks(blocksOf(runs));
      const [whole] = blocksOf([runs.flat()]);
      assert.ok(whole !== undefined);
      assert.equal(merged.count, whole.count);
      assert.equal(merged.hasSharedFacts, whole.hasSharedFacts);
      assert.deepEqual([...merged.items], [...whole.items]);
      assert.deepEqual(Buffer.from(merged.users), Buffer.from(whole.users));
      assert.deepEqual(merged.keys, whole.keys);
      assert.deepEqual(merged.timeMs, whole.timeMs);
      assert.deepEqual(merged.value, whole.value);
      assert.deepEqual(Buffer.from(merged.kind), Buffer.from(whole.kind));
      for (let row = 0; row < whole.count; row += 1) {
        assert.deepEqual(merged.fact(row), whole.fact(row));
        if (whole.kind[row] !== 0) continue;
        assert.equal(merged.user[row], whole.user[row]);
        assert.equal(merged.item[row], whole.item[row]);
        assert.equal(merged.types[merged.type[row] ?? -1], whole.types[whole.type[row] ?? -1]);
      }
    });
    fc.assert(property, { numRuns: 100 });
  });

  it('refuse a gap, another partition and nothing at all', () => {
    const [first, , third] = blocksOf([[entryOf(0)], [entryOf(1)], [entryOf(2)]]);
    assert.ok(first !== undefined && third !== undefined);
    assert.throws(() => mergeBlocks([first, third]), RangeError);
    assert.throws(() => mergeBlocks([]), RangeError);
    assert.equal(mergeBlocks([first]), first);
    assert.throws(() => mergeBlocks([first, third]).fact(2), RangeError);
  });
});
