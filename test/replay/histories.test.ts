import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Worker } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { bundleWorkflows } from '../doubles/workflow-stage.ts';
import { readHistory, RECORDED } from './recording.ts';
import type { History } from './recording.ts';

/** Gives two activities of a history each other's name: an order that the workflow does not have. */
function swapActivities(history: History, one: string, other: string): History {
  for (const event of history.events ?? []) {
    const type = event.activityTaskScheduledEventAttributes?.activityType;
    if (type?.name === one) type.name = other;
    else if (type?.name === other) type.name = one;
  }
  return history;
}

describe('recorded histories', () => {
  let workflowBundle: WorkflowBundleWithSourceMap;
  before(async () => {
    workflowBundle = await bundleWorkflows();
  });

  for (const name of Object.keys(RECORDED)) {
    it(`go on to replay: ${name}`, async () => {
      const history = await readHistory(name);
      assert.ok((history.events?.length ?? 0) > 5, 'the history holds a whole run');
      await Worker.runReplayHistory({ workflowBundle }, history, name);
    });
  }

  it('are refused where the order of activities is another', async () => {
    const history = await readHistory('train-model');
    const altered = swapActivities(history, 'evaluateCandidate', 'registerVersion');
    await assert.rejects(
      Worker.runReplayHistory({ workflowBundle }, altered, 'train-model'),
      (error: Error) => error.name === 'DeterminismViolationError',
    );
  });
});
