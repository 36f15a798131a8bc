const SLOTS_FIRST = 8;
const LOAD_MAX = 0.5;
const NOTHING = new Uint32Array(0);
const NO_COUNTS = new Float32Array(0);

/** Counts of pairs of item rows, a small open table a left row, so that the partners of a row are read in one pass. */
export class PairCounts {
  /** By left row: the partner's row + 1 in each slot, 0 where it is free. */
  readonly #partners: Uint32Array[] = [];
  readonly #counts: Float32Array[] = [];
  readonly #sizes: number[] = [];

  /** The slots of a row's partners: a partner's row + 1, or 0 where the slot is free. */
  partners(row: number): Uint32Array {
    return this.#partners[row] ?? NOTHING;
  }

  /** The counts in the slots of {@link partners}. */
  counts(row: number): Float32Array {
    return this.#counts[row] ?? NO_COUNTS;
  }

  /** The count of a pair. */
  count(row: number, partner: number): number {
    const partners = this.partners(row);
    if (partners.length === 0) return 0;
    const slot = slotOf(partners, partner + 1);
    return partners[slot] === 0 ? 0 : (this.counts(row)[slot] as number);
  }

  /** Adds to the count of a pair. */
  add(row: number, partner: number, weight: number): void {
    while (this.#partners.length <= row) {
      this.#partners.push(NOTHING);
      this.#counts.push(NO_COUNTS);
      this.#sizes.push(0);
    }
    const size = this.#sizes[row] as number;
    let partners = this.#partners[row] as Uint32Array;
    if (size + 1 > partners.length * LOAD_MAX) partners = this.#grow(row);
    const slot = slotOf(partners, partner + 1);
    const counts = this.#counts[row] as Float32Array;
    if (partners[slot] === 0) {
      partners[slot] = partner + 1;
      this.#sizes[row] = size + 1;
    }
    counts[slot] = (counts[slot] as number) + weight;
  }

  #grow(row: number): Uint32Array {
    const oldPartners = this.#partners[row] as Uint32Array;
    const oldCounts = this.#counts[row] as Float32Array;
    const partners = new Uint32Array(Math.max(SLOTS_FIRST, oldPartners.length * 2));
    const counts = new Float32Array(partners.length);
    for (let old = 0; old < oldPartners.length; old++) {
      const partner = oldPartners[old] as number;
      if (partner === 0) continue;
      const slot = slotOf(partners, partner);
      partners[slot] = partner;
      counts[slot] = oldCounts[old] as number;
    }
    this.#partners[row] = partners;
    this.#counts[row] = counts;
    return partners;
  }
}

/** The slot that holds a partner, or the free one where it would go; the table's length is a power of two. */
function slotOf(partners: Uint32Array, partner: number): number {
  const mask = partners.length - 1;
  let slot = (Math.imul(partner, 0x9e3779b1) >>> 12) & mask;
  while (partners[slot] !== 0 && partners[slot] !== partner) slot = (slot + 1) & mask;
  return slot;
}
