import type { Kernel, Pointer } from '../kernel/kernel.ts';
import type { StateHasher } from '../state-hash.ts';
import { atOnce, inRuns } from '../steps.ts';
import type { Steps } from '../steps.ts';
import type { Capturable, LearnerState } from './learner-state.ts';
import { rowsTensor, tensorOf } from './learner-state.ts';

const PARTNERS_FIRST = 8;
/** Bytes of a partner and of its count. */
const PAIR_BYTES = 8;
/** Rows that a step of capturing or restoring copies. */
const ROWS_A_RUN = 64;
/** Places looked at for the one to give up. */
const EVICTION_PLACES = 8;

interface Row {
  /** Where its partners stand in the kernel's memory, and behind their room the counts; 0 while there are none. */
  at: Pointer;
  /** Partners that there is room for. */
  room: number;
  size: number;
  /** Where the next search for a partner to give up begins. */
  hand: number;
  /** Everything that was ever added. */
  total: number;
}

/**
 * Counts of pairs of item rows, with at most so many partners a row. A full row gives up the least of the eight partners
 * that its hand comes to, and the hand goes on: what is counted often stays, what came once is soon gone, and an
 * addition costs the same however long the row has been full. The pairs stand in the memory of a kernel, whose functions
 * go through them; a row that grows leaves its room to others.
 */
export class BoundedPairs implements Capturable {
  readonly #kernel: Kernel;
  readonly #partnersMax: number;
  readonly #rows: Row[] = [];
  /** Rooms that rows have left, by how many partners they hold. */
  readonly #left = new Map<number, Pointer[]>();
  #reach = 0;

  constructor(kernel: Kernel, partnersMax: number) {
    this.#kernel = kernel;
    this.#partnersMax = partnersMax;
  }

  /** How many partners a row has. */
  size(row: number): number {
    return this.#rows[row]?.size ?? 0;
  }

  /** Where a row's partners stand in the kernel's memory, until the next `add`. */
  partnersAt(row: number): Pointer {
    return this.#rows[row]?.at ?? 0;
  }

  /** Where the counts beside them stand. */
  countsAt(row: number): Pointer {
    const found = this.#rows[row];
    return found === undefined ? 0 : found.at + found.room * 4;
  }

  /** A row's partners; a view, valid until the next `add`. */
  partners(row: number): Uint32Array {
    const first = this.partnersAt(row) >>> 2;
    return this.#kernel.words.subarray(first, first + this.size(row));
  }

  /** The counts beside {@link partners}. */
  counts(row: number): Float32Array {
    const first = this.countsAt(row) >>> 2;
    return this.#kernel.floats.subarray(first, first + this.size(row));
  }

  /** Everything that was ever added to a row. */
  total(row: number): number {
    return this.#rows[row]?.total ?? 0;
  }

  /** The rows that a restored state names, as rows or as partners, are all below this. */
  get reach(): number {
    return this.#reach;
  }

  /** Adds to the count of a pair. */
  add(row: number, partner: number, weight: number): void {
    while (this.#rows.length <= row) this.#rows.push(emptyRow());
    const found = this.#rows[row] as Row;
    found.total += weight;
    const { size } = found;
    let place = this.#kernel.functions.findWord(found.at, size, partner);
    if (place < size) {
      const at = (found.at >>> 2) + found.room + place;
      const { floats } = this.#kernel;
      floats[at] = (floats[at] as number) + weight;
      return;
    }
    if (size === this.#partnersMax) place = this.#giveUp(found);
    else if (size === found.room)
      this.#widen(found, Math.min(roomFor(size + 1), this.#partnersMax));
    if (place === size) found.size++;
    const at = (found.at >>> 2) + place;
    this.#kernel.words[at] = partner;
    this.#kernel.floats[at + found.room] = weight;
  }

  /** Hashes a row, its partners by their ranks. */
  hashRow(hasher: StateHasher, row: number, ranks: Uint32Array): void {
    hasher.words(this.partners(row).map((partner) => ranks[partner] as number));
    hasher.floats(this.counts(row), 0, this.size(row));
    hasher.whole(this.#rows[row]?.hand ?? 0);
    hasher.number(this.total(row));
  }

  capture(): LearnerState {
    return atOnce(this.captureInSteps());
  }

  /** Captures as {@link capture}, in steps. */
  *captureInSteps(): Steps<LearnerState> {
    const rows = this.#rows;
    const partners = new Uint32Array(rows.reduce((sum, { size }) => sum + size, 0));
    const counts = new Float32Array(partners.length);
    let at = 0;
    yield undefined;
    yield* inRuns(rows.length, ROWS_A_RUN, (first, end) => {
      for (let row = first; row < end; row++) {
        partners.set(this.partners(row), at);
        counts.set(this.counts(row), at);
        at += this.size(row);
      }
    });
    const sizes = rowsTensor(Uint32Array.from(rows, ({ size }) => size));
    const hands = rowsTensor(Uint32Array.from(rows, ({ hand }) => hand));
    yield undefined;
    const totals = rowsTensor(Float64Array.from(rows, ({ total }) => total));
    yield undefined;
    return {
      ...{ sizes, hands, totals },
      partners: rowsTensor(partners),
      counts: rowsTensor(counts),
    };
  }

  restore(state: LearnerState): void {
    atOnce(this.restoreInSteps(state));
  }

  /** Restores as {@link restore}, in steps. */
  *restoreInSteps(state: LearnerState): Steps<void> {
    const sizes = tensorOf(state, 'sizes', Uint32Array);
    const hands = tensorOf(state, 'hands', Uint32Array);
    const totals = tensorOf(state, 'totals', Float64Array);
    const partners = tensorOf(state, 'partners', Uint32Array);
    const counts = tensorOf(state, 'counts', Float32Array);
    if (hands.length !== sizes.length || totals.length !== sizes.length) {
      throw new RangeError('rows of pairs are of different numbers');
    }
    this.#rows.length = 0;
    this.#reach = sizes.length;
    let at = 0;
    yield* inRuns(sizes.length, ROWS_A_RUN, (first, end) => {
      for (let row = first; row < end; row++) {
        const size = sizes[row] as number;
        if (size > this.#partnersMax || at + size > partners.length || at + size > counts.length) {
          throw new RangeError(
            `row ${String(row)} has more partners than the bound, or than given`,
          );
        }
        const filled = emptyRow();
        if (size > 0) this.#widen(filled, Math.min(roomFor(size), this.#partnersMax));
        this.#kernel.words.set(partners.subarray(at, at + size), filled.at >>> 2);
        this.#kernel.floats.set(counts.subarray(at, at + size), (filled.at >>> 2) + filled.room);
        filled.size = size;
        filled.hand = hands[row] as number;
        filled.total = totals[row] as number;
        this.#rows.push(filled);
        for (const partner of this.partners(row)) {
          if (partner >= this.#reach) this.#reach = partner + 1;
        }
        at += size;
      }
    });
  }

  /** The place of the partner that a full row gives up; moves the row's hand on. */
  #giveUp(row: Row): number {
    const { size } = row;
    const { floats } = this.#kernel;
    const counts = (row.at >>> 2) + row.room;
    let least = row.hand % size;
    for (let step = 1; step < EVICTION_PLACES; step++) {
      const place = (row.hand + step) % size;
      if ((floats[counts + place] as number) < (floats[counts + least] as number)) least = place;
    }
    row.hand = (row.hand + EVICTION_PLACES) % size;
    return least;
  }

  /** Moves a row to a wider room, and leaves the one that it had to others. */
  #widen(row: Row, room: number): void {
    const at = this.#take(room);
    const { words } = this.#kernel;
    const [from, to] = [row.at >>> 2, at >>> 2];
    words.copyWithin(to, from, from + row.size);
    words.copyWithin(to + room, from + row.room, from + row.room + row.size);
    if (row.room > 0) this.#leave(row.room, row.at);
    row.at = at;
    row.room = room;
  }

  /** Gives a room that a row has left, or the beginning of a wider one, whose rest is left in halves; else a new one. */
  #take(room: number): Pointer {
    for (let wide = room; wide < this.#partnersMax; wide *= 2) {
      const at = this.#left.get(wide)?.pop();
      if (at === undefined) continue;
      for (let half = wide / 2; half >= room; half /= 2) this.#leave(half, at + half * PAIR_BYTES);
      return at;
    }
    return this.#kernel.alloc(room * PAIR_BYTES);
  }

  #leave(room: number, at: Pointer): void {
    const left = this.#left.get(room);
    if (left === undefined) this.#left.set(room, [at]);
    else left.push(at);
  }
}

function roomFor(size: number): number {
  let room = PARTNERS_FIRST;
  while (room < size) room *= 2;
  return room;
}

function emptyRow(): Row {
  return { at: 0, room: 0, size: 0, hand: 0, total: 0 };
}
