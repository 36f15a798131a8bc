import type { Kernel, Pointer } from '../kernel/kernel.ts';
import { FEATURES } from './blend-features.ts';

const ITEMS_FIRST = 256;

/** The items that a question is about to choose from, each once, with the features that its sources fill in. */
export class CandidateSet {
  readonly #candidatesMax: number;
  /** The candidates' item rows, in the order in which they came. */
  readonly rows: Uint32Array;
  /** {@link FEATURES}.count numbers a candidate. */
  readonly features: Float32Array;
  /** Where the features stand in the kernel's memory. */
  readonly pointer: Pointer;
  #size = 0;
  #stamp = 0;
  #stamps = new Uint32Array(ITEMS_FIRST);
  /** By item row: the candidate's number, or −1 for one that is left out. */
  #slots = new Int32Array(ITEMS_FIRST);

  /** Takes its room of a kernel that gives out no more after it: growth would take the view away. */
  constructor(kernel: Kernel, candidatesMax: number) {
    this.#candidatesMax = candidatesMax;
    this.rows = new Uint32Array(candidatesMax);
    const length = candidatesMax * FEATURES.count;
    this.pointer = kernel.alloc(length * 4);
    this.features = kernel.f32(this.pointer, length);
  }

  /** The candidates so far. */
  get size(): number {
    return this.#size;
  }

  /** Forgets all candidates; those left out never become any. */
  begin(items: number, excluded: Uint32Array): void {
    if (items > this.#stamps.length) {
      this.#stamps = new Uint32Array(items * 2);
      this.#slots = new Int32Array(items * 2);
    }
    this.#size = 0;
    this.#stamp = (this.#stamp + 1) >>> 0;
    if (this.#stamp === 0) this.#stamps.fill(0);
    for (const row of excluded) {
      this.#stamps[row] = this.#stamp;
      this.#slots[row] = -1;
    }
  }

  /** The number of an item among the candidates, which it joins where there is room; −1 where it is none. */
  slot(row: number): number {
    if (this.#stamps[row] === this.#stamp) return this.#slots[row] as number;
    if (this.#size === this.#candidatesMax) return -1;
    const slot = this.#size++;
    this.#stamps[row] = this.#stamp;
    this.#slots[row] = slot;
    this.rows[slot] = row;
    const first = slot * FEATURES.count;
    this.features.fill(0, first, first + FEATURES.count);
    return slot;
  }

  /** The number of an item among the candidates, which it does not join; −1 where it is none. */
  find(row: number): number {
    return this.#stamps[row] === this.#stamp ? (this.#slots[row] as number) : -1;
  }
}
