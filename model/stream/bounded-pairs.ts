import type { StateHasher } from '../state-hash.ts';
import { atOnce, inRuns } from '../steps.ts';
import type { Steps } from '../steps.ts';
import type { Capturable, LearnerState } from './learner-state.ts';
import { rowsTensor, tensorOf } from './learner-state.ts';

const PARTNERS_FIRST = 8;
/** Rows that a step of capturing or restoring copies. */
const ROWS_A_RUN = 256;
/** Places looked at for the one to give up. */
const EVICTION_PLACES = 8;
const NOTHING = new Uint32Array(0);
const NO_COUNTS = new Float32Array(0);

interface Row {
  partners: Uint32Array;
  counts: Float32Array;
  size: number;
  /** Where the next search for a partner to give up begins. */
  hand: number;
  /** Everything that was ever added. */
  total: number;
}

/**
 * Counts of pairs of item rows, with at most so many partners a row. A full row gives up the least of the eight partners
 * that its hand comes to, and the hand goes on: what is counted often stays, what came once is soon gone, and an
 * addition costs the same however long the row has been full.
 */
export class BoundedPairs implements Capturable {
  readonly #partnersMax: number;
  readonly #rows: Row[] = [];

  constructor(partnersMax: number) {
    this.#partnersMax = partnersMax;
  }

  /** A row's partners; a view, valid until the next `add`. */
  partners(row: number): Uint32Array {
    const found = this.#rows[row];
    return found === undefined ? NOTHING : found.partners.subarray(0, found.size);
  }

  /** The counts beside {@link partners}. */
  counts(row: number): Float32Array {
    return this.#rows[row]?.counts ?? NO_COUNTS;
  }

  /** Everything that was ever added to a row. */
  total(row: number): number {
    return this.#rows[row]?.total ?? 0;
  }

  /** Adds to the count of a pair. */
  add(row: number, partner: number, weight: number): void {
    while (this.#rows.length <= row) this.#rows.push(emptyRow());
    const found = this.#rows[row] as Row;
    found.total += weight;
    const { partners, size } = found;
    let place = 0;
    while (place < size && partners[place] !== partner) place++;
    if (place < size) {
      found.counts[place] = (found.counts[place] as number) + weight;
      return;
    }
    if (size === this.#partnersMax) place = giveUp(found);
    else if (size === partners.length) widen(found, Math.min(size * 2, this.#partnersMax));
    if (place === size) found.size++;
    found.partners[place] = partner;
    found.counts[place] = weight;
  }

  /** Hashes a row, its partners by their ranks. */
  hashRow(hasher: StateHasher, row: number, ranks: Uint32Array): void {
    hasher.words(this.partners(row).map((partner) => ranks[partner] as number));
    hasher.floats(this.counts(row), 0, this.#rows[row]?.size ?? 0);
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
    yield* inRuns(rows.length, ROWS_A_RUN, (first, end) => {
      for (const row of rows.slice(first, end)) {
        partners.set(row.partners.subarray(0, row.size), at);
        counts.set(row.counts.subarray(0, row.size), at);
        at += row.size;
      }
    });
    return {
      sizes: rowsTensor(Uint32Array.from(rows, ({ size }) => size)),
      hands: rowsTensor(Uint32Array.from(rows, ({ hand }) => hand)),
      totals: rowsTensor(Float64Array.from(rows, ({ total }) => total)),
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
        if (size > PARTNERS_FIRST) widen(filled, Math.min(roomFor(size), this.#partnersMax));
        filled.partners.set(partners.subarray(at, at + size));
        filled.counts.set(counts.subarray(at, at + size));
        filled.size = size;
        filled.hand = hands[row] as number;
        filled.total = totals[row] as number;
        this.#rows.push(filled);
        at += size;
      }
    });
  }
}

/** The place of the partner that a full row gives up; moves the row's hand on. */
function giveUp(row: Row): number {
  const { counts, size } = row;
  let least = row.hand % size;
  for (let step = 1; step < EVICTION_PLACES; step++) {
    const place = (row.hand + step) % size;
    if ((counts[place] as number) < (counts[least] as number)) least = place;
  }
  row.hand = (row.hand + EVICTION_PLACES) % size;
  return least;
}

function roomFor(size: number): number {
  let room = PARTNERS_FIRST;
  while (room < size) room *= 2;
  return room;
}

function emptyRow(): Row {
  return {
    partners: new Uint32Array(PARTNERS_FIRST),
    counts: new Float32Array(PARTNERS_FIRST),
    size: 0,
    hand: 0,
    total: 0,
  };
}

function widen(row: Row, room: number): void {
  const partners = new Uint32Array(room);
  const counts = new Float32Array(room);
  partners.set(row.partners.subarray(0, row.size));
  counts.set(row.counts.subarray(0, row.size));
  row.partners = partners;
  row.counts = counts;
}
