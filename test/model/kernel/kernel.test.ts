import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Kernel, KernelFactory } from '../../../model/kernel/kernel.ts';
import { loadKernel } from '../../../model/kernel/kernel.ts';
import {
  BLOCK_ROWS,
  CANDIDATES,
  GROUP_ROWS,
  LEARNER,
  SOFTMAX,
  TABLE,
} from '../../../model/kernel/layout.ts';

const wasm = await loadKernel();
const plain = await loadKernel({ plain: true });

const dimensionsArbitrary = fc.integer({ min: 1, max: 64 }).map((fours) => fours * 4);
const floatArbitrary = fc.float({ noNaN: true, min: -8, max: 8 });
const wordArbitrary = fc.integer({ min: -0x80000000, max: 0x7fffffff });

/** The bits of a float, so that +0 and −0 differ. */
function bits(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return view.getUint32(0);
}

/** Runs the same on both kernels and returns what each said. */
function both<T>(run: (kernel: Kernel) => T): [T, T] {
  const of = (factory: KernelFactory): T => run(factory.create());
  return [of(wasm), of(plain)];
}

function place(kernel: Kernel, values: readonly number[]): number {
  const at = kernel.alloc(values.length * 4);
  kernel.floats.set(values, at >>> 2);
  return at;
}

test('the two kernels give the same bits for e to the x and its sigmoid, within a rounding of the true value', () => {
  const [left, right] = both((kernel) => kernel.functions);
  fc.assert(
    fc.property(fc.float({ noNaN: true }), (x) => {
      assert.equal(bits(left.exp(x)), bits(right.exp(x)));
      assert.equal(bits(left.sigmoid(x)), bits(right.sigmoid(x)));
      const held = Math.min(Math.max(x, -87), 87);
      assert.ok(Math.abs(left.exp(x) / Math.exp(held) - 1) < 3e-7);
      assert.ok(Math.abs(left.sigmoid(x) - 1 / (1 + Math.exp(-held))) < 2e-7);
    }),
    { numRuns: 2_000 },
  );
});

test('the two kernels draw the same words from a stream, and different ones from another', () => {
  const [left, right] = both((kernel) => kernel.functions);
  fc.assert(
    fc.property(wordArbitrary, wordArbitrary, fc.nat(64), (key0, key1, number) => {
      assert.equal(left.draw(key0, key1, number), right.draw(key0, key1, number));
      assert.notEqual(left.draw(key0, key1, number), left.draw(key0, key1, number + 1));
    }),
  );
});

test('the two kernels give the same bits for a dot product', () => {
  fc.assert(
    fc.property(
      dimensionsArbitrary.chain((d) => {
        const vector = fc.array(floatArbitrary, { minLength: d, maxLength: d });
        return fc.tuple(fc.constant(d), vector, vector);
      }),
      ([dimensions, a, b]) => {
        const [left, right] = both((kernel) => {
          const first = place(kernel, a);
          return kernel.functions.dot(first, place(kernel, b), dimensions);
        });
        assert.equal(bits(left), bits(right));
        const exact = a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
        const size = a.reduce((sum, value, at) => sum + Math.abs(value * (b[at] as number)), 0);
        assert.ok(Math.abs(left - exact) <= size * 1e-5 + 1e-30);
      },
    ),
  );
});

// 32 dimensions have a path of their own; few rows, so that a step often needs what the one before it moved.
for (const dimensions of [32, 4, 20, 64]) {
  test(`many ISGD steps of ${String(dimensions)} in one call leave the bits of single ones`, () => {
    const pairs = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { maxLength: 40 });
    fc.assert(
      fc.property(pairs, fc.nat(1_000), (rows, seed) => {
        const [many, manyPlain] = both((kernel) =>
          steppedRows(kernel, dimensions, rows, seed, true),
        );
        const [single, singlePlain] = both((kernel) =>
          steppedRows(kernel, dimensions, rows, seed, false),
        );
        assert.deepEqual(many, single);
        assert.deepEqual(manyPlain, single);
        assert.deepEqual(singlePlain, single);
      }),
    );
  });
}

/** The bits of four rows of users and four of items after the steps. */
function steppedRows(
  kernel: Kernel,
  dimensions: number,
  rows: readonly (readonly [number, number])[],
  seed: number,
  together: boolean,
): Uint32Array {
  const length = 8 * dimensions;
  const values = Array.from({ length }, (_, at) => Math.sin((at + 1) * (seed + 1)) / 2);
  const vectors = place(kernel, values);
  const learner = kernel.alloc(LEARNER.words * 4);
  kernel.words[(learner >>> 2) + LEARNER.dimensions] = dimensions;
  kernel.words[(learner >>> 2) + LEARNER.query] = kernel.alloc(dimensions * 4);
  kernel.floats[(learner >>> 2) + LEARNER.rate] = 0.05;
  kernel.floats[(learner >>> 2) + LEARNER.decay] = 0.9995;
  const at = (row: number): number => vectors + row * dimensions * 4;
  const pointers = rows.map(([user, item]) => [at(user), at(4 + item)] as const);
  const pairs = kernel.alloc(rows.length * 8);
  kernel.words.set(pointers.flat(), pairs >>> 2);
  if (together) kernel.functions.isgdSteps(learner, pairs, rows.length);
  else for (const [p, q] of pointers) kernel.functions.isgdStep(learner, p, q);
  return kernel.words.slice(vectors >>> 2, (vectors >>> 2) + length);
}

test('memory is zeroed, aligned to 64 bytes, and keeps its content as it grows', () => {
  for (const factory of [wasm, plain]) {
    const kernel = factory.create();
    const first = kernel.alloc(100);
    kernel.floats[first >>> 2] = 7;
    const second = kernel.alloc(30_000_000);
    assert.equal(first % 64, 0);
    assert.equal(second % 64, 0);
    assert.ok(second >= first + 100);
    assert.equal(kernel.floats[first >>> 2], 7);
    assert.ok(kernel.f32(second, 7_500_000).every((value) => value === 0));
    assert.ok(kernel.allocatedBytes >= 30_000_100);
    assert.equal(kernel.kind, factory.kind);
  }
});

test('a kernel refuses what does not fit 4 GiB', () => {
  assert.throws(() => wasm.create().alloc(2 ** 32), /4 GiB/);
  assert.throws(() => wasm.create().alloc(NaN), RangeError);
});

test('a module that is not built is refused with the remedy', async () => {
  await assert.rejects(loadKernel({ path: new URL('file:///nowhere/kernel.wasm') }), {
    code: 'UNAVAILABLE',
    message: /build-kernel/,
  });
});

test('the layout is the same in both languages', async () => {
  const source = await readFile(
    new URL('../../../model/kernel/assembly/layout.ts', import.meta.url),
    'utf8',
  );
  const constants = new Map(
    Array.from(source.matchAll(/export const (\w+): \w+ = (\d+);/g), (match) => [
      match[1],
      Number(match[2]),
    ]),
  );
  const expected = new Map([
    ['BLOCK_ROWS', BLOCK_ROWS],
    ['GROUP_ROWS', GROUP_ROWS],
  ]);
  for (const [prefix, offsets] of [
    ['TABLE', TABLE] as const,
    ['LEARNER', LEARNER] as const,
    ['SOFTMAX', SOFTMAX] as const,
    ['CANDIDATES', CANDIDATES] as const,
  ]) {
    for (const [name, word] of Object.entries(offsets)) {
      const constant = `${prefix}_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
      if (name !== 'words') expected.set(constant, word * 4);
    }
  }
  assert.deepEqual(constants, expected);
});
