import { hasCode } from '../../../events/error.ts';
import type { ModelDelta } from '../../../model/delta.ts';
import { joinUsers } from '../../../projections/joined-users.ts';
import type { UserStore } from '../../../projections/user-store.ts';
import type { FenceWatch } from './fence-watch.ts';
import { patiently, pause, pauseFor } from '../servers/patience.ts';
import type { Patience } from '../servers/patience.ts';

/** Bounds of what waits to be stored of a partition's users. */
export interface UsersFeedBounds {
  readonly usersQueueDeltasMax: number;
  readonly usersQueueRowsMax: number;
  /** How long deltas are gathered, to be stored as one. */
  readonly usersGatherMsMax: number;
}

/** The bounds that a feed has where its maker names none. */
export const DEFAULT_USERS_FEED_BOUNDS: UsersFeedBounds = {
  usersQueueDeltasMax: 2_048,
  usersQueueRowsMax: 100_000,
  usersGatherMsMax: 1_000,
};

/** What stores a partition's users. */
export interface UsersFeedDeps {
  readonly watch: FenceWatch;
  readonly users: Pick<UserStore, 'apply' | 'place'>;
  /**
   * Offers the whole state of now while the partition stands at a boundary of its deltas, so that the next one
   * continues it; false where that cannot be had yet.
   */
  readonly takeWhole: (offer: (whole: ModelDelta) => void) => Promise<boolean>;
  readonly patience: Patience;
  readonly bounds?: Partial<UsersFeedBounds>;
}

/**
 * Stores a partition's users beside its learning: deltas are gathered in a bounded queue for a second, for what a store
 * does costs by the time, not by the user; where they were too many, or the store does not hold what they continue, the
 * whole state is stored instead.
 */
export class UsersFeed {
  readonly #deps: UsersFeedDeps;
  readonly #bounds: UsersFeedBounds;
  #queue: ModelDelta[] = [];
  #rows = 0;
  #isWholeDue = false;
  /** True while the store is written to: where a partition is stored is unknown there meanwhile. */
  #isStoring = false;
  #wake: () => void = () => undefined;
  /** Aborted where nothing is gathered any more. */
  readonly #hurry = new AbortController();
  #waiting: (() => void)[] = [];
  #isOver = false;

  constructor(deps: UsersFeedDeps) {
    this.#deps = deps;
    this.#bounds = { ...DEFAULT_USERS_FEED_BOUNDS, ...deps.bounds };
  }

  /** Takes a delta that continues the one before, or a whole one. */
  offer(delta: ModelDelta): void {
    if (delta.whole) this.#empty(false);
    // The whole state that is due will hold it.
    else if (this.#isWholeDue) return;
    this.#queue.push(delta);
    this.#rows += rowsOf(delta);
    this.#keepWithinBounds();
    this.#wake();
  }

  /** Looks whether the store still holds the partition while nothing waits: what was dropped is stored anew. */
  async look(): Promise<void> {
    if (this.#isBusy()) return;
    const place = await this.#deps.users.place(this.#deps.watch.fence.partition);
    if (place !== undefined || this.#isBusy()) return;
    this.#empty(true);
    this.#wake();
  }

  /** Stores what comes until the patience ends; throws FENCED where a newer fence was taken. */
  async run(): Promise<void> {
    const { patience } = this.#deps;
    const { signal } = patience;
    const end = (): void => this.#wake();
    signal.addEventListener('abort', end, { once: true });
    try {
      while (!signal.aborted) {
        if (this.#isWholeDue) await this.#storeWhole();
        else if (this.#queue.length > 0) await this.#storeNext();
        else {
          this.#tellStored();
          await this.#somethingToDo();
        }
      }
    } finally {
      signal.removeEventListener('abort', end);
      this.#isOver = true;
      this.#tellStored();
    }
  }

  /** Gathers no more; resolves when all that was offered is stored, or can't be any more. */
  async flush(): Promise<void> {
    this.#hurry.abort();
    if (this.#isOver) return;
    const stored = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#wake();
    await stored;
  }

  #tellStored(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #storeNext(): Promise<void> {
    const { signal } = this.#deps.patience;
    const gathering = AbortSignal.any([signal, this.#hurry.signal]);
    if (this.#queue[0]?.whole === false) {
      await pauseFor(this.#bounds.usersGatherMsMax, gathering);
    }
    // What was gathered may have become a whole state that is due meanwhile.
    const [first, ...rest] = this.#queue;
    if (first === undefined || signal.aborted) return;
    this.#queue = first.whole ? rest : [];
    this.#rows = this.#queue.reduce((sum, delta) => sum + rowsOf(delta), 0);
    this.#isStoring = true;
    try {
      await this.#store(first.whole ? first : joinUsers([first, ...rest]));
    } catch (error) {
      if (!hasCode(error, 'CONFLICT')) throw error;
      this.#empty(true);
    } finally {
      this.#isStoring = false;
    }
  }

  async #storeWhole(): Promise<void> {
    const { takeWhole, patience } = this.#deps;
    const isTaken = await takeWhole((whole) => {
      this.offer(whole);
    });
    if (!isTaken) await pause(0, patience.signal);
  }

  async #store(delta: ModelDelta): Promise<void> {
    const { watch, users, patience } = this.#deps;
    await patiently(patience, async () => {
      await watch.confirm();
      if (delta.whole && (await this.#isStored(delta))) return;
      await users.apply(delta, watch.fence.number);
    });
  }

  /** Joins what waits where it is much, as behind a whole state that takes a while; drops it for a whole one where it is more. */
  #keepWithinBounds(): void {
    const { usersQueueDeltasMax, usersQueueRowsMax } = this.#bounds;
    const [first, second, ...rest] = this.#queue;
    if (this.#queue.length > usersQueueDeltasMax && first !== undefined && second !== undefined) {
      const joined = first.whole
        ? [first, joinUsers([second, ...rest])]
        : [joinUsers([first, second, ...rest])];
      this.#queue = joined;
      this.#rows = joined.reduce((sum, delta) => sum + rowsOf(delta), 0);
    }
    if (this.#rows > usersQueueRowsMax || this.#queue.length > usersQueueDeltasMax)
      this.#empty(true);
  }

  #isBusy(): boolean {
    return this.#isWholeDue || this.#isStoring || this.#queue.length > 0;
  }

  async #isStored({ partition, version, to }: ModelDelta): Promise<boolean> {
    const place = await this.#deps.users.place(partition);
    return place?.version === version && place.position === to;
  }

  #empty(isWholeDue: boolean): void {
    this.#queue = [];
    this.#rows = 0;
    this.#isWholeDue = isWholeDue;
  }

  #somethingToDo(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** What a delta counts for the bound: a whole one has no other to go before it. */
function rowsOf({ whole, userRows }: ModelDelta): number {
  return whole ? 0 : userRows.length;
}
