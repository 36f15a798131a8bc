import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { TENSOR } from '../../../actors/runtime/partition-checkpoint.ts';
import { TRAINED_TENSORS } from '../../../activities/versions/base-checkpoint.ts';
import type { TrainingActivities } from '../../../activities/training/training.ts';
import { temporaryFolder } from '../../adapters/temporary-folder.ts';
import { RIG_BLEND } from '../../doubles/partition-rig.ts';
import { addingTrainer, somePlays, TrainingWorld } from '../../doubles/training-world.ts';

const RUN = 'train-v2';
const PREPARE = { run: RUN, version: 'v2', settings: {}, seed: 3, holdoutShare: 0.1 };

const WORLDS = [
  { partitions: 1, learner: { learner: 'gmf' } },
  { partitions: 2, learner: { learner: 'gmf' } },
  { partitions: 1, learner: RIG_BLEND },
  { partitions: 2, learner: RIG_BLEND },
] as const;

for (const { partitions, learner } of WORLDS) {
  describe(`a training run of ${learner.learner}, ${partitions} partition(s)`, () => {
    let world: TrainingWorld;
    let activities: TrainingActivities;
    const trainer = addingTrainer();
    before(async () => {
      world = await TrainingWorld.open(await temporaryFolder(), partitions, learner);
      await world.rig.tell(...somePlays(400));
      await world.follow();
      await world.caughtUp();
      activities = world.activities(trainer);
    });
    after(() => world.close());

    it('prepares the parent and the dataset, the same whenever it is asked', async () => {
      const prepared = await activities.prepareDataset(PREPARE);
      const again = await activities.prepareDataset(PREPARE);
      assert.deepEqual(again, prepared);
      assert.equal(prepared.parent, 'v1');
      assert.equal(prepared.cut.length, partitions);
      assert.equal(prepared.users, 7);
      assert.ok(prepared.holdoutEvents > 30, 'about a tenth of 400 events is held out');
      assert.equal(
        prepared.events,
        prepared.cut.reduce((sum, cut) => sum + cut + 1, 0),
      );
      for (let partition = 0; partition < partitions; partition++) {
        const parent = await world.files.read(RUN, `parent-p${partition}.safetensors`);
        assert.equal(parent?.manifest.sequence, prepared.cut[partition]);
      }
    });

    it('trains each epoch from the checkpoint of the one before', async () => {
      await activities.trainEpoch({ run: RUN, epoch: 1 });
      const second = await activities.trainEpoch({ run: RUN, epoch: 2 });
      const again = await activities.trainEpoch({ run: RUN, epoch: 2 });
      assert.deepEqual(again, second, 'an epoch that is tried again ends where it would have');
      assert.equal(trainer.jobs[0]?.from, null);
      assert.match(trainer.jobs[1]?.from ?? '', /epoch-1\.safetensors$/);
      assert.equal(trainer.jobs[1]?.files.length, partitions);
    });

    it('registers the trained rows over the state of the parent, once', async () => {
      const input = { run: RUN, epoch: 2, metrics: { hitRate10: 0.2 } };
      const registered = await activities.registerVersion(input);
      assert.deepEqual(await activities.registerVersion(input), registered);
      const base = await world.registry.base('v2', 0);
      const parent = await world.files.read(RUN, 'parent-p0.safetensors');
      assert.equal(base?.manifest.version, 'v2');
      const { itemIds, itemOffsets, itemVectors, itemBias, itemPopularity, output } = TENSOR;
      const shared = [itemIds, itemOffsets, itemVectors, itemBias, itemPopularity, output];
      // Partitions share their item rows and what they know of items, which item-means.test.ts looks at.
      const isShared = (name: string) =>
        partitions > 1 && (shared.some((one) => one === name) || name.startsWith('learner.'));
      for (const [name, { data }] of Object.entries(base.tensors)) {
        const isTrained = Object.values(TRAINED_TENSORS).some((one) => one === name);
        const before = parent!.tensors[name]!.data;
        if (learner.learner === 'blend' && name === output) {
          assert.ok(
            data.every((value) => value === 1),
            'a blend has no output layer',
          );
        } else if (!isShared(name) && isTrained) {
          assert.equal(data[0], Math.fround(before[0]! + 0.1), name);
        } else if (!isShared(name)) {
          assert.deepEqual(data, before, name);
        }
      }
      assert.ok(base.tensors[TENSOR.seenItems]!.data.length > 0, 'what users saw stays known');
    });

    it('promotes at one position of every partition, once, and is live when it returns', async () => {
      for (let partition = 0; partition < partitions; partition++) {
        const head = world.rig.journal.head(partition);
        await world.versions.advanceShadow('v2', partition, head, {
          signal: new AbortController().signal,
        });
      }
      await world.rig.tell(...somePlays(20, 1_000));
      const promotion = await activities.promoteVersion({ version: 'v2' });
      assert.equal(promotion.positions.length, partitions);
      assert.deepEqual(await activities.promoteVersion({ version: 'v2' }), promotion);
      for (const { runtime } of world.live) assert.equal(runtime.definition.version, 'v2');
    });

    it('leaves a live state that equals base and replay', async () => {
      await world.rig.tell(...somePlays(20, 2_000));
      await world.caughtUp();
      for (const live of world.live) {
        const clean = await world.versions.runtimeAt('v2', live.partition, live.runtime.position);
        const hash = await live.exclusive((runtime) => world.rig.hash(runtime));
        assert.equal(hash, await world.rig.hash(clean));
      }
    });

    it('keeps its files when it ends well, until another run has', async () => {
      await activities.endTraining({ run: RUN });
      await activities.trainEpoch({ run: RUN, epoch: 2 });
      await world.files.writeNote('train-v9', 'run.json', {});
      await activities.endTraining({ run: 'train-v9' });
      assert.deepEqual(await world.files.list(), ['train-v9']);
    });

    it('is gone when it ends early; the version stays', async () => {
      trainer.ended.length = 0;
      await activities.endTraining({ run: RUN });
      await activities.endTraining({ run: RUN, version: 'v2' });
      assert.equal(await world.files.read(RUN, 'parent-p0.safetensors'), undefined);
      assert.deepEqual(trainer.ended, [RUN, RUN]);
      assert.ok(await world.registry.base('v2', 0));
      await assert.rejects(activities.trainEpoch({ run: RUN, epoch: 3 }), { type: 'NOT_FOUND' });
    });
  });
}

describe('preparing a training run', () => {
  async function worldWith(count: number): Promise<TrainingWorld> {
    const world = await TrainingWorld.open(await temporaryFolder());
    if (count > 0) await world.rig.tell(...somePlays(count));
    await world.follow();
    await world.caughtUp();
    return world;
  }

  it('says what it is doing in its heartbeats', async () => {
    const world = await worldWith(50);
    const heartbeats: unknown[] = [];
    await world.activities(addingTrainer(), heartbeats).prepareDataset(PREPARE);
    assert.ok(heartbeats.length > 0);
    await world.close();
  });

  it('refuses where there is nothing to learn from', async () => {
    const world = await worldWith(0);
    await assert.rejects(world.activities(addingTrainer()).prepareDataset(PREPARE), {
      type: 'INVALID',
      message: /post or import events first/,
    });
    await world.close();
  });

  it('refuses a setting that there is not, and one that is no number', async () => {
    const world = await worldWith(50);
    const activities = world.activities(addingTrainer());
    const refused = async (settings: Record<string, number>, message: RegExp) =>
      assert.rejects(activities.prepareDataset({ ...PREPARE, settings }), {
        type: 'INVALID',
        message,
      });
    await refused({ epochs: 3 }, /settings\.epochs is not a setting/);
    await refused({ speed: 3 }, /speed is not a setting/);
    await refused({ learningRate: NaN }, /learningRate is a number/);
    await world.close();
  });

  it('says why training is off', async () => {
    const world = await worldWith(50);
    const off = { ...addingTrainer(), unavailable: () => Promise.resolve('no tfjs-node: set up') };
    await assert.rejects(world.activities(off).prepareDataset(PREPARE), {
      message: 'no tfjs-node: set up',
    });
    await world.close();
  });
});
