import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import type { LeaseResult } from '../../activities/replay/replay.ts';
import {
  MODEL_VERSION,
  PARTITION,
  pauseSignal,
  POSITION,
  progressQuery,
  resumeSignal,
  STAGE,
  TASK_QUEUE,
} from '../../workflows/messages.ts';
import type { ReplayPartitionInput } from '../../workflows/messages.ts';
import { replayPartition } from '../../workflows/replay-partition.ts';
import { fakeActivities } from '../doubles/fake-activities.ts';
import { TEMPORAL, WorkflowStage } from '../doubles/workflow-stage.ts';

const skip = TEMPORAL.unavailable ?? false;

function options(workflowId: string, input: ReplayPartitionInput) {
  return { taskQueue: TASK_QUEUE, workflowId, args: [input] as [ReplayPartitionInput] };
}

/** Resolves when the activity is cancelled; a lease that has no end of its own. */
async function untilCancelled(): Promise<never> {
  const beat = setInterval(() => Context.current().heartbeat(), 50);
  try {
    return await Context.current().cancelled;
  } finally {
    clearInterval(beat);
  }
}

describe('replayPartition', { skip }, () => {
  let stage: WorkflowStage;
  before(async () => {
    stage = await WorkflowStage.open();
  });
  after(() => stage.close());

  it('replays a range lease by lease and says in the search attributes where it stands', async () => {
    const reached = [40, 70, 99];
    const fake = fakeActivities({
      replayShadow: async ({ version }) => ({
        version,
        position: reached.shift() ?? 99,
        head: 120,
      }),
    });
    await stage.play(fake.activities, async (client) => {
      const bounded = { version: 'v2', from: 10, to: 99 };
      const handle = await client.workflow.start(
        replayPartition,
        options('bounded', { partition: 1, leaseMsMax: 1_000, bounded }),
      );
      const result = await handle.result();
      assert.deepEqual(result, { partition: 1, version: 'v2', position: 99, leases: 3 });
      const { typedSearchAttributes: attributes } = await handle.describe();
      assert.equal(attributes.get(PARTITION), 1);
      assert.equal(attributes.get(MODEL_VERSION), 'v2');
      assert.equal(attributes.get(POSITION), '1:99');
      assert.equal(attributes.get(STAGE), 'replayed');
    });
    assert.deepEqual(fake.names(), ['replayShadow', 'replayShadow', 'replayShadow']);
  });

  it('takes no lease for a range that is empty', async () => {
    const fake = fakeActivities();
    const bounded = { version: 'v2', from: 99, to: 99 };
    await stage.play(fake.activities, async (client) => {
      const input = { partition: 0, leaseMsMax: 1_000, bounded };
      const result = await client.workflow.execute(replayPartition, options('empty', input));
      assert.equal(result.position, 99);
    });
    assert.deepEqual(fake.calls, []);
  });

  it('hands over to a new run when its history is long, and counts its leases on', async () => {
    let position = 0;
    const fake = fakeActivities({
      replayShadow: async ({ version }) => ({ version, position: ++position, head: 7 }),
    });
    await stage.play(fake.activities, async (client) => {
      const bounded = { version: 'v2', from: 0, to: 7 };
      const handle = await client.workflow.start(
        replayPartition,
        options('long', { partition: 0, leaseMsMax: 1_000, bounded, leasesPerRunMax: 3 }),
      );
      assert.equal((await handle.result()).leases, 7);
      const { runId } = await handle.describe();
      assert.notEqual(runId, handle.firstExecutionRunId, 'the last run is not the first');
    });
  });

  it('follows live until it is cancelled, and leases again after a failure', async () => {
    let failures = 1;
    const fake = fakeActivities({
      leaseLive: async (): Promise<LeaseResult> => {
        failures -= 1;
        if (failures >= 0) throw new Error('the worker lost its way');
        return { version: 'v1', position: 10, head: 10 };
      },
    });
    await stage.play(fake.activities, async (client) => {
      const handle = await client.workflow.start(
        replayPartition,
        options('live', { partition: 0, leaseMsMax: 1_000, leasesPerRunMax: 1_000 }),
      );
      while (fake.calls.length < 4) await new Promise((resolve) => setTimeout(resolve, 10));
      const { stage: doing, done, total } = await handle.query(progressQuery);
      assert.deepEqual({ doing, done, total }, { doing: 'live', done: 10, total: 10 });
      await handle.cancel();
      await assert.rejects(handle.result(), WorkflowFailedError);
      assert.equal((await handle.describe()).status.name, 'CANCELLED');
    });
  });

  it('stands still while it is paused', async () => {
    const fake = fakeActivities({ leaseLive: untilCancelled, holdStill: untilCancelled });
    await stage.play(fake.activities, async (client) => {
      const handle = await client.workflow.start(
        replayPartition,
        options('paused', { partition: 0, leaseMsMax: 60_000 }),
      );
      const called = async (count: number) => {
        while (fake.calls.length < count) await new Promise((resolve) => setTimeout(resolve, 10));
      };
      await called(1);
      await handle.signal(pauseSignal);
      await called(2);
      assert.equal((await handle.query(progressQuery)).stage, 'paused');
      await handle.signal(resumeSignal);
      await called(3);
      assert.deepEqual(fake.names(), ['leaseLive', 'holdStill', 'leaseLive']);
      await handle.cancel();
      await assert.rejects(handle.result(), WorkflowFailedError);
    });
  });

  it('asks any worker where the one that held the partition takes no lease', async () => {
    const fake = fakeActivities({
      leaseLive: async () => ({ version: 'v1', position: 10, head: 10, queue: 'nobody-is-here' }),
    });
    await stage.play(fake.activities, async (client) => {
      const handle = await client.workflow.start(
        replayPartition,
        options('left', { partition: 0, leaseMsMax: 1_000 }),
      );
      while (fake.calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
      await handle.cancel();
      await assert.rejects(handle.result(), WorkflowFailedError);
    });
  });

  it('fails at once on damage, which no retry mends', async () => {
    const fake = fakeActivities({
      leaseLive: async () => {
        throw ApplicationFailure.create({ message: 'block 0:3 is damaged', type: 'DAMAGED' });
      },
    });
    await stage.play(fake.activities, async (client) => {
      const input = { partition: 0, leaseMsMax: 1_000 };
      await assert.rejects(
        client.workflow.execute(replayPartition, options('damaged', input)),
        WorkflowFailedError,
      );
    });
    assert.equal(fake.calls.length, 1);
  });
});
