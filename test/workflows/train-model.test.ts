import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import type { Activities } from '../../activities/index.ts';
import {
  HIT_RATE,
  MODEL_VERSION,
  progressQuery,
  STAGE,
  TASK_QUEUE,
  trainingId,
} from '../../workflows/messages.ts';
import type { TrainModelInput, TrainModelResult } from '../../workflows/messages.ts';
import { trainModel } from '../../workflows/train-model.ts';
import { fakeActivities } from '../doubles/fake-activities.ts';
import { TEMPORAL, WorkflowStage } from '../doubles/workflow-stage.ts';

const skip = TEMPORAL.unavailable ?? false;

const INPUT: TrainModelInput = {
  version: 'v2',
  promote: 'if-not-worse',
  epochs: 3,
  patience: 2,
  seed: 5,
  holdoutShare: 0.1,
  leaseMsMax: 1_000,
};

function options(name: string, input: Partial<TrainModelInput> = {}) {
  const args = [{ ...INPUT, ...input }] as [TrainModelInput];
  return { taskQueue: TASK_QUEUE, workflowId: `${trainingId('v2')}-${name}`, args };
}

describe('trainModel', { skip }, () => {
  let stage: WorkflowStage;
  before(async () => {
    stage = await WorkflowStage.open();
  });
  after(() => stage.close());

  async function train(
    name: string,
    fake: { activities: Activities },
    input: Partial<TrainModelInput> = {},
  ): Promise<TrainModelResult> {
    return stage.play(fake.activities, (client) =>
      client.workflow.execute(trainModel, options(name, input)),
    );
  }

  it('trains, measures, replays the tail of every partition and promotes', async () => {
    const fake = fakeActivities();
    const result = await train('promoted', fake);
    assert.equal(result.promoted, true);
    assert.equal(
      result.why,
      'not worse: hit rate at 10 on 15 held-out events: v2 0.3000, v1 0.2000',
    );
    assert.equal(result.bestEpoch, 2, 'the epoch of the highest hit rate is taken');
    assert.deepEqual(result.positions, ['0:100', '1:90']);
    assert.deepEqual(
      result.epochs.map(({ epoch, checkpointSha256 }) => [epoch, checkpointSha256]),
      [
        [1, 'epoch-1'],
        [2, 'epoch-2'],
        [3, 'epoch-3'],
      ],
    );
    const names = fake.names();
    assert.deepEqual(names.slice(0, 6), [
      'prepareDataset',
      ...['trainEpoch', 'trainEpoch', 'trainEpoch'],
      ...['evaluateCandidate', 'registerVersion'],
    ]);
    assert.deepEqual(names.slice(6), [
      ...['replayShadow', 'replayShadow'],
      ...['promoteVersion', 'endTraining'],
    ]);
    const tails = fake.calls.filter(({ name }) => name === 'replayShadow');
    assert.deepEqual(
      new Set(tails.map(({ input }) => (input as { to: number }).to)),
      new Set([99, 89]),
    );
  });

  it('says in the search attributes what a stranger wants to know', async () => {
    await stage.play(fakeActivities().activities, async (client) => {
      const handle = await client.workflow.start(trainModel, options('attributes'));
      await handle.result();
      const { typedSearchAttributes: attributes } = await handle.describe();
      assert.equal(attributes.get(MODEL_VERSION), 'v2');
      assert.equal(attributes.get(STAGE), 'promoted');
      assert.equal(attributes.get(HIT_RATE), 0.3);
    });
  });

  it('stops when the hit rate has not risen for so many epochs', async () => {
    const fake = fakeActivities({}, [0.3, 0.1, 0.2, 0.9]);
    const result = await train('patience', fake, { epochs: 8, patience: 2 });
    assert.equal(result.epochs.length, 3);
    assert.equal(result.bestEpoch, 1);
  });

  const unpromoted = [
    ['worse', { candidate: 0.1, parent: 0.2, events: 15 }, {}, /^worse: /],
    ['unasked', { candidate: 0.3, parent: 0.2, events: 15 }, { promote: 'never' }, /not asked/],
    ['unshown', { candidate: 0, parent: 0, events: 0 }, {}, /nothing was shown/],
  ] as const;
  for (const [name, measured, input, why] of unpromoted) {
    it(`registers and does not promote what is ${name}`, async () => {
      const fake = fakeActivities({ evaluateCandidate: async () => measured });
      const result = await train(name, fake, input);
      assert.equal(result.promoted, false);
      assert.match(result.why, why);
      assert.deepEqual(fake.names().slice(-2), ['registerVersion', 'endTraining']);
    });
  }

  it('trains an epoch again whose worker failed, and goes on from there', async () => {
    const fails = new Set([2]);
    const fake = fakeActivities();
    const activities: Activities = {
      ...fake.activities,
      trainEpoch: async (input) => {
        const result = await fake.activities.trainEpoch(input);
        if (fails.delete(input.epoch)) throw new Error('the trainer was killed');
        return result;
      },
    };
    const result = await train('again', { activities });
    assert.equal(result.epochs.length, 3);
    const epochs = fake.calls
      .filter(({ name }) => name === 'trainEpoch')
      .map(({ input }) => (input as { epoch: number }).epoch);
    assert.deepEqual(epochs, [1, 2, 2, 3]);
  });

  it('cleans up when it is cancelled in the middle of an epoch', async () => {
    const fake = fakeActivities({
      trainEpoch: async () => {
        const beat = setInterval(() => Context.current().heartbeat(), 50);
        try {
          return await Context.current().cancelled;
        } finally {
          clearInterval(beat);
        }
      },
    });
    await stage.play(fake.activities, async (client) => {
      const handle = await client.workflow.start(trainModel, options('cancelled'));
      while (!fake.names().includes('trainEpoch')) await new Promise((go) => setTimeout(go, 10));
      assert.equal((await handle.query(progressQuery)).stage, 'epoch 1 of 3');
      await handle.cancel();
      await assert.rejects(handle.result(), WorkflowFailedError);
      const description = await handle.describe();
      assert.equal(description.status.name, 'CANCELLED');
      assert.equal(description.typedSearchAttributes.get(STAGE), 'cancelled');
    });
    assert.deepEqual(fake.calls.at(-1), {
      name: 'endTraining',
      input: { run: 'train-v2-cancelled', version: 'v2' },
    });
  });

  it('fails and cleans up where no retry can mend it', async () => {
    const fake = fakeActivities({
      prepareDataset: async () => {
        throw ApplicationFailure.create({ message: 'nothing to train on', type: 'INVALID' });
      },
    });
    await assert.rejects(train('failed', fake), WorkflowFailedError);
    assert.deepEqual(fake.names(), ['prepareDataset', 'endTraining']);
  });
});
