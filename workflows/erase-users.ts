import {
  condition,
  continueAsNew,
  executeChild,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ErasurePlan } from '../activities/erasing.ts';
import { erasing, quickTraining } from './activity-proxies.ts';
import { erasureReplayId, eraseSignal, MODEL_VERSION, progressQuery, STAGE } from './messages.ts';
import type { EraseUsersInput, EraseUsersResult, Progress } from './messages.ts';
import { replayPartition } from './replay-partition.ts';

/** Erasures that the result names, at most: the newest. */
const RESULT_ERASURES_MAX = 100;

/**
 * Erases users: waits for more of them to come, within a bound, then builds the live version anew by a replay that
 * passes over them, promotes it, and deletes what still holds them. No user is named here: who is meant stands in the
 * data folder, by surrogate.
 */
export async function eraseUsers(input: EraseUsersInput): Promise<EraseUsersResult> {
  const run = new ErasureRun(input);
  setHandler(progressQuery, () => run.progress);
  setHandler(eraseSignal, (now) => {
    run.ask(now);
  });
  await run.erase();
  return run.result();
}

class ErasureRun {
  progress: Progress = { stage: 'starting', done: 0, total: 0 };
  readonly #input: EraseUsersInput;
  readonly #ended: EraseUsersResult['erasures'][number][] = [];
  #asked: boolean;
  #hurried: boolean;

  constructor(input: EraseUsersInput) {
    this.#input = input;
    this.#asked = input.asked ?? false;
    this.#hurried = input.hurried ?? false;
  }

  ask(now: boolean): void {
    this.#asked = true;
    this.#hurried ||= now;
  }

  async erase(): Promise<void> {
    await condition(() => this.#asked);
    while (this.#asked) {
      if (workflowInfo().continueAsNewSuggested) await this.#handOver();
      this.#enter('collecting', 0, 0, 'Users who are erased meanwhile go with the same version.');
      await condition(() => this.#hurried, this.#input.delayMsMax);
      this.#asked = false;
      this.#hurried = false;
      await this.#eraseAll();
    }
  }

  result(): EraseUsersResult {
    const erasures = this.#ended.slice(-RESULT_ERASURES_MAX);
    return { workflowId: workflowInfo().workflowId, erasures };
  }

  async #eraseAll(): Promise<void> {
    for (;;) {
      const plan = await erasing(
        'Finds the events of the erased users and registers the version without them',
      ).beginErasure();
      if (plan === null) return;
      upsertSearchAttributes([{ key: MODEL_VERSION, value: plan.version }]);
      await this.#replay(plan);
      await this.#promote(plan);
    }
  }

  async #replay({ version, users, from, heads }: ErasurePlan): Promise<void> {
    const who = `${String(users)} user(s)`;
    this.#enter('replaying', 0, heads.length, `Version **${version}** is learned without ${who}.`);
    const { leaseMsMax } = this.#input;
    await Promise.all(
      heads.map((to, partition) =>
        executeChild(replayPartition, {
          workflowId: erasureReplayId(version, partition),
          args: [{ partition, leaseMsMax, bounded: { version, from: from[partition] ?? -1, to } }],
          staticSummary: `Replay without erased users: ${version}, partition ${String(partition)}`,
          staticDetails:
            'Feeds the journal to the new version and passes over the events of erased users.',
        }),
      ),
    );
  }

  async #promote({ erasure, version }: ErasurePlan): Promise<void> {
    this.#enter('promoting', 0, 2, `Version **${version}** takes over.`);
    const { positions } = await quickTraining(
      `Makes ${version}, which never knew the erased users, the live model`,
    ).promoteVersion({ version });
    this.#enter(
      'deleting',
      1,
      2,
      'Checkpoints, merges, datasets and indexes of before are deleted.',
    );
    const { done, stateHash } = await erasing(
      `Deletes what holds the erased users and notes what proves erasure ${erasure}`,
    ).finishErasure({ erasure, promotedAt: positions });
    if (!done) return;
    this.#ended.push({ erasure, version, stateHash });
    this.#enter('erased', 2, 2, `State hash \`${stateHash}\`.`);
  }

  #handOver(): Promise<never> {
    const { delayMsMax, leaseMsMax } = this.#input;
    const carried = { asked: this.#asked, hurried: this.#hurried };
    return continueAsNew<typeof eraseUsers>({ delayMsMax, leaseMsMax, ...carried });
  }

  #enter(stage: string, done: number, total: number, details: string): void {
    this.progress = { stage, done, total };
    upsertSearchAttributes([{ key: STAGE, value: stage }]);
    setCurrentDetails(`Erasing users: ${stage}. ${details}`);
  }
}
