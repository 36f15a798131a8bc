import {
  CONTRIBUTED,
  MEMORY,
  MERGE_TENSORS,
  TENSOR,
} from '../../actors/runtime/partition-checkpoint.ts';
import { RepriseError } from '../../events/error.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { packIds, unpackIds } from '../../model/item-ids.ts';
import { unpackChange } from '../../model/memory-tensors.ts';
import { NO_POPULARITY } from '../../model/popularity.ts';
import { shareMemories } from '../../model/stream/blend-bases.ts';
import { prefixed, unprefixed } from '../../model/stream/learner-state.ts';

/**
 * Makes the item rows of a version's bases the same in all partitions, as merging takes for granted: an item's row and
 * bias, and the output layer, are their means over the partitions that have them, and what a partition has not met is
 * added behind its own items. One partition's base is left as it is.
 */
export function shareItems(bases: readonly Checkpoint[]): readonly Checkpoint[] {
  if (bases.length < 2) return bases;
  const parts = bases.map(partOf);
  const shared = meanRows(parts);
  const output = meanOf(parts.map((part) => part.output));
  const items = parts.map((part) => {
    const own = new Set(part.items);
    return [...part.items, ...[...shared.keys()].filter((item) => !own.has(item))];
  });
  const memories = sharedMemories(bases, items);
  return bases.map((base, at) => {
    const { popularity } = parts[at] as Part;
    const all = items[at] as readonly string[];
    const width = output.length;
    const vectors = new Float32Array(all.length * width);
    const bias = new Float32Array(all.length);
    for (const [row, item] of all.entries()) {
      const mean = shared.get(item)?.row ?? new Float32Array(width + 1);
      vectors.set(mean.subarray(0, width), row * width);
      bias[row] = mean[width] as number;
    }
    const decayed = new Float64Array(all.length).fill(NO_POPULARITY);
    decayed.set(popularity);
    const ids = packIds(all);
    return {
      manifest: base.manifest,
      tensors: {
        ...withoutMerging(base.tensors),
        ...memories?.[at],
        [TENSOR.itemIds]: ids.bytes,
        [TENSOR.itemOffsets]: ids.offsets,
        [TENSOR.itemVectors]: { shape: [all.length, width], data: vectors },
        [TENSOR.itemBias]: { shape: [all.length], data: bias },
        [TENSOR.itemPopularity]: { shape: [all.length], data: decayed },
        [TENSOR.output]: { shape: [width], data: output },
      },
    };
  });
}

/** The tensors of a base without those that say how it stood to the last barrier of the version before. */
function withoutMerging(tensors: Checkpoint['tensors']): Checkpoint['tensors'] {
  const names = new Set<string>(MERGE_TENSORS);
  const isKept = (name: string) => !names.has(name) && !name.startsWith(`${CONTRIBUTED}.`);
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => isKept(name)));
}

/** What learners know beside the tables, made alike; undefined where that is nothing. */
function sharedMemories(
  bases: readonly Checkpoint[],
  items: readonly (readonly string[])[],
): readonly Checkpoint['tensors'][] | undefined {
  const memories = bases.map(({ tensors }, at) => ({
    state: unprefixed(MEMORY, tensors),
    items: items[at] as readonly string[],
    untold: unpackChange(unprefixed(CONTRIBUTED, tensors))?.events,
  }));
  if (memories.every(({ state }) => Object.keys(state).length === 0)) return undefined;
  return shareMemories(memories).map((state) => prefixed(MEMORY, state));
}

interface Part {
  readonly items: readonly string[];
  readonly vectors: Float32Array;
  readonly bias: Float32Array;
  readonly popularity: Float64Array;
  readonly output: Float32Array;
}

function partOf({ tensors, manifest }: Checkpoint): Part {
  const items = unpackIds(tensors[TENSOR.itemIds], tensors[TENSOR.itemOffsets]);
  const vectors = tensors[TENSOR.itemVectors]?.data;
  const bias = tensors[TENSOR.itemBias]?.data;
  const popularity = tensors[TENSOR.itemPopularity]?.data;
  const output = tensors[TENSOR.output]?.data;
  const isWhole =
    vectors instanceof Float32Array &&
    bias instanceof Float32Array &&
    popularity instanceof Float64Array &&
    output instanceof Float32Array;
  if (items === undefined || !isWhole) {
    throw new RepriseError(
      'DAMAGED',
      `the base of partition ${String(manifest.partition)} lacks item tensors: train again`,
    );
  }
  return { items, vectors, bias, popularity, output };
}

/** The mean row of every item, its bias last, in the order of first appearance through the partitions. */
function meanRows(parts: readonly Part[]): Map<string, { readonly row: Float32Array }> {
  const sums = new Map<string, { row: Float32Array; count: number }>();
  for (const { items, vectors, bias, output } of parts) {
    const width = output.length;
    for (const [at, item] of items.entries()) {
      const sum = sums.get(item) ?? { row: new Float32Array(width + 1), count: 0 };
      for (let column = 0; column < width; column += 1) {
        sum.row[column] = (sum.row[column] as number) + (vectors[at * width + column] as number);
      }
      sum.row[width] = (sum.row[width] as number) + (bias[at] as number);
      sum.count += 1;
      sums.set(item, sum);
    }
  }
  for (const { row, count } of sums.values()) {
    for (let column = 0; column < row.length; column += 1) {
      row[column] = (row[column] as number) / count;
    }
  }
  return sums;
}

function meanOf(all: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(0)] = all;
  return first.map((_, at) => all.reduce((sum, one) => sum + (one[at] as number), 0) / all.length);
}
