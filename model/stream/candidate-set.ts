import type { Kernel, Pointer } from '../kernel/kernel.ts';
import { CANDIDATES } from '../kernel/layout.ts';
import { FEATURES } from './blend-features.ts';
import { KernelColumn } from './kernel-column.ts';

/** Marks are words, of which the highest bit is never set. */
const MARK_MAX = 0x7fff_ffff;

/**
 * The items that a question is about to choose from, each once, with the features that its sources fill in. They stand
 * in the memory of a kernel, whose functions add to them and describe them.
 */
export class CandidateSet {
  /** What the kernel's functions take. */
  readonly header: Pointer;
  /** Where the features stand, {@link FEATURES}.count floats a candidate. */
  readonly features: Pointer;
  readonly #kernel: Kernel;
  readonly #candidatesMax: number;
  readonly #rows: Pointer;
  readonly #sums: Pointer;
  /** By item row: what the question marks its first candidate with and the candidate's number, or more where it is left out. */
  readonly #marks: KernelColumn;

  constructor(kernel: Kernel, candidatesMax: number) {
    this.#kernel = kernel;
    this.#candidatesMax = candidatesMax;
    this.#marks = new KernelColumn(kernel, 4);
    this.#rows = kernel.alloc(candidatesMax * 4);
    this.#sums = kernel.alloc(candidatesMax * 8);
    this.features = kernel.alloc(candidatesMax * FEATURES.count * 4);
    this.header = kernel.alloc(CANDIDATES.words * 4);
    this.#set(CANDIDATES.marks, this.#marks.pointer);
    this.#set(CANDIDATES.sizeLimit, candidatesMax);
    this.#set(CANDIDATES.rows, this.#rows);
    this.#set(CANDIDATES.features, this.features);
    this.#set(CANDIDATES.width, FEATURES.count);
    this.#set(CANDIDATES.sums, this.#sums);
  }

  /** The candidates so far. */
  get size(): number {
    return this.#get(CANDIDATES.size);
  }

  /** The candidates' item rows, in the order in which they came; a view, valid until anything is learned. */
  get rows(): Uint32Array {
    const first = this.#rows >>> 2;
    return this.#kernel.words.subarray(first, first + this.size);
  }

  /** Forgets all candidates; those left out never become any. */
  begin(items: number, excluded: Uint32Array): void {
    const marks = this.#marks;
    if (items > marks.room) {
      marks.grow(items);
      this.#set(CANDIDATES.marks, marks.pointer);
    }
    const first = this.#nextFirst();
    const { words, floats } = this.#kernel;
    // All at once: one by one would cost as much as what is said of a candidate.
    const { size } = this;
    floats.fill(0, this.features >>> 2, (this.features >>> 2) + size * FEATURES.count);
    floats.fill(0, this.#sums >>> 2, (this.#sums >>> 2) + size * 2);
    this.#set(CANDIDATES.size, 0);
    const [at, room, mark] = [marks.pointer >>> 2, marks.room, first + this.#candidatesMax];
    for (const row of excluded) if (row < room) words[at + row] = mark;
  }

  /** The number of an item among the candidates, which it joins where there is room; −1 where it is none. */
  slot(row: number): number {
    const { words } = this.#kernel;
    const header = this.header >>> 2;
    const mark = (this.#marks.pointer >>> 2) + row;
    const first = words[header + CANDIDATES.first] as number;
    const known = (words[mark] as number) - first;
    if (known >= 0) return known === this.#candidatesMax ? -1 : known;
    const size = words[header + CANDIDATES.size] as number;
    if (size === this.#candidatesMax) return -1;
    words[mark] = first + size;
    words[(this.#rows >>> 2) + size] = row;
    words[header + CANDIDATES.size] = size + 1;
    return size;
  }

  /** The number of an item among the candidates, which it does not join; −1 where it is none. */
  find(row: number): number {
    if (row >= this.#marks.room) return -1;
    const mark = this.#kernel.words[(this.#marks.pointer >>> 2) + row] as number;
    const known = mark - this.#get(CANDIDATES.first);
    return known >= 0 && known < this.#candidatesMax ? known : -1;
  }

  /** Says a feature of a candidate. */
  say(slot: number, feature: number, value: number): void {
    this.#kernel.floats[(this.features >>> 2) + slot * FEATURES.count + feature] = value;
  }

  /** What is said of a candidate: a view, valid until anything is learned. */
  said(slot: number): Float32Array {
    const bytes = FEATURES.count * 4;
    return this.#kernel.f32(this.features + slot * bytes, FEATURES.count);
  }

  /** Moves on to marks that no question had, or lets go of all where there are no more. */
  #nextFirst(): number {
    const marks = this.#candidatesMax + 1;
    let first = this.#get(CANDIDATES.first) + marks;
    if (first > MARK_MAX - marks) {
      const at = this.#marks.pointer >>> 2;
      this.#kernel.words.fill(0, at, at + this.#marks.room);
      first = marks;
    }
    this.#set(CANDIDATES.first, first);
    return first;
  }

  #get(field: number): number {
    return this.#kernel.words[(this.header >>> 2) + field] as number;
  }

  #set(field: number, value: number): void {
    this.#kernel.words[(this.header >>> 2) + field] = value;
  }
}
