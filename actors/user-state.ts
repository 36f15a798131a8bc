import { SeenLog } from './seen-log.ts';

/** Bounds of an actor's state. They change what is remembered, so they belong to a model version. */
export interface ActorSettings {
  /**
   * Distinct items remembered as seen. Where one more comes, the oldest quarter (by first interaction) is forgotten
   * and may be recommended again.
   */
  readonly seenItemsMax: number;
  /** Items of the newest interactions, repeats included. */
  readonly recentItemsMax: number;
}

/** The bounds that a version has where it names none. */
export const DEFAULT_ACTOR_SETTINGS: ActorSettings = { seenItemsMax: 16_384, recentItemsMax: 8 };

/** The log of newest items is cut back to what counts when it has grown to this many times the bound. */
const RECENT_LOG_GROWTH = 2;

/** How the seen items of a state differ from those of the state before. */
export type SeenChange = 'none' | 'added' | 'reset';

/** The parts of a state, as a snapshot or a checkpoint holds them; rows oldest first. */
export interface UserStateParts {
  readonly seen: number[];
  readonly recent: number[];
  readonly events: number;
  readonly positives: number;
  readonly timeMs: number;
}

/**
 * What one user's actor remembers: a persistent value. The state after an event is another value and leaves this one
 * as it was; the two share append-only logs, of which each owns a stretch, so nothing is copied on the usual path.
 */
export class UserState {
  /** Interactions accepted so far. */
  readonly events: number;
  /** The positive ones among them. */
  readonly positives: number;
  /** Event time of the last accepted interaction in journal order, Unix milliseconds. */
  readonly timeMs: number;
  /** Distinct items seen. */
  readonly seenCount: number;
  /** Items of the newest interactions, repeats included, as many as are remembered. */
  readonly recentCount: number;
  readonly #seen: SeenLog;
  readonly #recent: number[];
  readonly #recentEnd: number;

  private constructor(
    events: number,
    positives: number,
    timeMs: number,
    seen: SeenLog,
    seenCount: number,
    recent: number[],
    recentEnd: number,
    recentCount: number,
  ) {
    this.events = events;
    this.positives = positives;
    this.timeMs = timeMs;
    this.seenCount = seenCount;
    this.recentCount = recentCount;
    this.#seen = seen;
    this.#recent = recent;
    this.#recentEnd = recentEnd;
  }

  /** Takes over the parts of a state; the caller gives the arrays up. */
  static of({ seen, recent, events, positives, timeMs }: UserStateParts): UserState {
    const { length } = recent;
    const log = new SeenLog(seen);
    return new UserState(events, positives, timeMs, log, seen.length, recent, length, length);
  }

  /** Tells whether an item was seen. */
  hasSeen(itemRow: number): boolean {
    const index = this.#seen.find(itemRow);
    return index >= 0 && index < this.seenCount;
  }

  /** The state after one more interaction with an item; `positive` is 1 for one that says that the user likes it. */
  after(itemRow: number, positive: 0 | 1, timeMs: number, settings: ActorSettings): UserState {
    let seen = this.#seen;
    let { seenCount } = this;
    if (!this.hasSeen(itemRow)) {
      seen = this.#seenWith(itemRow, settings);
      seenCount = seen.rows.length;
    }
    const recentCount = Math.min(this.recentCount + 1, settings.recentItemsMax);
    const recent = this.#recentWith(itemRow, recentCount, settings.recentItemsMax);
    const { length } = recent;
    return new UserState(
      this.events + 1,
      this.positives + positive,
      timeMs,
      seen,
      seenCount,
      recent,
      length,
      recentCount,
    );
  }

  /** How the seen items have changed since the state before this one. */
  seenSince(before: UserState): SeenChange {
    if (this.seenCount === before.seenCount) return this.#seen === before.#seen ? 'none' : 'reset';
    return this.seenCount === before.seenCount + 1 ? 'added' : 'reset';
  }

  /** The seen item at an index, oldest first. */
  seenAt(index: number): number {
    return entryOf(this.#seen.rows, index, this.seenCount, 0);
  }

  /** The newest interactions' item at an index, oldest first. */
  recentAt(index: number): number {
    return entryOf(this.#recent, index, this.recentCount, this.#recentEnd - this.recentCount);
  }

  /** The seen items, in the order of their first interaction. */
  seenItems(): number[] {
    return this.#seen.rows.slice(0, this.seenCount);
  }

  /** The newest interactions' items, oldest first. */
  recentItems(): number[] {
    return this.#recent.slice(this.#recentEnd - this.recentCount, this.#recentEnd);
  }

  #seenWith(itemRow: number, { seenItemsMax }: ActorSettings): SeenLog {
    const { seenCount } = this;
    const { rows } = this.#seen;
    if (seenCount >= seenItemsMax) {
      const forgotten = Math.max(1, Math.ceil(seenItemsMax / 4));
      const kept = rows.slice(forgotten, seenCount);
      kept.push(itemRow);
      return new SeenLog(kept);
    }
    // Where another state has gone on already, the log's end is not ours: this is the one case that copies.
    const log = rows.length === seenCount ? this.#seen : new SeenLog(rows.slice(0, seenCount));
    log.append(itemRow);
    return log;
  }

  /** The log of newest items with one more, of which the last `count` count. */
  #recentWith(itemRow: number, count: number, recentItemsMax: number): number[] {
    const log = this.#recent;
    const end = this.#recentEnd;
    if (count === 0) return log;
    if (log.length === end && end < recentItemsMax * RECENT_LOG_GROWTH) {
      log.push(itemRow);
      return log;
    }
    const kept = log.slice(end - count + 1, end);
    kept.push(itemRow);
    return kept;
  }
}

function entryOf(log: readonly number[], index: number, count: number, start: number): number {
  if (!(index >= 0 && index < count)) {
    throw new RangeError(`index ${String(index)} is not one of ${String(count)}`);
  }
  return log[start + index] as number;
}
