import {
  executeChild,
  ParentClosePolicy,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { quickTraining } from './activity-proxies.ts';
import { MODEL_VERSION, STAGE } from './messages.ts';
import type { ScheduledRunInput, ScheduledRunResult } from './messages.ts';

/**
 * Starts a training or an index build that a schedule asks for, under the name that comes next, and waits for its end: as
 * long as it runs the schedule starts no other.
 */
export async function scheduledRun({ kind }: ScheduledRunInput): Promise<ScheduledRunResult> {
  const what = kind === 'training' ? 'a training' : 'an index build';
  upsertSearchAttributes([{ key: STAGE, value: 'planning' }]);
  const { type, workflowId, input, version, summary } = await quickTraining(
    `Names ${what} and gathers what it is asked`,
  ).planRun({ kind });
  setCurrentDetails(`Runs **${workflowId}** as a child.`);
  const about = version === null ? [] : [{ key: MODEL_VERSION, value: version }];
  upsertSearchAttributes([...about, { key: STAGE, value: 'running' }]);
  const result = (await executeChild(type, {
    ...{ workflowId, args: [input], taskQueue: workflowInfo().taskQueue },
    ...{ memo: { input }, staticSummary: summary, typedSearchAttributes: about },
    // Ending the schedule's run by hand is no reason to lose an hour of training.
    parentClosePolicy: ParentClosePolicy.ABANDON,
  })) as Readonly<Record<string, unknown>>;
  upsertSearchAttributes([{ key: STAGE, value: 'done' }]);
  return { workflowId, result };
}
