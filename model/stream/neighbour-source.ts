import type { Kernel } from '../kernel/kernel.ts';
import type { StateHasher } from '../state-hash.ts';
import { atOnce } from '../steps.ts';
import type { Steps } from '../steps.ts';
import { FEATURES } from './blend-features.ts';
import { BoundedPairs } from './bounded-pairs.ts';
import type { CandidateSet } from './candidate-set.ts';
import type { Capturable, LearnerState } from './learner-state.ts';
import { prefixed, rowsTensor, tensorOf, unprefixed } from './learner-state.ts';
import { KernelColumn } from './kernel-column.ts';

/** What an item counts in the fading sum, relative to the one after it. */
const FADING = 0.8;
/** Users added to an item's own, so that one who has two rare items makes them no twins. */
const DOUBT = 2;
const FLOAT_BYTES = 8;

/** Item-kNN by cosine: which items share users with the user's newest. */
export class NeighbourSource implements Capturable {
  readonly #pairs: BoundedPairs;
  /** By item: the users counted. */
  #users: number[] = [];
  /** By item, 64-bit floats: 1 by the root of its users, {@link DOUBT} among them. */
  readonly #norms: KernelColumn;
  readonly #kernel: Kernel;

  /** The kernel is that of the candidates. */
  constructor(kernel: Kernel, partnersMax: number) {
    this.#kernel = kernel;
    this.#pairs = new BoundedPairs(kernel, partnersMax);
    this.#norms = new KernelColumn(kernel, FLOAT_BYTES);
  }

  /** The items known. */
  get items(): number {
    return this.#users.length;
  }

  /** Makes items known. */
  grow(items: number): void {
    if (items <= this.#users.length) return;
    this.#norms.grow(items);
    while (this.#users.length < items) this.#count(this.#users.push(0) - 1, 0);
  }

  /** Adds the neighbours of the user's items, newest first, to the candidates, and sums up how near they are. */
  propose({ header }: CandidateSet, latest: Uint32Array, count: number): void {
    const pairs = this.#pairs;
    const { doubles, functions } = this.#kernel;
    const norms = this.#norms.pointer >>> 3;
    let share = 1;
    for (let at = 0; at < count; at++) {
      const row = latest[at] as number;
      const [partners, counts, size] = [
        pairs.partnersAt(row),
        pairs.countsAt(row),
        pairs.size(row),
      ];
      functions.proposeNear(header, partners, counts, size, doubles[norms + row] as number, share);
      share *= FADING;
    }
  }

  /** Turns the sums into features. */
  describe({ header }: CandidateSet): void {
    this.#kernel.functions.describeNear(header, this.#norms.pointer, FEATURES.neighbours);
  }

  /** Counts the event's item with the user's others. */
  learn(itemRow: number, latest: Uint32Array, count: number, weight: number): void {
    for (let at = 0; at < count; at++) if (latest[at] === itemRow) return;
    this.#count(itemRow, (this.#users[itemRow] as number) + weight);
    for (let at = 0; at < count; at++) {
      const other = latest[at] as number;
      this.#pairs.add(itemRow, other, weight);
      this.#pairs.add(other, itemRow, weight);
    }
  }

  #count(itemRow: number, users: number): void {
    this.#users[itemRow] = users;
    this.#kernel.doubles[(this.#norms.pointer >>> 3) + itemRow] = 1 / Math.sqrt(users + DOUBT);
  }

  /** The pairs, for who looks at what was restored. */
  get pairs(): BoundedPairs {
    return this.#pairs;
  }

  /** Hashes an item's neighbours and users. */
  hashRow(hasher: StateHasher, row: number, ranks: Uint32Array): void {
    hasher.number(this.#users[row] ?? 0);
    this.#pairs.hashRow(hasher, row, ranks);
  }

  capture(): LearnerState {
    return atOnce(this.captureInSteps());
  }

  /** Captures as {@link capture}, in steps. */
  *captureInSteps(): Steps<LearnerState> {
    const users = rowsTensor(Float64Array.from(this.#users));
    return { users, ...prefixed('pairs', yield* this.#pairs.captureInSteps()) };
  }

  restore(state: LearnerState): void {
    atOnce(this.restoreInSteps(state));
  }

  /** Restores as {@link restore}, in steps. */
  *restoreInSteps(state: LearnerState): Steps<void> {
    this.#users = Array.from(tensorOf(state, 'users', Float64Array));
    this.#norms.grow(this.#users.length);
    for (const [row, users] of this.#users.entries()) this.#count(row, users);
    yield* this.#pairs.restoreInSteps(unprefixed('pairs', state));
  }
}
