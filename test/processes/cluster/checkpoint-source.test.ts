import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import type { PartitionNote } from '../../../activities/replay/fences.ts';
import { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import { loadKernel } from '../../../model/kernel/kernel.ts';
import { CheckpointSource } from '../../../processes/cluster/checkpoint-source.ts';
import { yieldNow } from '../../../processes/core/yield-now.ts';
import { temporaryFolder } from '../../adapters/temporary-folder.ts';
import { somePlays, TrainingWorld } from '../../doubles/training-world.ts';

describe('the checkpoint source', () => {
  let folder: string;
  let world: TrainingWorld;
  let notes: PartitionNote[];
  const wished: number[] = [];
  const older: number[] = [];
  /** What the mover does about a wish. */
  let heed: (partition: number) => Promise<void> = () => Promise.resolve();

  before(async () => {
    folder = await temporaryFolder();
    world = await TrainingWorld.open(folder);
    await world.rig.tell(...somePlays(200));
    const fence = { partition: 0, number: 1, holder: 'a worker' };
    notes = [{ fence, version: 'v1', position: world.rig.journal.head(0), toldMs: 0, barrier: 0 }];
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function source(): Promise<CheckpointSource> {
    let nowMs = 0;
    const { rig, registry, checkpoints } = world;
    return new CheckpointSource({
      ...{ registry, checkpoints, yieldNow },
      partitions: 1,
      fences: { notes: () => Promise.resolve(notes) },
      wishes: {
        wish: (partition) => {
          wished.push(partition);
          return heed(partition);
        },
      },
      maker: {
        create: (definition, partition) => rig.runtime(definition, partition),
        restore: (definition, partition, checkpoint) =>
          PartitionRuntime.restore(rig.deps(definition, partition), checkpoint),
      },
      kernels: await loadKernel(),
      clock: () => nowMs,
      sleep: (milliseconds) => {
        nowMs += milliseconds;
        return Promise.resolve();
      },
      onOlder: (partition) => older.push(partition),
    });
  }

  async function save(): Promise<void> {
    const runtime = await world.versions.runtimeAt('v1', 0, world.rig.journal.head(0));
    await world.checkpoints.save(await runtime.capture());
  }

  it('takes what stands where nobody heeds its wish, and says so', async () => {
    const index = (await (await source()).source()).indexInput(0, 10);
    assert.deepEqual([wished.splice(0), older.splice(0)], [[0], [0]]);
    assert.deepEqual([index.version, index.sequence, index.ids.length], ['v1', -1, 0]);
  });

  it('takes the checkpoint that it wished for', async () => {
    heed = save;
    const index = (await (await source()).source()).indexInput(0, 10);
    assert.deepEqual([wished.splice(0), older.splice(0)], [[0], []]);
    assert.equal(index.sequence, world.rig.journal.head(0));
    assert.equal(index.rows.length, index.ids.length * (index.dimensions + 1));
    assert.ok(index.ids.length > 20);
    const survey = await (await source()).survey();
    assert.deepEqual([survey.version, survey.items], ['v1', index.ids.length]);
    assert.equal(survey.partitions[0]?.position, `0:${String(index.sequence)}`);
  });

  it('wishes for nothing where the newest holds all', async () => {
    await (await source()).source();
    assert.deepEqual(wished, []);
  });

  it('says that no worker has told where its partition stands', async () => {
    notes = [];
    await assert.rejects((await source()).source(), { code: 'UNAVAILABLE' });
  });
});
