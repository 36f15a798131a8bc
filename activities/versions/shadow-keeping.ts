import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import type { CheckpointLinks } from '../replay/checkpoint-links.ts';
import type { CheckpointStore } from '../replay/checkpoint-store.ts';
import type { FigureKeeping } from './figure-keeping.ts';
import { DEFAULT_LIVE_PARTITION_BOUNDS } from '../replay/live-partition.ts';
import type { LivePartitionBounds } from '../replay/live-partition.ts';
import { OneAtATime } from '../one-at-a-time.ts';
import type { Shadows } from './shadows.ts';

/** Checkpoints kept of a shadow and partition: while the newest is written, there is another to go on from. */
export const SHADOW_CHECKPOINTS_KEPT_MAX = 2;

/** Versions of which checkpoints are kept that are held no more, the newest: one may come back, or have become live. */
export const SHADOWS_LEFT_MAX = 3;

/** States that are kept by version. */
export interface VersionedStates {
  /** The versions that there are states of, oldest first. */
  versions(): Promise<readonly string[]>;
  /** Deletes the states of all versions but some; returns how many there were. */
  keepOnly(versions: ReadonlySet<string>): Promise<number>;
}

/** Deletes the states of versions that are held no more, but for the {@link SHADOWS_LEFT_MAX} newest of them. */
export async function dropLeft(store: VersionedStates, held: ReadonlySet<string>): Promise<number> {
  const left = (await store.versions()).filter((version) => !held.has(version));
  if (left.length <= SHADOWS_LEFT_MAX) return 0;
  return store.keepOnly(new Set([...held, ...left.slice(-SHADOWS_LEFT_MAX)]));
}

/** What keeping shadows needs from outside. */
export interface ShadowKeepingDeps {
  readonly shadows: Pick<Shadows, 'versions' | 'positions' | 'still'>;
  readonly links: Pick<CheckpointLinks, 'save'>;
  readonly figures: Pick<FigureKeeping, 'save'>;
  /** The store of the shadows alone: a recovery of the live state must not find them. */
  readonly store: Pick<CheckpointStore, 'list'> & VersionedStates;
  readonly clock: () => number;
  readonly bounds?: Partial<Pick<LivePartitionBounds, 'checkpointEventsMax' | 'checkpointMsMax'>>;
}

/** Up to how many events and when a version was kept last. */
interface Kept {
  readonly events: number;
  readonly ms: number;
}

/**
 * Takes checkpoints of the versions that are held beside the live one, all partitions of one at a time, with their
 * figures. Their number is bounded: those of the versions that are held, and of a few that were.
 */
export class ShadowKeeping {
  readonly #deps: ShadowKeepingDeps;
  readonly #eventsMax: number;
  readonly #msMax: number;
  readonly #kept = new Map<string, Kept>();
  readonly #turns = new OneAtATime();

  constructor(deps: ShadowKeepingDeps) {
    const bounds = { ...DEFAULT_LIVE_PARTITION_BOUNDS, ...deps.bounds };
    this.#deps = deps;
    this.#eventsMax = bounds.checkpointEventsMax;
    this.#msMax = bounds.checkpointMsMax;
  }

  /** Keeps the versions of which enough is new, or all of which anything is; drops those that are held no more. */
  look(wish: 'due' | 'all' = 'due'): Promise<void> {
    return this.#turns.do(async () => {
      const held = new Set(this.#deps.shadows.versions);
      for (const version of this.#kept.keys()) if (!held.has(version)) this.#kept.delete(version);
      await dropLeft(this.#deps.store, held);
      for (const version of held) await this.#keep(version, wish);
    });
  }

  /** Does work while nothing is kept, as where what is kept has to go. */
  apart<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.do(async () => {
      const done = await work();
      this.#kept.clear();
      return done;
    });
  }

  async #keep(version: string, wish: 'due' | 'all'): Promise<void> {
    const { shadows, figures, links, clock } = this.#deps;
    if (!(await this.#isDue(version, wish))) return;
    const taken = await shadows.still(version, take);
    if (taken === undefined) return;
    await figures.save(version);
    for (const checkpoint of taken) await links.save(checkpoint);
    const events = eventsAt(taken.map(({ manifest }) => manifest.sequence));
    this.#kept.set(version, { events, ms: clock() });
  }

  async #isDue(version: string, wish: 'due' | 'all'): Promise<boolean> {
    const positions = this.#deps.shadows.positions(version);
    if (positions === undefined) return false;
    const last = this.#kept.get(version) ?? (await this.#found(version, positions.length));
    this.#kept.set(version, last);
    const events = eventsAt(positions);
    if (events === last.events || wish === 'all') return events !== last.events;
    return events - last.events >= this.#eventsMax || this.#deps.clock() - last.ms >= this.#msMax;
  }

  /** What stands on the disk of a version that was not looked at yet. */
  async #found(version: string, partitions: number): Promise<Kept> {
    const newest: number[] = [];
    for (let partition = 0; partition < partitions; partition += 1) {
      const listed = await this.#deps.store.list(partition);
      newest.push(listed.find((one) => one.version === version)?.sequence ?? -1);
    }
    return { events: eventsAt(newest), ms: this.#deps.clock() };
  }
}

/** Events up to where each partition stands. */
function eventsAt(positions: readonly number[]): number {
  return positions.reduce((sum, position) => sum + position + 1, 0);
}

/** Copies the state of partitions that stand still; undefined where a barrier lies between them. */
async function take(
  runtimes: readonly PartitionRuntime[],
): Promise<readonly Checkpoint[] | undefined> {
  if (new Set(runtimes.map(({ barrier }) => barrier)).size > 1) return undefined;
  const checkpoints: Checkpoint[] = [];
  for (const runtime of runtimes) checkpoints.push(await runtime.capture());
  return checkpoints;
}
