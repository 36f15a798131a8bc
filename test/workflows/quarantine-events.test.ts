import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { quarantineEvents } from '../../workflows/quarantine-events.ts';
import { MODEL_VERSION, rebuildSignal, STAGE, TASK_QUEUE } from '../../workflows/messages.ts';
import { fakeActivities } from '../doubles/fake-activities.ts';
import { TEMPORAL, WorkflowStage } from '../doubles/workflow-stage.ts';

const skip = TEMPORAL.unavailable ?? false;

describe('quarantineEvents', { skip }, () => {
  let stage: WorkflowStage;
  before(async () => {
    stage = await WorkflowStage.open();
  });
  after(() => stage.close());

  it('replays every partition without the events and promotes, until nothing is pending', async () => {
    const fake = fakeActivities();
    await stage.play(fake.activities, async (client) => {
      const handle = await client.workflow.signalWithStart(quarantineEvents, {
        ...{ taskQueue: TASK_QUEUE, workflowId: 'quarantine-1' },
        ...{ signal: rebuildSignal, signalArgs: [true] as [boolean] },
        args: [{ delayMsMax: 0, leaseMsMax: 1_000 }],
      });
      assert.deepEqual(await handle.result(), {
        workflowId: 'quarantine-1',
        changes: [{ version: 'v3', quarantines: ['q1'] }],
      });
      const { typedSearchAttributes: attributes } = await handle.describe();
      assert.deepEqual([attributes.get(MODEL_VERSION), attributes.get(STAGE)], ['v3', 'done']);
    });
    const names = fake.names();
    assert.equal(names.filter((name) => name === 'replayShadow').length, 2);
    assert.deepEqual(
      names.filter((name) => name !== 'replayShadow'),
      ['beginQuarantine', 'finishQuarantine', 'beginQuarantine'],
    );
  });
});
