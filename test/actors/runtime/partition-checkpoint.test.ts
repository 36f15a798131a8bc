import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import { TENSOR } from '../../../actors/runtime/partition-checkpoint.ts';
import type { Checkpoint, Tensor } from '../../../model/checkpoint.ts';
import { definitionOf, PartitionRig } from '../../doubles/partition-rig.ts';

const VERSION = definitionOf('first', {}, 1);

async function captured(): Promise<{ rig: PartitionRig; checkpoint: Checkpoint }> {
  const rig = await PartitionRig.create();
  await rig.tell(
    { user: 'ann', item: 'a', timeMs: 1 },
    { user: 'bea', item: 'é ﷽ 😀', timeMs: 2 },
    { user: 'ann', item: '__proto__', timeMs: 3 },
    { user: 'ann', item: 'a', type: 'yodel', timeMs: NaN },
  );
  const runtime = await rig.replay(rig.runtime(VERSION));
  return { rig, checkpoint: await runtime.capture('f00d') };
}

function withTensor(checkpoint: Checkpoint, name: string, tensor: Tensor): Checkpoint {
  return { ...checkpoint, tensors: { ...checkpoint.tensors, [name]: tensor } };
}

describe('the checkpoint of a partition', () => {
  it('names its tensors and says where it stands', async () => {
    const { checkpoint } = await captured();
    const { manifest, tensors } = checkpoint;
    const shapes = Object.entries(tensors).map(([name, { shape }]) => [name, shape]);
    assert.deepEqual(Object.fromEntries(shapes), {
      'users.surrogates': [2, 16],
      'users.vectors': [2, 8],
      'users.events': [2],
      'users.positives': [2],
      'users.timeMs': [2],
      'users.seen.offsets': [3],
      'users.seen.items': [3],
      'users.recent': [2, 8],
      'items.ids': [1 + 11 + 9],
      'items.offsets': [4],
      'content.ids': [0],
      'content.ids.offsets': [1],
      'content.texts': [0],
      'content.texts.offsets': [1],
      'content.offsets': [1],
      'content.attributes': [0],
      'items.vectors': [3, 8],
      'items.bias': [3],
      'items.popularity': [3],
      output: [8],
    });
    assert.deepEqual([...tensors[TENSOR.seenItems]!.data], [0, 2, 1]);
    assert.deepEqual([manifest.version, manifest.partition, manifest.sequence], ['first', 0, 3]);
    assert.equal(manifest.parent, 'f00d');
    assert.equal(JSON.stringify(manifest).includes('ann'), false);
  });

  it('brings back counters and dead letters', async () => {
    const { rig, checkpoint } = await captured();
    const json = JSON.parse(JSON.stringify(checkpoint.manifest)) as Checkpoint['manifest'];
    const restored = await PartitionRuntime.restore(rig.deps(VERSION), {
      ...checkpoint,
      manifest: json,
    });
    const { events, refused, users, items } = restored.counters;
    assert.deepEqual([events, refused, users, items], [3, 1, 2, 3]);
    assert.deepEqual(restored.deadLetters, [
      { sequence: 3, reason: 'unknown type', type: 'yodel', item: 'a', timeMs: NaN },
    ]);
    assert.equal(restored.takenAt, undefined, 'readers are given the whole state first');
  });

  it('brings back how many of the interactions were positive', async () => {
    const rig = await PartitionRig.create();
    await rig.tell(
      { user: 'ann', item: 'a', type: 'dislike' },
      { user: 'ann', item: 'b' },
      { user: 'bea', item: 'a', type: 'skip' },
    );
    const runtime = await rig.replay(rig.runtime(VERSION));
    const restored = await PartitionRuntime.restore(rig.deps(VERSION), await runtime.capture());
    const { userEvents, userPositives } = restored.takeDelta();
    assert.deepEqual(
      [[...userEvents], [...userPositives]],
      [
        [2, 1],
        [1, 0],
      ],
    );
  });

  it('refuses tensors that do not fit together', async () => {
    const { rig, checkpoint } = await captured();
    const broken: [string, Tensor][] = [
      [TENSOR.userVectors, { shape: [1, 8], data: new Float32Array(8) }],
      [TENSOR.events, { shape: [2], data: new Float32Array(2) }],
      [TENSOR.positives, { shape: [1], data: Uint32Array.of(1) }],
      [TENSOR.positives, { shape: [2], data: Uint32Array.of(1, 2) }],
      [TENSOR.seenOffsets, { shape: [3], data: Uint32Array.of(0, 2, 9) }],
      [TENSOR.seenOffsets, { shape: [3], data: Uint32Array.of(0, 3, 2) }],
      [TENSOR.seenItems, { shape: [3], data: Uint32Array.of(0, 3, 1) }],
      [TENSOR.recent, { shape: [2, 8], data: new Uint32Array(16).fill(7) }],
      [TENSOR.surrogates, { shape: [2, 16], data: new Uint8Array(32) }],
      [TENSOR.itemIds, { shape: [20], data: new Uint8Array(20) }],
      [TENSOR.itemOffsets, { shape: [4], data: Uint32Array.of(0, 0, 0, 21) }],
      [TENSOR.itemOffsets, { shape: [4], data: Uint32Array.of(0, 13, 1, 21) }],
      [TENSOR.output, { shape: [4], data: new Float32Array(4) }],
    ];
    for (const [name, tensor] of broken) {
      const damaged = withTensor(checkpoint, name, tensor);
      await assert.rejects(PartitionRuntime.restore(rig.deps(VERSION), damaged), {
        code: 'DAMAGED',
      });
    }
  });

  it('refuses the checkpoint of another partition', async () => {
    const { rig, checkpoint } = await captured();
    const other = { ...checkpoint, manifest: { ...checkpoint.manifest, partition: 1 } };
    await assert.rejects(
      PartitionRuntime.restore(rig.deps(VERSION), other),
      /is of partition 1, not 0/,
    );
  });
});
