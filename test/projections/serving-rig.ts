import { createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Sequence } from '../../events/position.ts';
import { loadKernel } from '../../model/kernel/kernel.ts';
import { DEFAULT_PROJECTION_BOUNDS } from '../../projections/bounds.ts';
import type { ProjectionBounds } from '../../projections/bounds.ts';
import type { ItemCatalogue, ItemMetadata } from '../../projections/items.ts';
import { Queries } from '../../projections/queries.ts';
import type { Searcher } from '../../projections/searcher.ts';
import { ServingState } from '../../projections/serving-state.ts';
import { worldIdentities } from './delta-world.ts';

/** A clock that a test moves by hand. */
export class ManualTimer {
  readonly #due: { callback: () => void }[] = [];

  readonly schedule = (_delayMs: number, callback: () => void): (() => void) => {
    const entry = { callback };
    this.#due.push(entry);
    return () => void this.#due.splice(this.#due.indexOf(entry), 1);
  };

  /** Calls everything back that waits. */
  elapse(): void {
    for (const { callback } of [...this.#due]) callback();
  }

  /** Callbacks that wait. */
  get waiting(): number {
    return this.#due.length;
  }
}

/** A catalogue that a test fills. */
export type MemoryCatalogue = ItemCatalogue & {
  readonly withdrawn: Set<string>;
  /** Moves the catalogue to a position, with these titles on the way. */
  readonly advance: (to: number, titles?: Readonly<Record<string, string>>) => void;
  /** Publishes an item's metadata, or withdraws it. */
  readonly publish: (item: string, metadata: ItemMetadata | null) => void;
};

/**
 * A catalogue that holds the titles and withdrawals that a test gives it. It stands past every position that tests ask
 * for, until it is moved.
 */
export function memoryCatalogue(titles: Readonly<Record<string, string>> = {}): MemoryCatalogue {
  const listeners: ((position: Sequence) => void)[] = [];
  let position = Number.MAX_SAFE_INTEGER as Sequence;
  const withdrawn = new Set<string>();
  const known = new Map(Object.entries(titles));
  const published = new Map<string, ItemMetadata>();
  const publishedListeners: ((item: string, metadata: ItemMetadata | null) => void)[] = [];
  return {
    get position() {
      return position;
    },
    size: known.size,
    withdrawn,
    get withdrawals() {
      return withdrawn.size;
    },
    advance: (to, newer = {}) => {
      for (const [item, title] of Object.entries(newer)) known.set(item, title);
      position = to as Sequence;
      for (const listener of listeners) listener(position);
    },
    publish: (item, metadata) => {
      if (metadata === null) {
        published.delete(item);
        withdrawn.add(item);
      } else {
        published.set(item, metadata);
        withdrawn.delete(item);
      }
      for (const listener of publishedListeners) listener(item, metadata);
    },
    async *all() {
      for (const one of [...published]) yield await Promise.resolve(one);
    },
    onPublished: (listener) => void publishedListeners.push(listener),
    onAdvance: (listener) => void listeners.push(listener),
    titles: known,
    title: (item) => known.get(item),
    isWithdrawn: (item) => withdrawn.has(item),
    metadata: (item) => {
      const title = known.get(item);
      if (withdrawn.has(item)) return Promise.resolve(null);
      return Promise.resolve(title === undefined ? undefined : { title });
    },
    apply: () => Promise.resolve(),
    drop: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** Compiled once a test file: a property makes hundreds of rigs. */
const kernels = loadKernel();

/** Everything a query test needs. */
export interface ServingRig {
  readonly serving: ServingState;
  readonly queries: Queries;
  readonly timer: ManualTimer;
  readonly catalogue: MemoryCatalogue;
  readonly signingKey: KeyObject;
  readonly fullOverlays: string[];
}

/** What a test may choose. */
export interface RigOptions {
  readonly partitions?: number;
  readonly partitionOf?: (user: string) => number;
  readonly bounds?: Partial<ProjectionBounds>;
  readonly searcher?: Searcher;
  readonly titles?: Readonly<Record<string, string>>;
}

/** Builds a serving state with its queries over a world's identities. */
export async function servingRig(options: RigOptions = {}): Promise<ServingRig> {
  const timer = new ManualTimer();
  const fullOverlays: string[] = [];
  const serving = new ServingState({
    partitions: options.partitions ?? 1,
    kernels: await kernels,
    bounds: { ...DEFAULT_PROJECTION_BOUNDS, ...options.bounds },
    schedule: timer.schedule,
    onOverlayFull: (release) => fullOverlays.push(release),
  });
  const catalogue = memoryCatalogue(options.titles);
  const signingKey = createSecretKey(Buffer.alloc(32, 7));
  const queries = new Queries({
    serving,
    identities: worldIdentities,
    partitionOf: options.partitionOf ?? ((): number => 0),
    catalogue,
    searcher: options.searcher,
    signingKey,
  });
  return { serving, queries, timer, catalogue, signingKey, fullOverlays };
}
