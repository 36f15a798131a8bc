import type { StateHasher } from '../state-hash.ts';
import type { Capturable, LearnerState } from './learner-state.ts';
import { rowsTensor, tensorOf } from './learner-state.ts';

const USERS_FIRST = 64;

/** Each user's newest items, with how many there were in all and when the newest came: so much a user, and no more. */
export class LatestItems implements Capturable {
  /** The newest items of a user that are kept. */
  readonly itemsMax: number;
  #users = 0;
  #rows: Uint32Array;
  #counts = new Uint32Array(USERS_FIRST);
  #times = new Float64Array(USERS_FIRST);

  constructor(itemsMax: number) {
    this.itemsMax = itemsMax;
    this.#rows = new Uint32Array(USERS_FIRST * itemsMax);
  }

  /** The users known. */
  get users(): number {
    return this.#users;
  }

  /** Makes the first users known, up to that many. */
  grow(users: number): void {
    if (users > this.#counts.length) this.#widen(users * 2);
    this.#users = Math.max(this.#users, users);
  }

  /** How many items a user has had in all; 0 for one who is unknown. */
  count(userRow: number): number {
    return userRow >= 0 && userRow < this.#users ? (this.#counts[userRow] as number) : 0;
  }

  /** The event time of a user's newest item, Unix milliseconds. */
  timeMs(userRow: number): number {
    return this.#times[userRow] as number;
  }

  /** Writes a user's newest items to `out`, newest first, as many as are kept; returns how many. */
  read(userRow: number, out: Uint32Array, offset = 0): number {
    const count = this.count(userRow);
    const kept = Math.min(count, this.itemsMax);
    const first = userRow * this.itemsMax;
    for (let at = 0; at < kept; at++) {
      out[offset + at] = this.#rows[first + ((count - 1 - at) % this.itemsMax)] as number;
    }
    return kept;
  }

  /** Adds an item as a user's newest. */
  add(userRow: number, itemRow: number, timeMs: number): void {
    this.grow(userRow + 1);
    const count = this.#counts[userRow] as number;
    this.#rows[userRow * this.itemsMax + (count % this.itemsMax)] = itemRow;
    this.#counts[userRow] = count + 1;
    this.#times[userRow] = timeMs;
  }

  /** Hashes a user's newest items by their ranks, with how many there were and when the newest came. */
  hashUser(hasher: StateHasher, userRow: number, itemRanks: Uint32Array): void {
    const newest = new Uint32Array(this.itemsMax);
    const kept = this.read(userRow, newest);
    hasher.whole(this.count(userRow));
    hasher.number(kept === 0 ? 0 : this.timeMs(userRow));
    hasher.words(newest.subarray(0, kept).map((row) => itemRanks[row] as number));
  }

  capture(): LearnerState {
    const users = this.#users;
    return {
      rows: rowsTensor(this.#rows.slice(0, users * this.itemsMax), this.itemsMax),
      counts: rowsTensor(this.#counts.slice(0, users)),
      times: rowsTensor(this.#times.slice(0, users)),
    };
  }

  restore(state: LearnerState): void {
    const counts = tensorOf(state, 'counts', Uint32Array);
    const rows = tensorOf(state, 'rows', Uint32Array);
    const times = tensorOf(state, 'times', Float64Array);
    if (rows.length !== counts.length * this.itemsMax || times.length !== counts.length) {
      throw new RangeError(`rows do not hold ${String(this.itemsMax)} items a user`);
    }
    this.#users = 0;
    this.grow(counts.length);
    this.#rows.set(rows);
    this.#counts.set(counts);
    this.#times.set(times);
  }

  #widen(users: number): void {
    const rows = new Uint32Array(users * this.itemsMax);
    const counts = new Uint32Array(users);
    const times = new Float64Array(users);
    rows.set(this.#rows);
    counts.set(this.#counts);
    times.set(this.#times);
    this.#rows = rows;
    this.#counts = counts;
    this.#times = times;
  }
}
