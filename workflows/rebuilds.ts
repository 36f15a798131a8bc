import {
  condition,
  executeChild,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { RebuildPlan } from '../activities/replay/rebuilding.ts';
import { MODEL_VERSION, progressQuery, rebuildSignal, rebuildReplayId, STAGE } from './messages.ts';
import type { Progress, RebuildsInput } from './messages.ts';
import { replayPartition } from './replay-partition.ts';

/** Ends that the result of a run names, at most: the newest. */
const RESULT_ENDS_MAX = 100;

/** What versions are built anew for, and how. */
export interface RebuildWork<Plan extends RebuildPlan, End> {
  /** What the UI calls it: `Erasing users`. */
  readonly name: string;
  /** Registers the version for the oldest that is pending; null where nothing is. */
  readonly begin: () => Promise<Plan | null>;
  /** Makes the version live and ends what it was built for; undefined where that is still pending. */
  readonly finish: (plan: Plan) => Promise<End | undefined>;
}

/** Builds versions that leave events out, one after the other, for as long as somebody asks. */
export class Rebuilds<Plan extends RebuildPlan, End> {
  #progress: Progress = { stage: 'starting', done: 0, total: 0 };
  readonly #input: RebuildsInput;
  readonly #work: RebuildWork<Plan, End>;
  readonly #ends: End[] = [];
  #asked: boolean;
  #hurried: boolean;

  constructor(input: RebuildsInput, work: RebuildWork<Plan, End>) {
    this.#input = input;
    this.#work = work;
    this.#asked = input.asked ?? false;
    this.#hurried = input.hurried ?? false;
    setHandler(progressQuery, () => this.#progress);
    setHandler(rebuildSignal, (now) => {
      this.#asked = true;
      this.#hurried ||= now;
    });
  }

  /** The ends of what was built for, the newest. */
  get ends(): readonly End[] {
    return this.#ends.slice(-RESULT_ENDS_MAX);
  }

  /** Works until nothing is pending; returns with what the next run has to begin with where this one is long. */
  async run(): Promise<RebuildsInput | undefined> {
    const { delayMsMax } = this.#input;
    await condition(() => this.#asked);
    while (this.#asked) {
      if (workflowInfo().continueAsNewSuggested) {
        return { ...this.#input, asked: this.#asked, hurried: this.#hurried };
      }
      if (delayMsMax > 0) {
        this.#enter('collecting', 0, 0, 'What comes meanwhile goes with the same version.');
        await condition(() => this.#hurried, delayMsMax);
      }
      this.#asked = false;
      this.#hurried = false;
      await this.#buildAll();
    }
    return undefined;
  }

  async #buildAll(): Promise<void> {
    for (;;) {
      const plan = await this.#work.begin();
      if (plan === null) return;
      upsertSearchAttributes([{ key: MODEL_VERSION, value: plan.version }]);
      await this.#replay(plan);
      this.#enter('promoting', 0, 1, `Version **${plan.version}** takes over.`);
      const end = await this.#work.finish(plan);
      if (end === undefined) continue;
      this.#ends.push(end);
      this.#enter('done', 1, 1, `Version **${plan.version}** is live.`);
    }
  }

  async #replay({ version, users, from, heads }: RebuildPlan): Promise<void> {
    const who = `${String(users)} user(s)`;
    this.#enter('replaying', 0, heads.length, `Version **${version}** is learned without ${who}.`);
    const { leaseMsMax } = this.#input;
    await Promise.all(
      heads.map((to, partition) =>
        executeChild(replayPartition, {
          workflowId: rebuildReplayId(version, partition),
          args: [{ partition, leaseMsMax, bounded: { version, from: from[partition] ?? -1, to } }],
          staticSummary: `Replay that leaves events out: ${version}, partition ${String(partition)}`,
          staticDetails: 'Feeds the journal to the new version and passes over what it leaves out.',
        }),
      ),
    );
  }

  #enter(stage: string, done: number, total: number, details: string): void {
    this.#progress = { stage, done, total };
    upsertSearchAttributes([{ key: STAGE, value: stage }]);
    setCurrentDetails(`${this.#work.name}: ${stage}. ${details}`);
  }
}
