const PARTNERS_FIRST = 4;
/** Slots of an index a partner that its list has room for. */
const SLOTS_A_PARTNER = 2;
const NOTHING = new Uint32Array(0);
const NO_COUNTS = new Float32Array(0);

interface Row {
  /** The partners in the order in which they came, and their counts beside them. */
  partners: Uint32Array;
  counts: Float32Array;
  size: number;
  /** An open table from partner to its place in the list, plus 1; 0 is a free slot. */
  index: Uint32Array;
}

/** Counts of pairs of item rows: a dense list of partners a row, read in one pass, with an index for adding to it. */
export class PairCounts {
  readonly #rows: (Row | undefined)[] = [];

  /** A row's partners in the order in which they came; a view, valid until the next `add`. */
  partners(row: number): Uint32Array {
    const found = this.#rows[row];
    return found === undefined ? NOTHING : found.partners.subarray(0, found.size);
  }

  /** The counts beside {@link partners}. */
  counts(row: number): Float32Array {
    const found = this.#rows[row];
    return found === undefined ? NO_COUNTS : found.counts.subarray(0, found.size);
  }

  /** Adds to the count of a pair. */
  add(row: number, partner: number, weight: number): void {
    while (this.#rows.length <= row) this.#rows.push(undefined);
    const found = (this.#rows[row] ??= emptyRow());
    let slot = slotOf(found, partner);
    let place = found.index[slot] as number;
    if (place === 0) {
      if (found.size === found.partners.length) {
        widen(found);
        slot = slotOf(found, partner);
      }
      found.partners[found.size] = partner;
      found.index[slot] = place = ++found.size;
    }
    found.counts[place - 1] = (found.counts[place - 1] as number) + weight;
  }
}

function emptyRow(): Row {
  return {
    partners: new Uint32Array(PARTNERS_FIRST),
    counts: new Float32Array(PARTNERS_FIRST),
    size: 0,
    index: new Uint32Array(PARTNERS_FIRST * SLOTS_A_PARTNER),
  };
}

function widen(row: Row): void {
  const partners = new Uint32Array(row.partners.length * 2);
  const counts = new Float32Array(partners.length);
  partners.set(row.partners);
  counts.set(row.counts);
  row.partners = partners;
  row.counts = counts;
  row.index = new Uint32Array(partners.length * SLOTS_A_PARTNER);
  for (let place = 0; place < row.size; place++) {
    row.index[slotOf(row, partners[place] as number)] = place + 1;
  }
}

/** The slot that holds a partner, or the free one where it would go; an index's length is a power of two. */
function slotOf({ index, partners }: Row, partner: number): number {
  const mask = index.length - 1;
  let slot = (Math.imul(partner, 0x9e3779b1) >>> 12) & mask;
  for (;;) {
    const place = index[slot] as number;
    if (place === 0 || partners[place - 1] === partner) return slot;
    slot = (slot + 1) & mask;
  }
}
