import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { backfill } from '../../workflows/backfill.ts';
import {
  backfillId,
  MODEL_VERSION,
  pauseSignal,
  POSITION,
  progressQuery,
  RATE,
  resumeSignal,
  STAGE,
  TASK_QUEUE,
} from '../../workflows/messages.ts';
import type { BackfillInput } from '../../workflows/messages.ts';
import { fakeActivities } from '../doubles/fake-activities.ts';
import { TEMPORAL, WorkflowStage } from '../doubles/workflow-stage.ts';

const skip = TEMPORAL.unavailable ?? false;

const INPUT: BackfillInput = {
  version: 'v2',
  define: { parent: 'v1', learner: { learner: 'isgd' }, start: [-1, 9] },
  to: [null, 49],
  leaseMsMax: 1_000,
};

function options(name: string, input: Partial<BackfillInput> = {}) {
  const args = [{ ...INPUT, ...input }] as [BackfillInput];
  return { taskQueue: TASK_QUEUE, workflowId: `${backfillId('v2')}-${name}`, args };
}

/** An activity that beats until it is cancelled. */
async function untilCancelled(): Promise<never> {
  const beat = setInterval(() => Context.current().heartbeat(), 50);
  try {
    return await Context.current().cancelled;
  } finally {
    clearInterval(beat);
  }
}

describe('backfill', { skip }, () => {
  let stage: WorkflowStage;
  before(async () => {
    stage = await WorkflowStage.open();
  });
  after(() => stage.close());

  it('registers, replays every partition, makes it the shadow, and says so', async () => {
    const fake = fakeActivities();
    await stage.play(fake.activities, async (client) => {
      const handle = await client.workflow.start(backfill, options('whole'));
      const result = await handle.result();
      assert.deepEqual(result.replayedTo, ['0:99', '1:49']);
      assert.equal(result.events, 100 + 40);
      assert.deepEqual(result.positions, ['0:100', '1:90']);
      const { typedSearchAttributes: attributes } = await handle.describe();
      assert.equal(attributes.get(MODEL_VERSION), 'v2');
      assert.equal(attributes.get(STAGE), 'shadow');
      assert.equal(attributes.get(POSITION), '0:99');
      assert.ok((attributes.get(RATE) ?? 0) > 0);
    });
    const names = fake.names();
    assert.deepEqual(names.toSorted(), [
      ...['assignShadow', 'prepareBackfill', 'replayShadow', 'replayShadow'],
    ]);
    assert.deepEqual([names[0], names.at(-1)], ['prepareBackfill', 'assignShadow']);
    const replays = fake.calls.filter(({ name }) => name === 'replayShadow');
    assert.ok(replays.every(({ input }) => (input as { follows?: boolean }).follows === true));
  });

  it('hears how far its partitions have come, lease by lease', async () => {
    const reached = new Map<number, number>();
    const go = { on: false };
    const fake = fakeActivities({
      replayShadow: async ({ partition, to, version }) => {
        const before = reached.get(partition) ?? 9;
        if (before > 9) while (!go.on) await sleep(10);
        const position = Math.min(before + 20, to);
        reached.set(partition, position);
        return { version, position, head: to };
      },
    });
    await stage.play(fake.activities, async (client) => {
      const handle = await client.workflow.start(backfill, options('progress'));
      for (;;) {
        const { stage: now, done, total } = await handle.query(progressQuery);
        if (done === 30 + 20) {
          assert.deepEqual([now, total], ['replaying', 140]);
          break;
        }
        await sleep(20);
      }
      go.on = true;
      assert.equal((await handle.result()).events, 140);
    });
  });

  it('stands still while it is paused, and goes on from there', async () => {
    let leases = 0;
    const fake = fakeActivities({
      replayShadow: async ({ version, to }) => {
        leases += 1;
        return leases <= 2 ? untilCancelled() : { version, position: to, head: to };
      },
    });
    await stage.play(fake.activities, async (client) => {
      const handle = await client.workflow.start(backfill, options('paused'));
      while (leases < 2) await sleep(20);
      await handle.signal(pauseSignal);
      while ((await handle.query(progressQuery)).stage !== 'paused') await sleep(20);
      await sleep(300);
      assert.equal(leases, 2, 'nothing is replayed meanwhile');
      await handle.signal(resumeSignal);
      assert.equal((await handle.result()).events, 140);
    });
  });

  it('lets go of what was built when it is cancelled, its replays with it', async () => {
    const fake = fakeActivities({ replayShadow: untilCancelled });
    await stage.play(fake.activities, async (client) => {
      const handle = await client.workflow.start(backfill, options('cancelled'));
      while (fake.names().filter((name) => name === 'replayShadow').length < 2) await sleep(10);
      await handle.cancel();
      await assert.rejects(handle.result(), WorkflowFailedError);
      const description = await handle.describe();
      assert.equal(description.status.name, 'CANCELLED');
      assert.equal(description.typedSearchAttributes.get(STAGE), 'cancelled');
    });
    assert.deepEqual(fake.calls.at(-1), { name: 'endBackfill', input: { version: 'v2' } });
    assert.ok(!fake.names().includes('assignShadow'));
  });

  it('fails and lets go where no retry can mend it', async () => {
    const fake = fakeActivities({
      prepareBackfill: async () => {
        throw ApplicationFailure.create({ message: 'v2 is taken', type: 'CONFLICT' });
      },
    });
    await stage.play(fake.activities, async (client) => {
      await assert.rejects(client.workflow.execute(backfill, options('failed')));
    });
    assert.deepEqual(fake.names(), ['prepareBackfill', 'endBackfill']);
  });
});
