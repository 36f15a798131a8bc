import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SnapshotArena } from '../../../actors/runtime/snapshot-arena.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';

describe('the snapshot arena', () => {
  it('gives back what was put, through replacements, drops and compaction', () => {
    const random = new SeededRandom(3);
    const arena = new SnapshotArena(4_000);
    const held = new Map<number, Uint8Array>();
    for (let step = 0; step < 30_000; step++) {
      const row = random.below(4_000);
      if (held.has(row) && random.below(3) === 0) {
        arena.drop(row);
        held.delete(row);
        continue;
      }
      const record = new Uint8Array(random.below(1_200)).fill(step);
      arena.put(row, record);
      held.set(row, record);
    }
    for (const [row, record] of held) assert.deepEqual(arena.read(row), record);
    for (let row = 0; row < 4_000; row++) {
      if (!held.has(row)) assert.throws(() => arena.read(row), /has no snapshot/);
    }
  });

  it('holds little more than what is live', () => {
    const random = new SeededRandom(4);
    const arena = new SnapshotArena(1_000);
    const rows = 40_000;
    const record = new Uint8Array(80);
    for (let row = 0; row < rows; row++) arena.put(row, record);
    for (let step = 0; step < 100_000; step++) arena.put(random.below(rows), record);
    const live = rows * (80 + 8);
    assert.ok(arena.bytes < live * 1.45 + 8 * rows * 1.25, `${arena.bytes} bytes for ${live}`);
  });

  it('refuses a row that has none', () => {
    const arena = new SnapshotArena(100);
    assert.throws(() => arena.read(0), /row 0 has no snapshot/);
    assert.throws(() => {
      arena.drop(1_000_000);
    }, /row 1000000 has no snapshot/);
  });
});
