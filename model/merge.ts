import { mergeMemory } from './memory-merge.ts';
import type { MemoryChange, MemoryMerge } from './memory-merge.ts';

/**
 * What one partition changed in the shared item rows between two barriers: only rows that changed, in the partition's
 * row order. A row is the item's vector, its bias, and what else the learner shares of an item, `width` floats.
 */
export interface Contribution {
  readonly version: string;
  readonly partition: number;
  /** The barrier at which it was taken. */
  readonly barrier: number;
  readonly width: number;
  readonly items: readonly string[];
  /**
   * The rows as the merge before has them: the same in every partition. Where the item is new, where its row started:
   * of several partitions that of the first counts.
   */
  readonly base: Float32Array;
  /** What was added to them since the barrier before. */
  readonly change: Float32Array;
  /** What the learner shares beside rows; absent where that is nothing. */
  readonly memory?: MemoryChange;
}

/**
 * The shared item rows at a barrier, as far as anybody changed them since the barrier before; the others are as in the
 * merge before. It takes effect at the barrier after.
 */
export interface Merge {
  readonly version: string;
  readonly barrier: number;
  readonly width: number;
  readonly items: readonly string[];
  readonly rows: Float32Array;
  /** What is shared beside rows; absent where that is nothing. */
  readonly memory?: MemoryMerge;
}

/** Rows that a step of a merge folds. */
const STEP_ROWS_MAX = 1_024;

/**
 * Merges what all partitions contributed to one barrier, in steps: row = base + Σ change, summed in partition order in
 * 32 bits, whatever order the contributions come in. A row that one partition changed is what that partition has
 * already. Items stand in the order of their first contribution.
 */
export function* mergeContributions(
  contributions: readonly Contribution[],
): Generator<undefined, Merge> {
  const ordered = [...contributions].sort((left, right) => left.partition - right.partition);
  const [first] = ordered;
  if (first === undefined) throw new RangeError('a merge takes one contribution at least');
  const { version, barrier, width } = first;
  if (ordered.some((one, at) => !fits(one, first) || one.partition !== at)) {
    throw new RangeError('a merge takes one contribution of every partition, to one barrier');
  }
  const index = new Map<string, number>();
  for (const { items } of ordered) {
    for (let from = 0; from < items.length; from += STEP_ROWS_MAX) {
      for (const item of items.slice(from, from + STEP_ROWS_MAX)) {
        if (!index.has(item)) index.set(item, index.size);
      }
      yield undefined;
    }
  }
  const sums = new Float32Array(index.size * width);
  const rows = new Float32Array(index.size * width);
  const seen = new Uint8Array(index.size);
  for (const contribution of ordered) {
    const { items, base } = contribution;
    for (let from = 0; from < items.length; from += STEP_ROWS_MAX) {
      const end = Math.min(items.length, from + STEP_ROWS_MAX);
      for (let at = from; at < end; at += 1) {
        const to = (index.get(items[at] ?? '') ?? 0) * width;
        addRow(sums, to, contribution, at);
        if (seen[to / width] === 1) continue;
        seen[to / width] = 1;
        rows.set(base.subarray(at * width, (at + 1) * width), to);
      }
      yield undefined;
    }
  }
  for (let at = 0; at < rows.length; at += 1) rows[at] = (rows[at] ?? 0) + (sums[at] ?? 0);
  const merge = { version, barrier, width, items: [...index.keys()], rows };
  const changes = ordered.flatMap(({ memory }) => (memory === undefined ? [] : [memory]));
  if (changes.length === 0) return merge;
  if (changes.length !== ordered.length) {
    throw new RangeError('a merge takes what every partition added to the memory, or nothing');
  }
  return { ...merge, memory: mergeMemory(changes) };
}

function addRow(sums: Float32Array, to: number, { change, width }: Contribution, at: number): void {
  const from = at * width;
  for (let column = 0; column < width; column += 1) {
    sums[to + column] = (sums[to + column] ?? 0) + (change[from + column] ?? 0);
  }
}

function fits(one: Contribution, other: Contribution): boolean {
  return (
    one.version === other.version && one.barrier === other.barrier && one.width === other.width
  );
}
