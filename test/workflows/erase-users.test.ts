import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Client } from '@temporalio/client';
import { eraseUsers } from '../../workflows/erase-users.ts';
import { rebuildSignal, MODEL_VERSION, STAGE, TASK_QUEUE } from '../../workflows/messages.ts';
import { fakeActivities } from '../doubles/fake-activities.ts';
import { TEMPORAL, WorkflowStage } from '../doubles/workflow-stage.ts';

const skip = TEMPORAL.unavailable ?? false;

function start(client: Client, workflowId: string, delayMsMax: number, now: boolean) {
  return client.workflow.signalWithStart(eraseUsers, {
    ...{ taskQueue: TASK_QUEUE, workflowId, signal: rebuildSignal, signalArgs: [now] as [boolean] },
    args: [{ delayMsMax, leaseMsMax: 1_000 }],
  });
}

describe('eraseUsers', { skip }, () => {
  let stage: WorkflowStage;
  before(async () => {
    stage = await WorkflowStage.open();
  });
  after(() => stage.close());

  it('replays every partition without the users, promotes, deletes, and ends when none is pending', async () => {
    const fake = fakeActivities();
    await stage.play(fake.activities, async (client) => {
      const handle = await start(client, 'erase-1', 600_000, true);
      assert.deepEqual(await handle.result(), {
        workflowId: 'erase-1',
        erasures: [{ erasure: 'e1', version: 'v3', stateHash: 'f' }],
      });
      const { typedSearchAttributes: attributes } = await handle.describe();
      assert.equal(attributes.get(MODEL_VERSION), 'v3');
      assert.equal(attributes.get(STAGE), 'done');
    });
    const names = fake.names();
    assert.equal(names.filter((name) => name === 'replayShadow').length, 2);
    assert.deepEqual(
      names.filter((name) => name !== 'replayShadow'),
      ['beginErasure', 'finishErasure', 'beginErasure'],
    );
    assert.ok(names.lastIndexOf('replayShadow') < names.indexOf('finishErasure'));
    const finish = fake.calls.find(({ name }) => name === 'finishErasure');
    assert.deepEqual(finish?.input, { erasure: 'e1' });
  });

  it('waits for more users, and no longer than its bound', async () => {
    const fake = fakeActivities();
    await stage.play(fake.activities, async (client) => {
      const handle = await start(client, 'erase-2', 700, false);
      await handle.signal(rebuildSignal, false);
      assert.deepEqual(fake.names(), [], 'it gathers first');
      assert.equal((await handle.result()).erasures.length, 1);
    });
  });

  it('goes on where users are erased while it works', async () => {
    let begun = 0;
    const fake = fakeActivities({
      beginErasure: async () => {
        begun += 1;
        if (begun === 1)
          await stage.client.workflow.getHandle('erase-3').signal(rebuildSignal, true);
        return null;
      },
    });
    await stage.play(fake.activities, async (client) => {
      const handle = await start(client, 'erase-3', 600_000, true);
      assert.deepEqual((await handle.result()).erasures, []);
    });
    assert.equal(begun, 2);
  });
});
