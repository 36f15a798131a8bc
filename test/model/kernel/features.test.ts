import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Kernel } from '../../../model/kernel/kernel.ts';
import { loadKernel } from '../../../model/kernel/kernel.ts';

// One memory each for all runs: each takes room of its own.
const wasm = (await loadKernel()).create();
const plain = (await loadKernel({ plain: true })).create();

const value = fc.float({ min: -4, max: 4, noNaN: true });
// Sixteen floats a row, as in the blend, have a path of their own.
const rowsOfFeatures = fc
  .tuple(fc.constantFrom(4, 8, 16, 20), fc.integer({ min: 1, max: 30 }))
  .chain(([width, count]) =>
    fc.record({
      width: fc.constant(width),
      count: fc.constant(count),
      wanted: fc.nat(count - 1),
      features: fc.array(value, { minLength: width * count, maxLength: width * count }),
      weights: fc.array(value, { minLength: width, maxLength: width }),
    }),
  );

type Rows = typeof rowsOfFeatures extends fc.Arbitrary<infer R> ? R : never;

/** The bits of the scores, of their exponentials and of the gradient. */
function stepped(kernel: Kernel, { width, count, wanted, features, weights }: Rows): number[] {
  const place = (values: readonly number[]): number => {
    const at = kernel.alloc(values.length * 4);
    kernel.floats.set(values, at >>> 2);
    return at;
  };
  const bits = (pointer: number, length: number): number[] =>
    Array.from(kernel.words.subarray(pointer >>> 2, (pointer >>> 2) + length));
  const [at, by, scores, out] = [
    ...[place(features), place(weights)],
    ...[kernel.alloc(count * 4), kernel.alloc(width * 4)],
  ] as [number, number, number, number];
  const { functions } = kernel;
  functions.scoreFeatures(at, count, width, by, scores);
  const scored = bits(scores, count);
  functions.softmaxGradient(at, count, width, scores, wanted, out);
  return [...scored, ...bits(scores, count), ...bits(out, width)];
}

test('the two kernels score rows of features and step by a softmax over them with the same bits', () => {
  fc.assert(
    fc.property(rowsOfFeatures, (rows) => {
      assert.deepEqual(stepped(wasm, rows), stepped(plain, rows));
    }),
  );
});
