import type { StateHasher } from './state-hash.ts';

/** Events as others learn of them: what was chosen, and what its user had chosen just before. Says nothing of who. */
export interface SharedEvents {
  /** The items that the words name by number. */
  readonly items: readonly string[];
  /** For each event its item, how many items its user had just before, and these, newest first. */
  readonly words: Uint32Array;
  readonly timesMs: Float64Array;
  /** What each event counts. */
  readonly weights: Float64Array;
}

/** What one partition adds between two barriers to the memory that all share. */
export interface MemoryChange {
  readonly events: SharedEvents;
  /** Numbers that are learned and of no item, as the merge before has them: the same in every partition. */
  readonly base: Float32Array;
  /** What was added to them. */
  readonly change: Float32Array;
}

/** What all partitions added to the memory that they share. */
export interface MemoryMerge {
  /** The events of each partition, in partition order: each learns those of the others. */
  readonly events: readonly SharedEvents[];
  readonly rows: Float32Array;
}

/** Sums what all partitions added, in the order given. */
export function mergeMemory(changes: readonly MemoryChange[]): MemoryMerge {
  const sums = new Float32Array(changes[0]?.base.length ?? 0);
  for (const { change } of changes) {
    for (let at = 0; at < sums.length; at += 1) sums[at] = (sums[at] ?? 0) + (change[at] ?? 0);
  }
  const rows = sums.map((sum, at) => (changes[0]?.base[at] ?? 0) + sum);
  return { events: changes.map(({ events }) => events), rows };
}

/** The events of a list: one has as many words as its items and two more. */
export function* eachEvent(
  words: Uint32Array,
): Generator<{ readonly item: number; readonly newest: Uint32Array }, void> {
  for (let at = 0; at < words.length;) {
    const count = words[at + 1] ?? 0;
    yield { item: words[at] ?? 0, newest: words.subarray(at + 2, at + 2 + count) };
    at += 2 + count;
  }
}

/** Hashes events whose items are named by `nameOf`: the same events have the same hash, however items are numbered. */
export function hashEvents(
  hasher: StateHasher,
  { words, timesMs, weights }: Omit<SharedEvents, 'items'>,
  nameOf: (item: number) => number,
): void {
  hasher.whole(timesMs.length);
  let at = 0;
  for (const { item, newest } of eachEvent(words)) {
    hasher.words(Uint32Array.of(nameOf(item), ...newest.map(nameOf)));
    hasher.number(timesMs[at] ?? 0);
    hasher.number(weights[at] ?? 0);
    at += 1;
  }
}
