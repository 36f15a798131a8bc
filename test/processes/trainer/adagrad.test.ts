import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stepRows } from '../../../processes/trainer/adagrad.ts';

function tableOf(values: readonly number[], width: number) {
  const rows = Float32Array.from(values);
  return { values: rows, squares: new Float32Array(rows.length / width), width };
}

const RATES = { learning: 0.1, decay: 0 };

describe('a row-wise step', () => {
  it('moves the rows that were touched against their gradients, and no others', () => {
    const table = tableOf([1, 1, 2, 2, 3, 3], 2);
    stepRows(
      table,
      Uint32Array.of(2, 0),
      Float32Array.of(1, -1, 0, 0),
      Float32Array.of(1, 1),
      RATES,
    );
    assert.deepEqual(Array.from(table.values.subarray(0, 4)), [1, 1, 2, 2]);
    assert.ok(Math.abs(table.values[4]! - 2.9) < 1e-6);
    assert.ok(Math.abs(table.values[5]! - 3.1) < 1e-6);
    assert.deepEqual(Array.from(table.squares), [0, 0, 1]);
  });

  it('becomes smaller the more gradient a row has seen', () => {
    const table = tableOf([0], 1);
    const moves = [1, 2, 3].map(() => {
      const before = table.values[0]!;
      stepRows(table, Uint32Array.of(0), Float32Array.of(1), Float32Array.of(1), RATES);
      return before - table.values[0]!;
    });
    assert.ok(moves[0]! > moves[1]! && moves[1]! > moves[2]!);
    assert.ok(Math.abs(moves[2]! - 0.1 / Math.sqrt(3)) < 1e-6);
  });

  it('holds a row back as often as it was touched', () => {
    const once = tableOf([1], 1);
    const often = tableOf([1], 1);
    const rates = { learning: 0.1, decay: 0.5 };
    stepRows(once, Uint32Array.of(0), Float32Array.of(-2), Float32Array.of(1), rates);
    stepRows(often, Uint32Array.of(0), Float32Array.of(-2), Float32Array.of(3), rates);
    assert.equal(once.squares[0], 1.5 ** 2);
    assert.equal(often.squares[0], 0.5 ** 2);
  });
});
