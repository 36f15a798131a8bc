import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FactorTable, SLAB_ROWS_MIN } from '../../model/factor-table.ts';
import type { FactorTableOptions } from '../../model/factor-table.ts';
import { loadKernel } from '../../model/kernel/kernel.ts';

const wasm = await loadKernel();
const plain = await loadKernel({ plain: true });

function makeTable(options: FactorTableOptions, rows: number, factory = wasm): FactorTable {
  const table = new FactorTable(factory.create(), options);
  for (let row = 0; row < rows; row++) {
    table.add(row, 99, 0.3);
    if (table.extra > 0) table.setBias(row, ((row * 37) % 11) / 20 - 0.25);
  }
  return table;
}

function contents(table: FactorTable): Float32Array {
  const out = new Float32Array(table.rows * table.dimensions);
  table.readRows(0, table.rows, out);
  return out;
}

/** The best rows by scoring everything and sorting: what topN has to equal. */
function sortedTop(
  table: FactorTable,
  query: Float32Array,
  n: number,
  left: Set<number>,
): number[] {
  const scores = new Float32Array(table.rows);
  table.scoreAll(query, scores);
  return Array.from(scores.keys())
    .filter((row) => !left.has(row) && !Number.isNaN(scores[row]))
    .sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b)
    .slice(0, n);
}

function top(
  table: FactorTable,
  query: Float32Array,
  n: number,
  excluded: Uint8Array | Uint32Array = new Uint32Array(0),
): { rows: number[]; scores: number[] } {
  const rows = new Uint32Array(n);
  const scores = new Float32Array(n);
  const found = table.topN(query, n, excluded, rows, scores);
  return { rows: [...rows.subarray(0, found)], scores: [...scores.subarray(0, found)] };
}

test('seeded rows have the mean and deviation asked for, and the same bits on both kernels', () => {
  const options = { dimensions: 32, extra: 1 };
  const values = contents(makeTable(options, 1_000));
  assert.deepEqual(values, contents(makeTable(options, 1_000, plain)));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  assert.ok(Math.abs(mean) < 0.01);
  assert.ok(Math.abs(Math.sqrt(variance) - 0.3) < 0.005);
});

test('rows that a list names are read and written as one by one, on both kernels', () => {
  const rows = Uint32Array.from({ length: 700 }, (_, at) => (at * 389) % 1_000);
  for (const factory of [wasm, plain]) {
    for (const options of [{ dimensions: 20, extra: 1, codes: true }, { dimensions: 4 }]) {
      const from = makeTable(options, 1_000, factory);
      const vectors = new Float32Array(rows.length * options.dimensions);
      from.readListed(rows, vectors);
      const biases = Float32Array.from(rows, (row) => row / 7);
      const listed = makeTable(options, 1_000, factory);
      const single = makeTable(options, 1_000, factory);
      const doubled = vectors.map((value) => value * 20);
      listed.takeTouched();
      listed.writeListed(rows, doubled, biases, 50, 650);
      assert.equal(listed.takeTouched().length, 0);
      for (let at = 0; at < rows.length; at++) {
        const row = rows[at] as number;
        const own = new Float32Array(options.dimensions);
        from.read(row, own, 0);
        assert.deepEqual(vectors.subarray(at * own.length, (at + 1) * own.length), own);
        if (at < 50 || at >= 650) continue;
        single.write(row, doubled, at * own.length);
        if (single.extra > 0) single.setBias(row, biases[at] as number);
      }
      assert.deepEqual(contents(listed), contents(single));
      assert.deepEqual(
        rows.map((row) => listed.bias(row)),
        rows.map((row) => single.bias(row)),
      );
      const query = new Float32Array(options.dimensions).fill(0.3);
      assert.deepEqual(top(listed, query, 10), top(single, query, 10));
    }
  }
  const table = makeTable({ dimensions: 4 }, 3);
  assert.throws(() => {
    table.readListed(Uint32Array.of(3), new Float32Array(4));
  }, RangeError);
});

test('a row depends on its seed alone', () => {
  const first = new FactorTable(wasm.create(), { dimensions: 8 });
  const second = new FactorTable(wasm.create(), { dimensions: 8 });
  second.add(5, 6, 0.1);
  first.add(1, 2, 0.1);
  second.add(1, 2, 0.1);
  const a = new Float32Array(8);
  const b = new Float32Array(8);
  first.read(0, a, 0);
  second.read(1, b, 0);
  assert.deepEqual(a, b);
});

test('growth moves no row, keeps every value, and starts new rows and columns at zero', () => {
  const table = new FactorTable(wasm.create(), { dimensions: 4, extra: 2 });
  const pointers: number[] = [];
  const values = new Float32Array(4);
  for (let row = 0; row < 20_000; row++) {
    assert.equal(table.addZero(), row);
    assert.equal(table.column(row, 0) + table.column(row, 1), 0);
    table.write(row, values.fill(row), 0);
    table.setColumn(row, 1, -row);
    pointers.push(table.pointer(row));
  }
  for (let row = 0; row < 20_000; row++) {
    table.read(row, values, 0);
    assert.ok(values.every((value) => value === row));
    assert.equal(table.column(row, 1), -row);
    assert.equal(table.pointer(row), pointers[row]);
  }
});

test('a full table grows by a tenth, and by no less than the smallest slab', () => {
  const kernel = wasm.create();
  const table = new FactorTable(kernel, { dimensions: 256 });
  const rowBytes = 256 * 4 + 1;
  table.addZero();
  const small = kernel.allocatedBytes;
  assert.ok(small >= SLAB_ROWS_MIN * rowBytes && small < SLAB_ROWS_MIN * rowBytes * 1.1);
  table.addRows(99_999);
  const before = kernel.allocatedBytes;
  while (kernel.allocatedBytes === before) table.addZero();
  const grown = (kernel.allocatedBytes - before) / rowBytes;
  assert.ok(grown >= 10_000 && grown < 10_600);
});

test('rows and columns written in bulk are read back across blocks', () => {
  for (const factory of [wasm, plain]) {
    const table = new FactorTable(factory.create(), { dimensions: 4, extra: 1, codes: true });
    table.addRows(700);
    const values = Float32Array.from({ length: 600 * 4 }, (_, at) => at);
    const biases = Float32Array.from({ length: 600 }, (_, at) => -at);
    table.writeRows(50, 600, values);
    table.writeColumn(0, 50, 600, biases);
    const vector = new Float32Array(4);
    table.read(649, vector, 0);
    assert.deepEqual(vector, values.slice(-4));
    const out = new Float32Array(300);
    table.readColumn(0, 200, 300, out);
    assert.deepEqual(out, biases.slice(150, 450));
    assert.deepEqual(top(table, Float32Array.of(0, 0, 0, 1), 1).rows, [649]);
  }
});

test('touched rows are those added or changed since the last take, once and ascending', () => {
  for (const factory of [wasm, plain]) {
    const table = new FactorTable(factory.create(), { dimensions: 4, extra: 1 });
    for (let row = 0; row < 600; row++) table.add(row, row, 0.1);
    assert.equal(table.takeTouched().length, 600);
    assert.equal(table.takeTouched().length, 0);
    table.setBias(555, 1);
    table.write(3, new Float32Array(4), 0);
    table.write(3, new Float32Array(4), 0);
    assert.deepEqual([...table.takeTouched()], [3, 555]);
    assert.deepEqual([...table.takeTouched()], []);
  }
});

test('rows, columns and queries that are not there are refused', () => {
  const table = makeTable({ dimensions: 8, extra: 1 }, 3);
  assert.throws(() => table.pointer(3), /row 3 is not one of 3/);
  assert.throws(() => table.column(0, 1), /column 1 is not one of 1/);
  assert.throws(() => {
    table.write(0, new Float32Array(7), 0);
  }, /no 8 floats/);
  assert.throws(() => top(table, new Float32Array(4), 1), /the query has 4 values, not 8/);
  assert.throws(() => new FactorTable(wasm.create(), { dimensions: 6 }), /multiple of 4/);
  assert.throws(() => new FactorTable(wasm.create(), { dimensions: 8, extra: -1 }), /extra/);
});

test('topN equals scoring everything and sorting, with and without codes, on both kernels', () => {
  const value = fc.oneof(
    { weight: 60, arbitrary: fc.float({ noNaN: true, min: -3, max: 3 }) },
    // Few distinct values make ties; large ones widen the codes' range; infinite ones turn them off.
    { weight: 20, arbitrary: fc.constantFrom(0, 1, -1) },
    { weight: 5, arbitrary: fc.float({ noNaN: true, min: -1e6, max: 1e6 }) },
    { weight: 1, arbitrary: fc.constantFrom(Infinity, -Infinity, NaN, 3e38, 1e-40) },
  );
  const scenario = fc.integer({ min: 1, max: 9 }).chain((fours) => {
    const dimensions = fours * 4;
    const vector = fc.array(value, { minLength: dimensions, maxLength: dimensions });
    return fc.record({
      dimensions: fc.constant(dimensions),
      query: vector,
      changes: fc.array(fc.tuple(fc.nat(399), vector, value), { maxLength: 40 }),
      rows: fc.integer({ min: 1, max: 400 }),
      n: fc.integer({ min: 1, max: 30 }),
      excluded: fc.array(fc.nat(399), { maxLength: 60 }),
    });
  });
  fc.assert(
    fc.property(scenario, ({ dimensions, query, changes, rows, n, excluded }) => {
      const answers = [wasm, plain].flatMap((factory) =>
        [false, true].map((codes) => {
          const table = makeTable({ dimensions, extra: 1, codes }, rows, factory);
          for (const [row, values, bias] of changes) {
            if (row >= rows) continue;
            table.write(row, Float32Array.from(values), 0);
            table.setBias(row, bias);
          }
          const list = Uint32Array.from(excluded);
          const answer = top(table, Float32Array.from(query), n, list);
          const mask = new Uint8Array(400);
          for (const row of excluded) mask[row] = 1;
          assert.deepEqual(top(table, Float32Array.from(query), n, mask), answer);
          const wanted = sortedTop(table, Float32Array.from(query), n, new Set(excluded));
          assert.deepEqual(answer.rows, wanted);
          return answer;
        }),
      );
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
    }),
    { numRuns: 150 },
  );
});

test('the pruned answer equals the exhaustive one over thousands of rows that keep changing', () => {
  const dimensions = 32;
  const coded = makeTable({ dimensions, extra: 1, codes: true }, 3_000);
  const bare = makeTable({ dimensions, extra: 1 }, 3_000);
  const vector = new Float32Array(dimensions);
  for (let turn = 0; turn < 60; turn++) {
    const from = (turn * 577) % 3_000;
    bare.read(from, vector, 0);
    for (let at = 0; at < dimensions; at++) vector[at] = (vector[at] as number) * (1 + turn / 7);
    const to = (turn * 131) % 3_000;
    coded.write(to, vector, 0);
    bare.write(to, vector, 0);
    assert.deepEqual(top(coded, vector, 25), top(bare, vector, 25));
  }
});

test('equal scores come in row order', () => {
  const table = new FactorTable(wasm.create(), { dimensions: 4, codes: true });
  for (let row = 0; row < 50; row++) {
    table.addZero();
    table.write(row, Float32Array.of(row % 3, 0, 0, 0), 0);
  }
  const { rows, scores } = top(table, Float32Array.of(1, 0, 0, 0), 20);
  assert.deepEqual(
    rows.slice(0, 17),
    [2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 32, 35, 38, 41, 44, 47, 1],
  );
  assert.equal(scores[16], 1);
});
