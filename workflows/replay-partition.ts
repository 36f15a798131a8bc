import {
  ActivityFailure,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { LeaseResult } from '../activities/replay/replay.ts';
import { formatPosition, sequence } from '../events/position.ts';
import { leasing, shadowing } from './activity-proxies.ts';
import {
  MODEL_VERSION,
  PARTITION,
  pauseSignal,
  POSITION,
  progressQuery,
  replayedSignal,
  resumeSignal,
  STAGE,
} from './messages.ts';
import type { Progress, ReplayPartitionInput, ReplayPartitionResult } from './messages.ts';

/** Leases of one run: some hundreds of history events. */
const LEASES_PER_RUN_MAX = 50;

/**
 * Replays one partition, a lease at a time: an activity holds the partition, streams its events to the actors and
 * ends by itself. Bounded, it ends at its last position; live, it goes on for ever, as new when its history is long.
 */
export async function replayPartition(input: ReplayPartitionInput): Promise<ReplayPartitionResult> {
  const replay = new PartitionReplay(input);
  setHandler(progressQuery, () => replay.progress());
  setHandler(pauseSignal, () => replay.pause(true));
  setHandler(resumeSignal, () => replay.pause(false));
  replay.show();
  for (;;) {
    await replay.holdOneLease();
    await replay.tellParent();
    if (replay.isOver()) return replay.result();
    if (replay.isRunLong()) await continueAsNew<typeof replayPartition>(replay.nextInput());
  }
}

/** A partition's replay: what it reached, and whether it may go on. */
class PartitionReplay {
  readonly #input: ReplayPartitionInput;
  #reached: LeaseResult | undefined;
  #leases = 0;
  #paused: boolean;
  #lease: CancellationScope | undefined;
  /** The queue of the worker that holds the partition's state; undefined where any will do. */
  #queue: string | undefined;

  constructor(input: ReplayPartitionInput) {
    this.#input = input;
    this.#queue = input.queue;
    this.#paused = input.paused ?? false;
  }

  isOver(): boolean {
    const { bounded } = this.#input;
    return bounded !== undefined && this.#position >= bounded.to;
  }

  isRunLong(): boolean {
    const { leasesPerRunMax = LEASES_PER_RUN_MAX } = this.#input;
    return this.#leases >= leasesPerRunMax || workflowInfo().continueAsNewSuggested;
  }

  get #position(): number {
    return this.#reached?.position ?? this.#input.bounded?.from ?? -1;
  }

  pause(paused: boolean): void {
    if (this.#paused === paused) return;
    this.#paused = paused;
    this.#lease?.cancel();
  }

  async holdOneLease(): Promise<void> {
    if (this.isOver()) return;
    this.#leases += 1;
    if (this.#paused && this.#input.bounded !== undefined) await condition(() => !this.#paused);
    const scope = new CancellationScope();
    this.#lease = scope;
    try {
      this.#reached = await scope.run(() => this.#hold());
      this.#queue = this.#reached.queue;
    } catch (error) {
      if (this.#isLeft(error)) return;
      // A pause ends the lease under way; a cancellation of the workflow itself goes on to end it.
      if (!isCancellation(error) || !scope.consideredCancelled) throw error;
      if (CancellationScope.current().consideredCancelled) throw error;
    } finally {
      this.#lease = undefined;
    }
    this.show();
  }

  /** Tells the run that waits for this one how far it has come. */
  async tellParent(): Promise<void> {
    const { partition, bounded } = this.#input;
    const { parent } = workflowInfo();
    if (bounded?.follows !== true || parent === undefined) return;
    await getExternalWorkflowHandle(parent.workflowId).signal(replayedSignal, {
      partition,
      position: this.#position,
    });
  }

  /** Takes note that the worker that held the partition took no lease, or failed at it: any may take the next one. */
  #isLeft(error: unknown): boolean {
    const isFailure = error instanceof ActivityFailure && !isCancellation(error);
    if (this.#queue === undefined || !isFailure) return false;
    this.#queue = undefined;
    return true;
  }

  async #hold(): Promise<LeaseResult> {
    const { partition, leaseMsMax: leaseMs, bounded } = this.#input;
    const from = formatPosition({ partition, sequence: sequence(this.#position) });
    if (bounded !== undefined) {
      const { version, to, follows = false } = bounded;
      const until = formatPosition({ partition, sequence: sequence(to) });
      return shadowing(
        `Replay of partition ${String(partition)} for model ${version}: learns the events after ${from} up to ${until}`,
        this.#queue,
      ).replayShadow({ partition, leaseMs, version, to, ...(follows && { follows }) });
    }
    if (this.#paused) {
      return leasing(
        `Partition ${String(partition)} is paused at ${from}: new events wait in the journal`,
        this.#queue,
      ).holdStill({ partition, leaseMs });
    }
    const seconds = String(Math.round(leaseMs / 1_000));
    return leasing(
      `Live replay of partition ${String(partition)} from ${from}: learns each new event as it comes, for ${seconds} s`,
      this.#queue,
    ).leaseLive({ partition, leaseMs });
  }

  progress(): Progress {
    const { bounded } = this.#input;
    const total = bounded?.to ?? this.#reached?.head ?? this.#position;
    return { stage: this.#stage(), done: this.#position, total };
  }

  /** Says in the UI where the replay stands. */
  show(): void {
    const { partition, bounded } = this.#input;
    const version = this.#reached?.version ?? bounded?.version;
    const position = formatPosition({ partition, sequence: sequence(this.#position) });
    upsertSearchAttributes([
      { key: PARTITION, value: partition },
      { key: STAGE, value: this.#stage() },
      ...(version === undefined ? [] : [{ key: MODEL_VERSION, value: version }]),
      ...(this.#position < 0 ? [] : [{ key: POSITION, value: position }]),
    ]);
    setCurrentDetails(
      `Partition **${String(partition)}**${version === undefined ? '' : `, model **${version}**`}: ${this.#stage()}. ` +
        `Last position **${position}** (the sequence counts events from 0; -1 stands before the first).`,
    );
  }

  #stage(): string {
    if (this.#paused) return 'paused';
    if (this.#input.bounded !== undefined) return this.isOver() ? 'replayed' : 'replaying';
    const { position, head } = this.#reached ?? {};
    return position !== undefined && position === head ? 'live' : 'catching up';
  }

  nextInput(): ReplayPartitionInput {
    const { bounded } = this.#input;
    return {
      ...this.#input,
      ...(bounded !== undefined && { bounded: { ...bounded, from: this.#position } }),
      leases: this.#leasesSoFar,
      paused: this.#paused,
      ...(this.#queue !== undefined && { queue: this.#queue }),
    };
  }

  result(): ReplayPartitionResult {
    const { partition, bounded } = this.#input;
    const version = this.#reached?.version ?? bounded?.version ?? '';
    return { partition, version, position: this.#position, leases: this.#leasesSoFar };
  }

  get #leasesSoFar(): number {
    return (this.#input.leases ?? 0) + this.#leases;
  }
}
