import { RepriseError } from '../../events/error.ts';

/** Most distinct texts that one table counts, at 10 bytes a slot and a load of at most 0.8: 671 MB at the bound. */
export const distinctTextsMax = 53_000_000;

const FIRST_SLOTS = 1 << 12;
const LOAD_MAX = 0.8;

/** Counts how often each text occurred, by a 64-bit hash, in flat arrays that double as they fill. */
export class OccurrenceTable {
  #low = new Uint32Array(FIRST_SLOTS);
  #high = new Uint32Array(FIRST_SLOTS);
  /** Occurrences per slot, 0 where the slot is free; stays at 65,535 once there. */
  #counts = new Uint16Array(FIRST_SLOTS);
  #distinct = 0;

  /** Texts counted, each once. */
  get distinct(): number {
    return this.#distinct;
  }

  /** Counts a text; returns how often it occurred before. Throws TOO_LARGE past {@link distinctTextsMax}. */
  count(text: string): number {
    const [low, high] = hash64(text);
    let slot = this.#slot(low, high);
    const before = this.#counts[slot] as number;
    if (before > 0) {
      if (before < 65_535) this.#counts[slot] = before + 1;
      return before;
    }
    if (this.#distinct >= distinctTextsMax) {
      throw new RepriseError(
        'TOO_LARGE',
        `more than ${String(distinctTextsMax)} distinct rows in one file: split it and import the parts`,
      );
    }
    if (this.#distinct + 1 > this.#counts.length * LOAD_MAX) {
      this.#grow();
      slot = this.#slot(low, high);
    }
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#counts[slot] = 1;
    this.#distinct += 1;
    return 0;
  }

  #slot(low: number, high: number): number {
    const mask = this.#counts.length - 1;
    let slot = low & mask;
    while (this.#counts[slot] !== 0 && (this.#low[slot] !== low || this.#high[slot] !== high)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const low = this.#low;
    const high = this.#high;
    const counts = this.#counts;
    this.#low = new Uint32Array(low.length * 2);
    this.#high = new Uint32Array(low.length * 2);
    this.#counts = new Uint16Array(low.length * 2);
    for (let old = 0; old < counts.length; old += 1) {
      if (counts[old] === 0) continue;
      const slot = this.#slot(low[old] as number, high[old] as number);
      this.#low[slot] = low[old] as number;
      this.#high[slot] = high[old] as number;
      this.#counts[slot] = counts[old] as number;
    }
  }
}

/** Hashes a text to two unsigned 32-bit words: two multiplicative lanes over its UTF-16 units, crossed at the end. */
export function hash64(text: string): readonly [low: number, high: number] {
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0xcc9e2d51);
    b = Math.imul(b ^ unit, 0x1b873593);
    a = (a << 13) | (a >>> 19);
    b = (b << 15) | (b >>> 17);
  }
  a = Math.imul(a ^ (b >>> 16) ^ text.length, 0x85ebca6b);
  b = Math.imul(b ^ (a >>> 13), 0xc2b2ae35);
  a = Math.imul(a ^ (b >>> 15), 0x27d4eb2f);
  return [(a ^ (a >>> 16)) >>> 0, (b ^ (a >>> 11)) >>> 0];
}
