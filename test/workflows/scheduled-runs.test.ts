import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { MODEL_VERSION, STAGE, TASK_QUEUE } from '../../workflows/messages.ts';
import { promoteShadow } from '../../workflows/promote-shadow.ts';
import { scheduledRun } from '../../workflows/scheduled-run.ts';
import { fakeActivities } from '../doubles/fake-activities.ts';
import { TEMPORAL, WorkflowStage } from '../doubles/workflow-stage.ts';

const skip = TEMPORAL.unavailable ?? false;

describe('what schedules start', { skip }, () => {
  let stage: WorkflowStage;
  before(async () => {
    stage = await WorkflowStage.open();
  });
  after(() => stage.close());

  it('is a training under the next name, which can be found by its version', async () => {
    const fake = fakeActivities();
    await stage.play(fake.activities, async (client) => {
      const handle = await client.workflow.start(scheduledRun, {
        ...{ taskQueue: TASK_QUEUE, workflowId: 'scheduled-train-1' },
        args: [{ kind: 'training' }],
      });
      const { workflowId, result } = await handle.result();
      assert.deepEqual(
        [workflowId, result['version'], result['promoted']],
        ['train-v2', 'v2', true],
      );
      const { typedSearchAttributes: attributes } = await handle.describe();
      assert.deepEqual([attributes.get(MODEL_VERSION), attributes.get(STAGE)], ['v2', 'done']);
      const child = await client.workflow.getHandle('train-v2').describe();
      assert.deepEqual(
        [child.status.name, child.typedSearchAttributes.get(MODEL_VERSION)],
        ['COMPLETED', 'v2'],
      );
    });
    assert.deepEqual(fake.calls[0], { name: 'planRun', input: { kind: 'training' } });
  });

  it('is an index build', async () => {
    await stage.play(fakeActivities().activities, async (client) => {
      const handle = await client.workflow.start(scheduledRun, {
        ...{ taskQueue: TASK_QUEUE, workflowId: 'scheduled-index-1' },
        args: [{ kind: 'index' }],
      });
      const { workflowId, result } = await handle.result();
      assert.deepEqual([workflowId, result['release']], ['build-index-r1', 'r1']);
    });
  });

  it('fails with the reason where nothing of it can run here', async () => {
    const why = 'approximate search is off: faiss-node is not here';
    const fake = fakeActivities({
      planRun: async () => {
        throw ApplicationFailure.nonRetryable(why, 'INVALID');
      },
    });
    await stage.play(fake.activities, async (client) => {
      const handle = await client.workflow.start(scheduledRun, {
        ...{ taskQueue: TASK_QUEUE, workflowId: 'scheduled-index-2' },
        args: [{ kind: 'index' }],
      });
      await assert.rejects(handle.result(), (error: Error) => {
        assert.ok(error instanceof WorkflowFailedError);
        return String(error.cause?.cause).includes(why);
      });
    });
  });

  it('is a promotion where the shadow is better, and a reason where it is not', async () => {
    const outcomes = [
      { promoted: true, version: 'v2', why: 'v2 is better', positions: ['0:7'] },
      { promoted: false, version: null, why: 'there is no shadow', positions: [] },
    ];
    for (const [at, outcome] of outcomes.entries()) {
      const fake = fakeActivities({ promoteIfBetter: async () => outcome });
      await stage.play(fake.activities, async (client) => {
        const handle = await client.workflow.start(promoteShadow, {
          ...{ taskQueue: TASK_QUEUE, workflowId: `scheduled-promote-${at}` },
          args: [{ metric: 'mrr10', eventsMin: 20 }],
        });
        assert.deepEqual(await handle.result(), outcome);
        const { typedSearchAttributes: attributes } = await handle.describe();
        assert.equal(attributes.get(STAGE), outcome.promoted ? 'promoted' : 'kept');
        assert.equal(attributes.get(MODEL_VERSION), outcome.version ?? undefined);
      });
      const input = { metric: 'mrr10', eventsMin: 20 };
      assert.deepEqual(fake.calls, [{ name: 'promoteIfBetter', input }]);
    }
  });
});
