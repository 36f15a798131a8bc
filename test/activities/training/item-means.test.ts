import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shareItems } from '../../../activities/training/item-means.ts';
import { MERGE_TENSORS, TENSOR } from '../../../actors/runtime/partition-checkpoint.ts';
import { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import type { Checkpoint } from '../../../model/checkpoint.ts';
import { unpackIds } from '../../../model/item-ids.ts';
import { definitionOf, PartitionRig } from '../../doubles/partition-rig.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';
import { inventEvents } from '../../simulation/stream.ts';

const VERSION = definitionOf('v1', {}, 3);

function rowsOf({ tensors }: Checkpoint): Map<string, number[]> {
  const items = unpackIds(tensors[TENSOR.itemIds], tensors[TENSOR.itemOffsets]) ?? [];
  const vectors = tensors[TENSOR.itemVectors]!;
  const width = vectors.shape[1]!;
  const bias = tensors[TENSOR.itemBias]!.data;
  return new Map(
    items.map((item, row) => [
      item,
      [...vectors.data.subarray(row * width, (row + 1) * width), bias[row]!],
    ]),
  );
}

async function bases(): Promise<{ rig: PartitionRig; captured: Checkpoint[] }> {
  const rig = await PartitionRig.create(3, 5);
  await rig.tell(...inventEvents(new SeededRandom(5), 200));
  const captured: Checkpoint[] = [];
  for (const partition of [0, 1, 2]) {
    const runtime = await rig.replay(rig.runtime(VERSION, partition));
    captured.push(await runtime.capture());
  }
  return { rig, captured };
}

describe('the bases of a version', () => {
  it('share the mean of their item rows, and every partition has all items', async () => {
    const { captured } = await bases();
    const before = captured.map(rowsOf);
    const shared = shareItems(captured);
    const [first, ...others] = shared.map(rowsOf);
    for (const other of others) {
      assert.deepEqual([...other.entries()].sort(), [...first!.entries()].sort());
    }
    for (const [item, row] of first!) {
      const having = before.flatMap((rows) => rows.get(item) ?? []).length / row.length;
      const sums = row.map((_, at) =>
        before.reduce((sum, rows) => sum + (rows.get(item)?.[at] ?? 0), 0),
      );
      for (const [at, sum] of sums.entries()) {
        assert.ok(Math.abs(sum / having - row[at]!) < 1e-5, item);
      }
    }
  });

  it('begin without anything to merge, and can be restored', async () => {
    const { rig, captured } = await bases();
    for (const [partition, base] of shareItems(captured).entries()) {
      for (const name of MERGE_TENSORS) assert.equal(base.tensors[name], undefined);
      const deps = rig.deps({ ...VERSION, baseSha256: ['', '', ''] }, partition);
      const runtime = await PartitionRuntime.restore(deps, base);
      assert.equal(runtime.contribution, undefined);
      assert.equal(runtime.counters.users, captured[partition]!.tensors[TENSOR.events]!.shape[0]);
    }
  });

  it('are left as they are where there is one partition', async () => {
    const { captured } = await bases();
    assert.equal(shareItems(captured.slice(0, 1))[0], captured[0]);
  });
});
