import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { mergeContributions, type Contribution, type Merge } from '../../model/merge.ts';
import {
  packContribution,
  packMerge,
  unpackContribution,
  unpackMerge,
} from '../../model/merge-tensors.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../model/safetensors.ts';
import { atOnce } from '../../model/steps.ts';

const WIDTH = 3;
const RUNS = { numRuns: 100, seed: 20_260_702 };

function merged(contributions: readonly Contribution[]): Merge {
  return atOnce(mergeContributions(contributions));
}

/** Contributions of some partitions, each to some of the same items: an item's base is the same in all. */
const anyContributions = fc
  .array(fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { maxLength: 12 }), {
    minLength: 1,
    maxLength: 8,
  })
  .chain((all) => {
    const floats = fc.float32Array({ minLength: 21 * WIDTH, maxLength: 21 * WIDTH, noNaN: true });
    return fc.tuple(fc.constant(all), floats, fc.array(floats, { minLength: 8, maxLength: 8 }));
  })
  .map(([all, base, changes]) =>
    all.map((numbers, partition): Contribution => {
      const take = (from: Float32Array): Float32Array =>
        Float32Array.from(
          numbers.flatMap((at) => [...from.subarray(at * WIDTH, (at + 1) * WIDTH)]),
        );
      const items = numbers.map((number) => `item ${number} é`);
      const change = take(changes[partition]!);
      return {
        version: 'v1',
        barrier: 4,
        width: WIDTH,
        partition,
        items,
        base: take(base),
        change,
      };
    }),
  );

describe('a merge', () => {
  it('does not depend on the order in which contributions come', () => {
    fc.assert(
      fc.property(anyContributions, fc.nat(), (contributions, seed) => {
        const shuffled = [...contributions].sort(
          (left, right) => ((left.partition * 7 + seed) % 11) - ((right.partition * 7 + seed) % 11),
        );
        assert.deepEqual(merged(shuffled), merged(contributions));
        assert.deepEqual(merged([...contributions].reverse()), merged(contributions));
      }),
      RUNS,
    );
  });

  it('gives a row that one partition changed as that partition has it', () => {
    fc.assert(
      fc.property(anyContributions, ([first]) => {
        const alone = { ...first!, partition: 0 };
        const { rows } = merged([alone]);
        const own = alone.base.map((base, at) => base + alone.change[at]!);
        assert.deepEqual(
          rows.map((value) => value + 0),
          own.map((value) => value + 0),
        );
      }),
      RUNS,
    );
  });

  it('takes one contribution of every partition, to one barrier', () => {
    const of = (partition: number, barrier = 1): Contribution => ({
      ...{ version: 'v1', partition, barrier, width: 1, items: [] },
      base: new Float32Array(0),
      change: new Float32Array(0),
    });
    for (const wrong of [[], [of(1)], [of(0), of(0)], [of(0), of(1, 2)]]) {
      assert.throws(() => merged(wrong), RangeError);
    }
  });

  it('holds the events of each partition, and the sum of what all added to the memory', () => {
    const of = (partition: number): Contribution => ({
      ...{ version: 'v1', partition, barrier: 2, width: 1, items: [] },
      base: new Float32Array(0),
      change: new Float32Array(0),
      memory: {
        events: {
          items: [`item ${partition} é`, 'common'],
          words: Uint32Array.of(0, 1, 1, 1, 0),
          timesMs: Float64Array.of(1.5, 2.5),
          weights: Float64Array.of(0.7, 1),
        },
        base: Float32Array.of(1, 2),
        change: Float32Array.of(0.5, partition),
      },
    });
    const all = [0, 1, 2].map(of);
    const merge = merged([all[2]!, all[0]!, all[1]!]);
    assert.deepEqual(merge.memory?.rows, Float32Array.of(2.5, 5));
    assert.deepEqual(
      merge.memory.events,
      all.map(({ memory }) => memory!.events),
    );
    assert.deepEqual(unpackMerge(packMerge(merge)), merge);
    for (const one of all) assert.deepEqual(unpackContribution(packContribution(one)), one);
    const { memory: _, ...without } = of(1);
    assert.throws(() => merged([of(0), without]), RangeError);
  });

  it('is stored and read as it is, and so is a contribution', () => {
    fc.assert(
      fc.property(anyContributions, (contributions) => {
        const through = (packed: ReturnType<typeof packMerge>) =>
          decodeCheckpoint(Buffer.concat([...encodeCheckpoint(packed)]));
        const merge = merged(contributions);
        assert.deepEqual(unpackMerge(through(packMerge(merge))), merge);
        assert.equal(unpackContribution(packMerge(merge)), undefined);
        for (const one of contributions) {
          assert.deepEqual(unpackContribution(through(packContribution(one))), one);
          assert.equal(unpackMerge(packContribution(one)), undefined);
        }
      }),
      RUNS,
    );
  });
});
