import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ProofReport } from '../../activities/replay/proving.ts';
import type { VerifyReport } from '../../api/schema/verification.ts';
import { verificationReport } from '../../processes/durable/verification-report.ts';
import { DIFFERENT, MODEL_VERSION, POSITION, STAGE, TASK_QUEUE } from '../../workflows/messages.ts';
import { verifyReplay } from '../../workflows/verify-replay.ts';
import { fakeActivities } from '../doubles/fake-activities.ts';
import { TEMPORAL, WorkflowStage } from '../doubles/workflow-stage.ts';

const skip = TEMPORAL.unavailable ?? false;
const NEVER = new AbortController().signal;

const EQUAL: ProofReport = {
  ...{ equal: true, version: 'v2', hash: 'f', positions: ['0:41', '1:39'], events: 82 },
  differing: [],
};

describe('verifyReplay', { skip }, () => {
  let stage: WorkflowStage;
  before(async () => {
    stage = await WorkflowStage.open();
  });
  after(() => stage.close());

  /** Runs it on what the proof finds; gives its handle when it has ended. */
  async function run(workflowId: string, found: () => Promise<ProofReport>) {
    const fake = fakeActivities({ proveVersion: found });
    return stage.play(fake.activities, async (client) => {
      const handle = await client.workflow.start(verifyReplay, {
        ...{ taskQueue: TASK_QUEUE, workflowId },
        args: [{ model: 'v2', full: true }],
      });
      const ended = await handle.result().catch((error: unknown) => error);
      const { typedSearchAttributes: attributes } = await handle.describe();
      assert.deepEqual(fake.calls[0], {
        name: 'proveVersion',
        input: { model: 'v2', full: true },
      });
      const report = (): Promise<VerifyReport> => {
        const result = handle.result() as Promise<unknown> as Promise<VerifyReport>;
        return verificationReport(result, workflowId, NEVER);
      };
      return { ended, attributes, report };
    });
  }

  it('completes where the states are equal, and can be found by the version', async () => {
    const { ended, attributes, report } = await run('verify-1', async () => EQUAL);
    assert.deepEqual(ended, EQUAL);
    assert.deepEqual(await report(), EQUAL);
    assert.deepEqual(
      [attributes.get(MODEL_VERSION), attributes.get(STAGE), attributes.get(POSITION)],
      ['v2', 'equal', '0:41'],
    );
  });

  it('fails where they differ, names where they part, and has the report', async () => {
    const different: ProofReport = {
      ...{ ...EQUAL, equal: false, differing: [1] },
      parted: [{ after: '1:20', at: '1:21', by: 'rows' }],
    };
    const { ended, attributes, report } = await run('verify-2', async () => different);
    assert.ok(ended instanceof WorkflowFailedError);
    const { cause } = ended;
    assert.ok(cause instanceof ApplicationFailure && cause.type === DIFFERENT);
    assert.match(cause.message, /^version v2 is not what .*: they part at 1:21, after 1:20/);
    assert.deepEqual(await report(), different);
    assert.deepEqual([attributes.get(STAGE), attributes.get(POSITION)], ['different', '1:21']);
  });

  it('fails where a kept checkpoint is not what it has to be', async () => {
    const faults = [{ position: '0:9', fault: 'its parent is another file' }];
    const { ended, report } = await run('verify-3', async () => ({ ...EQUAL, kept: { faults } }));
    assert.ok(ended instanceof WorkflowFailedError);
    assert.match(String(ended.cause), /checkpoint of version v2 .* at 0:9: its parent/);
    assert.equal((await report()).equal, true);
  });

  it('fails with the reason where nothing can be proven', async () => {
    const { ended, report } = await run('verify-4', async () => {
      throw ApplicationFailure.nonRetryable('version v2 is not held', 'CONFLICT');
    });
    assert.ok(ended instanceof WorkflowFailedError);
    await assert.rejects(report(), { code: 'CONFLICT', message: 'version v2 is not held' });
  });
});
