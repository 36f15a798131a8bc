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
  /** What the question at hand marks its first candidate with; marks of questions before are below it. */
  #first = 0;
  /** By item row: `#first` and the candidate's number, or `#first` and `#candidatesMax` for one that is left out. */
  #marks = new Int32Array(ITEMS_FIRST);

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
    const marks = this.#candidatesMax + 1;
    if (items > this.#marks.length) {
      this.#marks = new Int32Array(items * 2);
      this.#first = 0;
    } else if (this.#first > 0x7fff_ffff - 2 * marks) {
      this.#marks.fill(0);
      this.#first = 0;
    }
    // All at once: one by one would cost as much as what is said of a candidate.
    this.features.fill(0, 0, this.#size * FEATURES.count);
    this.#size = 0;
    this.#first += marks;
    for (const row of excluded) this.#marks[row] = this.#first + this.#candidatesMax;
  }

  /** The number of an item among the candidates, which it joins where there is room; −1 where it is none. */
  slot(row: number): number {
    const known = (this.#marks[row] as number) - this.#first;
    if (known >= 0) return known === this.#candidatesMax ? -1 : known;
    if (this.#size === this.#candidatesMax) return -1;
    const slot = this.#size++;
    this.#marks[row] = this.#first + slot;
    this.rows[slot] = row;
    return slot;
  }

  /** The number of an item among the candidates, which it does not join; −1 where it is none. */
  find(row: number): number {
    const known = (this.#marks[row] as number) - this.#first;
    return known >= 0 && known < this.#candidatesMax ? known : -1;
  }
}
