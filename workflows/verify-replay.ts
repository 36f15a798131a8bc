import {
  ApplicationFailure,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { ProofReport } from '../activities/replay/proving.ts';
import { proving } from './activity-proxies.ts';
import { DIFFERENT, MODEL_VERSION, POSITION, progressQuery, STAGE } from './messages.ts';
import type { Progress, VerifyReplayInput } from './messages.ts';

/**
 * Proves that a version that is held is what a clean replay gives, bit for bit. Where it is not the run fails, so that
 * nobody overlooks it, and says where the two part; its details are the report.
 */
export async function verifyReplay(input: VerifyReplayInput): Promise<ProofReport> {
  const { model, full } = input;
  let progress: Progress = { stage: 'replaying', done: 0, total: 1 };
  setHandler(progressQuery, () => progress);
  upsertSearchAttributes([{ key: STAGE, value: progress.stage }]);
  const what = model === undefined ? 'the live version' : `version ${model}`;
  setCurrentDetails(`Replays **${what}** from its first event, beside what serves.`);
  const report = await proving(
    `Replays ${what} cleanly${full ? ', with every checkpoint and mark that is kept,' : ''} and compares the states`,
  ).proveVersion(input);
  const fault = faultOf(report);
  progress = { stage: fault === undefined ? 'equal' : 'different', done: 1, total: 1 };
  upsertSearchAttributes([
    { key: MODEL_VERSION, value: report.version },
    { key: POSITION, value: report.parted?.[0]?.at ?? report.positions[0] ?? '' },
    { key: STAGE, value: progress.stage },
  ]);
  if (fault !== undefined) {
    setCurrentDetails(`**${fault}**`);
    throw ApplicationFailure.nonRetryable(fault, DIFFERENT, report);
  }
  setCurrentDetails(
    `**${report.version}** at **${report.positions.join(', ')}** is what a clean replay of ` +
      `${String(report.events)} events gives: \`${report.hash}\`.`,
  );
  return report;
}

/** What is wrong, as a sentence; undefined where nothing is. */
function faultOf({ equal, version, differing, parted, kept }: ProofReport): string | undefined {
  if (!equal) {
    const [first] = parted ?? [];
    const where =
      first === undefined
        ? `in partition ${differing.join(', ')}`
        : `they part at ${first.at}, after ${first.after} (${first.by})`;
    return `version ${version} is not what a clean replay gives: ${where}`;
  }
  const [fault] = kept?.faults ?? [];
  if (fault === undefined) return undefined;
  return `a kept checkpoint of version ${version} is not what it has to be, at ${fault.position}: ${fault.fault}`;
}
