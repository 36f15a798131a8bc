import { RepriseError } from '../events/error.ts';
import { ORIGIN } from '../events/position.ts';
import type { Position, Sequence } from '../events/position.ts';
import type { Schedule } from '../events/schedule.ts';
import type { ModelDelta } from '../model/delta.ts';
import type { KernelFactory } from '../model/kernel/kernel.ts';
import type { ProjectionBounds } from './bounds.ts';
import type { IndexInput, IndexSource, LoadedRelease } from './index-release.ts';
import { takeIndexInput } from './index-input.ts';
import { PartitionState } from './partition-state.ts';
import { PopularProjection } from './popular.ts';
import { PositionWaiters } from './position-waiters.ts';
import { rulePoolItemsMax } from './rules/ruled-ranking.ts';
import { atOnce, yielding } from './steps.ts';
import type { Steps } from './steps.ts';

/** What the serving state needs. */
export interface ServingDeps {
  readonly partitions: number;
  readonly kernels: KernelFactory;
  readonly bounds: ProjectionBounds;
  readonly schedule: Schedule;
  /** Told once a release, when its overlay passes `overlayItemsMax`: a new index is worth its build. */
  readonly onOverlayFull?: (release: string, overlayItems: number) => void;
}

/** Where the overlay of the release in use stands, for status. */
export interface OverlayStatus {
  readonly release: string | null;
  readonly overlayItems: number;
}

/** The read side that deltas feed: a state a partition, swapped whole, and popular items over all of them. */
export class ServingState implements IndexSource {
  readonly partitions: number;
  readonly bounds: ProjectionBounds;
  readonly schedule: Schedule;
  readonly popular: PopularProjection;
  readonly #deps: ServingDeps;
  readonly #states: (PartitionState | undefined)[];
  readonly #waiters: PositionWaiters;
  #release: LoadedRelease | undefined;
  #fullRelease: string | undefined;

  constructor(deps: ServingDeps) {
    this.#deps = deps;
    this.partitions = deps.partitions;
    this.bounds = deps.bounds;
    this.schedule = deps.schedule;
    const listedMax = Math.max(deps.bounds.answerItemsMax, rulePoolItemsMax);
    this.popular = new PopularProjection(deps.partitions, listedMax);
    this.#states = new Array<PartitionState | undefined>(deps.partitions).fill(undefined);
    this.#waiters = new PositionWaiters(deps.partitions, deps.bounds.waitersMax, deps.schedule);
  }

  /** A partition's state; throws UNAVAILABLE before the first whole delta. */
  partition(partition: number): PartitionState {
    const state = this.#states[partition];
    if (state === undefined) {
      throw new RepriseError(
        'UNAVAILABLE',
        `partition ${partition} is being rebuilt: try again in a moment`,
      );
    }
    return state;
  }

  /** The last sequence that answers of a partition read; ORIGIN before the first delta. */
  position(partition: number): Sequence {
    return this.#states[partition]?.position ?? ORIGIN;
  }

  /** Tells whether every partition can answer. */
  get isReady(): boolean {
    return this.#states.every((state) => state !== undefined);
  }

  /**
   * Folds a delta into all projections of its partition, or throws and changes none. A whole delta makes a new state
   * that takes the old one's place at once.
   */
  apply(delta: ModelDelta): void {
    if (delta.whole) {
      atOnce(this.#foldWhole(delta));
      return;
    }
    const state = this.partition(delta.partition);
    state.check(delta);
    this.popular.check(delta);
    state.apply(delta);
    this.popular.apply(delta);
    this.#advanced(delta.partition);
  }

  /**
   * Folds a whole delta in steps that let the event loop turn: the old state answers until the new one takes its place
   * at once. No other delta of the partition may come meanwhile.
   */
  async applyWhole(delta: ModelDelta, yieldNow: () => Promise<void>): Promise<void> {
    await yielding(this.#foldWhole(delta), yieldNow);
  }

  /** Forgets a partition's projections; the next delta of it has to be whole. */
  drop(partition: number): void {
    this.#states[partition] = undefined;
    this.popular.drop(partition);
  }

  /** Resolves when answers include these positions; rejects with TIMEOUT after `afterWaitMsMax`. */
  async waitFor(positions: readonly Position[]): Promise<void> {
    for (const position of positions) {
      if (this.position(position.partition) >= position.sequence) continue;
      await this.#waiters.wait(position, this.bounds.afterWaitMsMax);
    }
  }

  /**
   * Uses an index release, or none; partitions of another model version go on scanning exactly. Resolves when it is in
   * use: the drift of all items is measured before, in steps that let the event loop turn.
   */
  async useRelease(
    release: LoadedRelease | undefined,
    yieldNow: () => Promise<void>,
  ): Promise<void> {
    this.#release = release;
    for (const state of this.#states) {
      if (state !== undefined) await yielding(this.#attach(state), yieldNow);
    }
    this.#watchOverlay();
  }

  /** The release in use and the largest overlay over it. */
  get overlayStatus(): OverlayStatus {
    const counts = this.#states.map((state) => state?.vectors.overlay?.count ?? 0);
    return {
      release: this.#release?.manifest.release ?? null,
      overlayItems: Math.max(...counts),
    };
  }

  indexInput(partition: number, queriesMax: number): IndexInput {
    return takeIndexInput(this.partition(partition), queriesMax);
  }

  *#foldWhole(delta: ModelDelta): Steps {
    const { partition } = delta;
    const before = this.#states[partition];
    const stood = before?.position;
    const state = yield* PartitionState.build(delta, this.#deps.kernels.create(), this.bounds);
    const column = yield* this.popular.columnOf(delta);
    let attached: LoadedRelease | undefined;
    do {
      attached = this.#release;
      yield* this.#attach(state);
    } while (attached !== this.#release);
    // From here on nothing yields: users, vectors and popular items change together.
    if (this.#states[partition] !== before || before?.position !== stood) {
      throw new RangeError(`partition ${partition} moved while a whole state of it was built`);
    }
    this.#states[partition] = state;
    this.popular.replace(partition, column);
    this.#advanced(partition);
  }

  *#attach(state: PartitionState): Steps {
    const release = this.#release;
    const fits =
      release?.manifest.version === state.version &&
      release.manifest.dimensions === state.vectors.dimensions;
    const released = fits
      ? release.partitions.find((part) => part.partition === state.partition)
      : undefined;
    const name = release?.manifest.release ?? '';
    yield* state.vectors.useRelease(name, released, this.bounds.driftShareMax);
  }

  #advanced(partition: number): void {
    this.#watchOverlay();
    this.#waiters.reached(partition, this.position(partition));
  }

  #watchOverlay(): void {
    const { release, overlayItems } = this.overlayStatus;
    if (release === null || release === this.#fullRelease) return;
    if (overlayItems <= this.bounds.overlayItemsMax) return;
    this.#fullRelease = release;
    this.#deps.onOverlayFull?.(release, overlayItems);
  }
}
