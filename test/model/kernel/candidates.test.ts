import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Kernel } from '../../../model/kernel/kernel.ts';
import { loadKernel } from '../../../model/kernel/kernel.ts';
import { CANDIDATES } from '../../../model/kernel/layout.ts';

const ITEMS = 48;
const SIZE_MAX = 24;
const WIDTH = 16;
/** Where the tests let features be said: none of them a multiple of 4, as in the blend. */
const NEAR_TO = 9;
const POPULAR_TO = 0;
const AGE_TO = 13;

// One memory each for all runs: each takes room of its own.
const wasm = (await loadKernel()).create();
const plain = (await loadKernel({ plain: true })).create();

function place(kernel: Kernel, values: readonly number[], view: 'floats' | 'words'): number {
  const at = kernel.alloc(values.length * 4);
  kernel[view].set(values, at >>> 2);
  return at;
}

function placeDoubles(kernel: Kernel, values: readonly number[]): number {
  const at = kernel.alloc(values.length * 8);
  kernel.doubles.set(values, at >>> 3);
  return at;
}

/** Candidates of a first question whose marks begin at 100, the excluded left out. */
function begin(kernel: Kernel, excluded: readonly number[]): number {
  const header = kernel.alloc(CANDIDATES.words * 4);
  const fields = [
    [CANDIDATES.marks, kernel.alloc(ITEMS * 4)],
    [CANDIDATES.first, 100],
    [CANDIDATES.sizeLimit, SIZE_MAX],
    [CANDIDATES.rows, kernel.alloc(SIZE_MAX * 4)],
    [CANDIDATES.features, kernel.alloc(SIZE_MAX * WIDTH * 4)],
    [CANDIDATES.width, WIDTH],
    [CANDIDATES.sums, kernel.alloc(SIZE_MAX * 8)],
  ] as const;
  for (const [field, value] of fields) kernel.words[(header >>> 2) + field] = value;
  const marks = (kernel.words[(header >>> 2) + CANDIDATES.marks] as number) >>> 2;
  // What a question before has left behind is below the first mark.
  for (let row = 0; row < ITEMS; row++) kernel.words[marks + row] = row % 100;
  for (const row of excluded) kernel.words[marks + row] = 100 + SIZE_MAX;
  return header;
}

/** What stands in the memory of the candidates, bit for bit. */
function told(kernel: Kernel, header: number): object {
  const field = (at: number): number => kernel.words[(header >>> 2) + at] as number;
  const words = (pointer: number, length: number): number[] =>
    Array.from(kernel.words.subarray(pointer >>> 2, (pointer >>> 2) + length));
  const size = field(CANDIDATES.size);
  return {
    rows: words(field(CANDIDATES.rows), size),
    marks: words(field(CANDIDATES.marks), ITEMS),
    sums: words(field(CANDIDATES.sums), SIZE_MAX * 2),
    features: words(field(CANDIDATES.features), SIZE_MAX * WIDTH),
  };
}

const row = fc.nat(ITEMS - 1);
const rows = fc.array(row, { maxLength: 30 });
const count = fc.float({ min: Math.fround(0.01), max: 900, noNaN: true });
const partners = fc.uniqueArray(fc.tuple(row, count), { selector: ([of]) => of, maxLength: 30 });
const logWeight = fc.oneof(fc.constant(-Infinity), fc.double({ min: -50, max: 50, noNaN: true }));
const question = fc.record({
  excluded: rows,
  proposed: rows,
  near: fc.array(fc.tuple(partners, fc.double({ min: 0.01, max: 1, noNaN: true })), {
    maxLength: 6,
  }),
  norms: fc.array(fc.double({ min: 0.001, max: 0.71, noNaN: true }), {
    minLength: ITEMS,
    maxLength: ITEMS,
  }),
  known: fc.array(logWeight, { minLength: ITEMS * 6, maxLength: ITEMS * 6 }),
  nows: fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 6, maxLength: 6 }),
  events: fc.nat(1_000_000),
  timeMs: fc.integer({ min: -4_000_000, max: 2_000_000_000 }),
});

type Question = typeof question extends fc.Arbitrary<infer Q> ? Q : never;

function answer(kernel: Kernel, asked: Question): object {
  const { functions } = kernel;
  const header = begin(kernel, asked.excluded);
  const proposed = place(kernel, asked.proposed, 'words');
  functions.proposeRows(header, proposed, asked.proposed.length);
  for (const [near, share] of asked.near) {
    const theirs = place(
      kernel,
      near.map(([of]) => of),
      'words',
    );
    const counts = place(
      kernel,
      near.map(([, counted]) => counted),
      'floats',
    );
    functions.proposeNear(header, theirs, counts, near.length, share / 3, share);
  }
  functions.describeNear(header, placeDoubles(kernel, asked.norms), NEAR_TO);
  const known = Array.from({ length: ITEMS }, (_, item) => [
    ...asked.known.slice(item * 6, item * 6 + 6),
    ...[Math.min(item * 31, asked.events), item * 7_000_000],
  ]).flat();
  const nows = placeDoubles(kernel, [...asked.nows, asked.events, asked.timeMs]);
  functions.describePopular(header, placeDoubles(kernel, known), nows, POPULAR_TO, AGE_TO);
  return told(kernel, header);
}

test('the two kernels choose the same candidates and say the same bits of them', () => {
  fc.assert(
    fc.property(question, (asked) => {
      assert.deepEqual(answer(wasm, asked), answer(plain, asked));
    }),
    { numRuns: 100 },
  );
});

test('an item joins the candidates once, in the order in which it came, and none that is left out', () => {
  fc.assert(
    fc.property(rows, fc.array(rows, { maxLength: 4 }), (excluded, lots) => {
      const header = begin(wasm, excluded);
      for (const lot of lots) {
        wasm.functions.proposeRows(header, place(wasm, lot, 'words'), lot.length);
      }
      const wanted = [...new Set(lots.flat())].filter((of) => !excluded.includes(of));
      const { rows: joined } = told(wasm, header) as { readonly rows: number[] };
      assert.deepEqual(joined, wanted.slice(0, SIZE_MAX));
    }),
  );
});

test('the two kernels find a word at its first place, and none behind the last', () => {
  const words = fc.array(fc.nat(9), { maxLength: 40 });
  fc.assert(
    fc.property(words, words, fc.nat(9), (listed, behind, word) => {
      const wanted = listed.indexOf(word);
      for (const kernel of [wasm, plain]) {
        const at = place(kernel, [...listed, ...behind], 'words');
        const found = kernel.functions.findWord(at, listed.length, word);
        assert.equal(found, wanted < 0 ? listed.length : wanted);
      }
    }),
  );
});
