import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linearCka } from '../../model/linear-cka.ts';
import type { VectorRows } from '../../model/linear-cka.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';

function drawn(seed: number, rows: number, dimensions: number): VectorRows {
  const random = new SeededRandom(seed);
  return {
    rows: Float32Array.from({ length: rows * dimensions }, () => random.next() - 0.5),
    dimensions,
  };
}

/** Turned by a third of a right angle in the first two dimensions, twice as long, and moved. */
function turned({ rows, dimensions }: VectorRows): VectorRows {
  const [cos, sin] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
  const out = Float32Array.from(rows);
  for (let at = 0; at < rows.length; at += dimensions) {
    out[at] = cos * rows[at]! - sin * rows[at + 1]!;
    out[at + 1] = sin * rows[at]! + cos * rows[at + 1]!;
  }
  return { rows: out.map((value) => 2 * value + 3), dimensions };
}

test('vectors are aligned with themselves, turned, scaled and moved', () => {
  const vectors = drawn(1, 60, 4);
  assert.ok(Math.abs(linearCka(vectors, vectors)! - 1) < 1e-9);
  assert.ok(Math.abs(linearCka(vectors, turned(vectors))! - 1) < 1e-5);
});

test('vectors that have nothing in common are hardly aligned, whatever their dimensions', () => {
  const alignment = linearCka(drawn(1, 500, 4), drawn(2, 500, 8))!;
  assert.ok(alignment >= 0 && alignment < 0.05, `${alignment}`);
});

test('too few vectors, or equal ones, have no alignment; rows that do not pair are refused', () => {
  assert.equal(linearCka(drawn(1, 1, 4), drawn(2, 1, 4)), undefined);
  const equal = { rows: new Float32Array(12).fill(1), dimensions: 4 };
  assert.equal(linearCka(equal, drawn(1, 3, 4)), undefined);
  assert.throws(() => linearCka(drawn(1, 3, 4), drawn(1, 4, 4)), /a vector of each thing/);
});
