import {
  CancellationScope,
  isCancellation,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ChildWorkflowHandle } from '@temporalio/workflow';
import { formatPosition, sequence } from '../events/position.ts';
import { quickBackfill } from './activity-proxies.ts';
import {
  backfillReplayId,
  MODEL_VERSION,
  pauseSignal,
  POSITION,
  progressQuery,
  RATE,
  replayedSignal,
  resumeSignal,
  STAGE,
} from './messages.ts';
import type { BackfillInput, BackfillResult, Progress } from './messages.ts';
import { replayPartition } from './replay-partition.ts';

/**
 * Builds a model version by replay beside the live one: registers it, replays every partition in a child workflow, a
 * lease at a time and within a share of the core's time, and makes it the shadow, which follows the stream from there
 * on. Cancelled or failed, what was built is let go of; the version stays registered.
 */
export async function backfill(input: BackfillInput): Promise<BackfillResult> {
  const run = new BackfillRun(input);
  setHandler(progressQuery, () => run.progress());
  setHandler(replayedSignal, (part) => run.replayed(part.partition, part.position));
  setHandler(pauseSignal, () => run.pause(true));
  setHandler(resumeSignal, () => run.pause(false));
  try {
    return await run.build();
  } catch (error) {
    run.enter(isCancellation(error) ? 'cancelled' : 'failed');
    await CancellationScope.nonCancellable(() =>
      quickBackfill('Lets go of what was built by a run that ended early').endBackfill({
        version: input.version,
      }),
    );
    throw error;
  }
}

class BackfillRun {
  readonly #input: BackfillInput;
  readonly #run = workflowInfo().workflowId;
  readonly #children: ChildWorkflowHandle<typeof replayPartition>[] = [];
  #start: readonly number[] = [];
  #to: readonly number[] = [];
  #positions: number[] = [];
  #stage = 'starting';
  #paused = false;
  #startedMs = 0;

  constructor(input: BackfillInput) {
    this.#input = input;
    upsertSearchAttributes([{ key: MODEL_VERSION, value: input.version }]);
  }

  progress(): Progress {
    const total = this.#to.reduce((sum, to, at) => sum + to - (this.#start[at] ?? -1), 0);
    return { stage: this.#paused ? 'paused' : this.#stage, done: this.#events, total };
  }

  get #events(): number {
    return this.#positions.reduce(
      (sum, at, partition) => sum + at - (this.#start[partition] ?? -1),
      0,
    );
  }

  /** Events a second since the replay began, pauses included. */
  get #rate(): number {
    const seconds = (Date.now() - this.#startedMs) / 1_000;
    return seconds > 0 ? this.#events / seconds : 0;
  }

  replayed(partition: number, position: number): void {
    this.#positions[partition] = Math.max(position, this.#positions[partition] ?? -1);
    this.show();
  }

  async pause(paused: boolean): Promise<void> {
    if (this.#paused === paused) return;
    this.#paused = paused;
    this.show();
    const signal = paused ? pauseSignal : resumeSignal;
    // One that has ended needs no word any more.
    await Promise.allSettled(this.#children.map((child) => child.signal(signal)));
  }

  async build(): Promise<BackfillResult> {
    const { version, define, to } = this.#input;
    this.enter('registering');
    const prepared = await quickBackfill(
      `Registers model version ${version} and looks how far the journal reaches`,
    ).prepareBackfill({ run: this.#run, version, ...(define && { define }), to });
    this.#start = prepared.start;
    this.#to = prepared.to;
    this.#positions = [...prepared.start];
    this.#startedMs = Date.now();
    this.enter('replaying');
    await this.#replayAll();
    const seconds = (Date.now() - this.#startedMs) / 1_000;
    const events = this.#events;
    this.enter('assigning');
    const { positions } = await quickBackfill(
      `Writes into the journal that ${version} is the shadow: it follows the stream beside the live model`,
    ).assignShadow({ run: this.#run, version });
    this.enter('shadow');
    return {
      ...{ workflowId: this.#run, version, events, seconds, positions },
      replayedTo: this.#formatted(),
      eventsPerSecond: seconds > 0 ? Math.round(events / seconds) : 0,
    };
  }

  /** A child a partition, all at a time: at barriers they wait for one another. */
  async #replayAll(): Promise<void> {
    const { version, leaseMsMax } = this.#input;
    for (const [partition, to] of this.#to.entries()) {
      const from = this.#start[partition] ?? -1;
      const child = await startChild(replayPartition, {
        workflowId: backfillReplayId(this.#run, partition),
        args: [
          {
            ...{ partition, leaseMsMax, paused: this.#paused },
            bounded: { version, from, to, follows: true },
          },
        ],
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: `Replay of partition ${String(partition)} for ${version}`,
        staticDetails:
          'Feeds the journal to the new version beside the live one, within a share of the time of the core.',
      });
      this.#children.push(child);
    }
    const results = await Promise.all(this.#children.map((child) => child.result()));
    for (const { partition, position } of results) this.replayed(partition, position);
  }

  enter(stage: string): void {
    this.#stage = stage;
    this.show();
  }

  /** Says in the UI where the run stands. */
  show(): void {
    const { stage, done, total } = this.progress();
    const rate = Math.round(this.#startedMs === 0 ? 0 : this.#rate);
    const positions = this.#formatted();
    upsertSearchAttributes([
      { key: STAGE, value: stage },
      { key: RATE, value: rate },
      ...(positions[0] === undefined ? [] : [{ key: POSITION, value: positions[0] }]),
    ]);
    setCurrentDetails(
      `Model **${this.#input.version}**: ${stage}. ${String(done)} of ${String(total)} events, ` +
        `${String(rate)} a second; partitions at ${positions.join(', ')}.`,
    );
  }

  #formatted(): readonly string[] {
    return this.#positions.map((at, partition) =>
      formatPosition({ partition, sequence: sequence(at) }),
    );
  }
}
