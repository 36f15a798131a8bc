import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { WorkflowFailedError } from '@temporalio/client';
import { buildIndex } from '../../workflows/build-index.ts';
import {
  HIT_RATE,
  indexBuildId,
  MODEL_VERSION,
  POSITION,
  STAGE,
  TASK_QUEUE,
} from '../../workflows/messages.ts';
import type { BuildIndexInput } from '../../workflows/messages.ts';
import { fakeActivities } from '../doubles/fake-activities.ts';
import { TEMPORAL, WorkflowStage } from '../doubles/workflow-stage.ts';

const skip = TEMPORAL.unavailable ?? false;

function options(release: string) {
  const input: BuildIndexInput = { release, createdMs: 1, recall10Min: 0.99 };
  return {
    taskQueue: TASK_QUEUE,
    workflowId: indexBuildId(release),
    args: [input] as [BuildIndexInput],
  };
}

describe('buildIndex', { skip }, () => {
  let stage: WorkflowStage;
  before(async () => {
    stage = await WorkflowStage.open();
  });
  after(() => stage.close());

  it('builds, announces and swaps, and says what was reached', async () => {
    const fake = fakeActivities();
    await stage.play(fake.activities, async (client) => {
      const handle = await client.workflow.start(buildIndex, options('r1'));
      assert.deepEqual(await handle.result(), {
        ...{ workflowId: 'build-index-r1', release: 'r1', version: 'v1', recall10: 1, items: 17 },
        ...{ sha256: 'd', positions: ['0:42'], inUse: true, why: 'answers are searched with r1' },
        partitions: [
          { partition: 0, position: '0:41', items: 17, kind: 'Flat', probes: 0, recall10: 1 },
        ],
      });
      const { typedSearchAttributes: attributes } = await handle.describe();
      assert.equal(attributes.get(MODEL_VERSION), 'v1');
      assert.equal(attributes.get(POSITION), '0:41');
      assert.equal(attributes.get(HIT_RATE), 1);
      assert.equal(attributes.get(STAGE), 'in use');
    });
    assert.deepEqual(fake.names(), [
      ...['surveyVectors', 'buildRelease', 'announceRelease', 'swapSearch'],
    ]);
  });

  it('releases nothing whose recall is too low', async () => {
    const fake = fakeActivities({
      buildRelease: async () => {
        throw ApplicationFailure.create({ message: 'recall stays at 0.97', type: 'INVALID' });
      },
    });
    await stage.play(fake.activities, async (client) => {
      await assert.rejects(client.workflow.execute(buildIndex, options('r2')), WorkflowFailedError);
    });
    assert.deepEqual(fake.names(), ['surveyVectors', 'buildRelease']);
  });

  it('ends well where the searcher cannot take the release, and says why', async () => {
    const fake = fakeActivities({
      swapSearch: async () => ({ inUse: false, why: 'the searcher does not start' }),
    });
    const result = await stage.play(fake.activities, (client) =>
      client.workflow.execute(buildIndex, options('r3')),
    );
    assert.equal(result.inUse, false);
    assert.equal(result.why, 'the searcher does not start');
  });
});
