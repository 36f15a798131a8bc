import type { MemorySharing, Numbered } from '../learned-memory.ts';
import { eachEvent, hashEvents } from '../memory-merge.ts';
import type { MemoryChange, MemoryMerge, SharedEvents } from '../memory-merge.ts';
import type { StateHasher } from '../state-hash.ts';
import type { Steps } from '../steps.ts';
import type { BlendLearner } from './blend-learner.ts';
import type { LearnerState } from './learner-state.ts';
import { rowsTensor, tensorOf } from './learner-state.ts';

/** Events of others that are learned in a step. */
const EVENTS_A_STEP = 64;

/**
 * What a blend shares with those of other partitions: the events themselves, for each learns from those of the others
 * what its sources need, and the sum of what each added to the weights.
 */
export class BlendSharing implements MemorySharing {
  readonly #learner: BlendLearner;
  readonly #seeTime: (timeMs: number) => void;
  #words: number[] = [];
  #timesMs: number[] = [];
  #weights: number[] = [];
  /** The blend's weights right after the last barrier. */
  readonly #base: Float32Array;

  constructor(learner: BlendLearner, seeTime: (timeMs: number) => void) {
    this.#learner = learner;
    this.#seeTime = seeTime;
    this.#base = learner.weights.rows.slice();
  }

  /** Notes an event that this partition's sources are about to learn. */
  note(userRow: number, itemRow: number, timeMs: number, weight: number): void {
    const { latest } = this.#learner.gmf.parts;
    const newest = new Uint32Array(latest.itemsMax);
    const count = latest.read(userRow, newest);
    this.#words.push(itemRow, count, ...newest.subarray(0, count));
    this.#timesMs.push(timeMs);
    this.#weights.push(weight);
  }

  *pass(before: MemoryMerge | undefined, partition: number, items: Numbered): Steps<MemoryChange> {
    const { rows } = this.#learner.weights;
    const change = rows.map((value, at) => value - (this.#base[at] as number));
    const events = this.#take(items);
    const base = before?.rows.slice() ?? this.#base.slice();
    for (const [of, theirs] of (before?.events ?? []).entries()) {
      if (of !== partition) yield* this.#learn(theirs, items);
    }
    for (let at = 0; at < base.length; at++) {
      this.#base[at] = (base[at] as number) + (change[at] as number);
    }
    rows.set(this.#base);
    // The merge moved rows of items, too, whether others told of events or not.
    this.#learner.forget();
    return { events, base, change };
  }

  capture(): LearnerState {
    return {
      words: rowsTensor(Uint32Array.from(this.#words)),
      timesMs: rowsTensor(Float64Array.from(this.#timesMs)),
      weights: rowsTensor(Float64Array.from(this.#weights)),
      base: rowsTensor(this.#base.slice()),
    };
  }

  restore(state: LearnerState): void {
    const base = tensorOf(state, 'base', Float32Array);
    if (base.length !== this.#base.length) throw new RangeError('weights are of other features');
    this.#base.set(base);
    this.#words = Array.from(tensorOf(state, 'words', Uint32Array));
    this.#timesMs = Array.from(tensorOf(state, 'timesMs', Float64Array));
    this.#weights = Array.from(tensorOf(state, 'weights', Float64Array));
  }

  hash(hasher: StateHasher, itemRanks: Uint32Array): void {
    hasher.floats(this.#base);
    const events = this.#columns();
    hashEvents(hasher, events, (row) => itemRanks[row] as number);
  }

  #columns(): Omit<SharedEvents, 'items'> {
    return {
      words: Uint32Array.from(this.#words),
      timesMs: Float64Array.from(this.#timesMs),
      weights: Float64Array.from(this.#weights),
    };
  }

  /** Takes the events noted, with the items that they name. */
  #take({ id }: Numbered): SharedEvents {
    const { words, timesMs, weights } = this.#columns();
    const numbers = new Map<number, number>();
    const numberOf = (row: number): number => {
      const known = numbers.get(row);
      if (known !== undefined) return known;
      numbers.set(row, numbers.size);
      return numbers.size - 1;
    };
    const named = [...eachEvent(words)].flatMap(({ item, newest }) => [
      ...[numberOf(item), newest.length],
      ...newest.map(numberOf),
    ]);
    this.#words = [];
    this.#timesMs = [];
    this.#weights = [];
    return {
      items: Array.from(numbers.keys(), id),
      words: Uint32Array.from(named),
      timesMs,
      weights,
    };
  }

  *#learn({ items, words, timesMs, weights }: SharedEvents, { row }: Numbered): Steps<void> {
    const rows = items.map(row);
    let at = 0;
    for (const { item, newest } of eachEvent(words)) {
      const timeMs = timesMs[at] as number;
      const theirs = newest.map((number) => rows[number] as number);
      this.#learner.learnSources(
        rows[item] as number,
        timeMs,
        weights[at] as number,
        theirs,
        theirs.length,
      );
      this.#seeTime(timeMs);
      at++;
      if (at % EVENTS_A_STEP === 0) yield undefined;
    }
  }
}
