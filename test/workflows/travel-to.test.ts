import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { WorkflowFailedError } from '@temporalio/client';
import { MODEL_VERSION, POSITION, STAGE, TASK_QUEUE } from '../../workflows/messages.ts';
import { travelTo } from '../../workflows/travel-to.ts';
import { fakeActivities } from '../doubles/fake-activities.ts';
import { TEMPORAL, WorkflowStage } from '../doubles/workflow-stage.ts';

const skip = TEMPORAL.unavailable ?? false;

describe('travelTo', { skip }, () => {
  let stage: WorkflowStage;
  before(async () => {
    stage = await WorkflowStage.open();
  });
  after(() => stage.close());

  it('waits for the state, and says what stands there', async () => {
    const fake = fakeActivities();
    await stage.play(fake.activities, async (client) => {
      const input = { positions: ['0:41', '1:39'], version: 'v1' };
      const options = { taskQueue: TASK_QUEUE, workflowId: 'travel-1' };
      const handle = await client.workflow.start(travelTo, { ...options, args: [input] });
      assert.deepEqual(await handle.result(), { version: 'v1', positions: ['0:41', '1:39'] });
      const { typedSearchAttributes: attributes } = await handle.describe();
      assert.equal(attributes.get(MODEL_VERSION), 'v1');
      assert.equal(attributes.get(POSITION), '0:41');
      assert.equal(attributes.get(STAGE), 'arrived');
    });
    const input = { positions: ['0:41', '1:39'], version: 'v1' };
    assert.deepEqual(fake.calls, [{ name: 'reachPast', input }]);
  });

  it('fails with the reason where there is no way there', async () => {
    const gone = 'model version v9, which was live there, is not registered here any more';
    const fake = fakeActivities({
      reachPast: async () => {
        throw ApplicationFailure.nonRetryable(gone, 'NOT_FOUND');
      },
    });
    await stage.play(fake.activities, async (client) => {
      const options = { taskQueue: TASK_QUEUE, workflowId: 'travel-2' };
      const args: [{ positions: string[] }] = [{ positions: ['0:41'] }];
      const handle = await client.workflow.start(travelTo, { ...options, args });
      await assert.rejects(handle.result(), (error: Error) => {
        assert.ok(error instanceof WorkflowFailedError);
        assert.match(String(error.cause?.cause), /not registered here any more/);
        return true;
      });
    });
  });
});
