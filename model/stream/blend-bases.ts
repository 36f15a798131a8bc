import { eachEvent } from '../memory-merge.ts';
import type { SharedEvents } from '../memory-merge.ts';
import { NO_POPULARITY } from '../popularity.ts';
import type { LearnerState } from './learner-state.ts';
import { rowsTensor, tensorOf } from './learner-state.ts';

/** The memory of a blend in one partition's base. */
export interface BaseMemory {
  readonly state: LearnerState;
  /** The items that have rows in the base, by row: first those of the memory, then those of other partitions alone. */
  readonly items: readonly string[];
  /** What was contributed to the last barrier, which no other partition has learned of; undefined where nothing was. */
  readonly untold: SharedEvents | undefined;
}

/**
 * Makes the memories of a version's bases alike where partitions share them: weights, and what items add to their users'
 * vectors, are means over the partitions that have them; items of others alone get rows; and what others have not
 * learned of is told with the first barrier.
 */
export function shareMemories(memories: readonly BaseMemory[]): readonly LearnerState[] {
  const weights = meanOf(memories.map(({ state }) => floats(state, 'weights.rows')));
  const contexts = meanContexts(memories);
  return memories.map(({ state, items, untold }) => {
    const rows = state['weights.rows'] as LearnerState[string];
    return {
      ...state,
      ...withItems(state, items.length),
      contexts: contexts(items),
      'weights.rows': { shape: rows.shape, data: weights.slice() },
      'sharing.base': rowsTensor(weights.slice()),
      ...(untold && tellLater(state, items, untold)),
    };
  });
}

/** Gives rows to items that the sources have not met, up to so many. */
function withItems(state: LearnerState, items: number): LearnerState {
  const firsts = tensorOf(state, 'popularity.firsts', Float64Array);
  const keys = tensorOf(state, 'popularity.keys', Float64Array);
  const speeds = firsts.length === 0 ? 0 : keys.length / firsts.length;
  const [events = 0] = tensorOf(state, 'popularity.events', Float64Array);
  const wider = new Float64Array(speeds * items).fill(NO_POPULARITY);
  for (let speed = 0; speed < speeds; speed += 1) {
    const from = speed * firsts.length;
    wider.set(keys.subarray(from, from + firsts.length), speed * items);
  }
  const lasts = tensorOf(state, 'popularity.lasts', Float64Array);
  return {
    'popularity.keys': { shape: [speeds, items], data: wider },
    'popularity.firsts': rowsTensor(filledUp(firsts, items, events)),
    'popularity.lasts': rowsTensor(filledUp(lasts, items, 0)),
    'neighbours.users': rowsTensor(
      filledUp(tensorOf(state, 'neighbours.users', Float64Array), items, 0),
    ),
  };
}

function filledUp(values: Float64Array, length: number, value: number): Float64Array {
  const filled = new Float64Array(length).fill(value);
  filled.set(values);
  return filled;
}

/** Puts events before those that are told with the next barrier. */
function tellLater(
  state: LearnerState,
  items: readonly string[],
  untold: SharedEvents,
): LearnerState {
  const rowOf = new Map(items.map((item, row) => [item, row]));
  const rows = untold.items.map((item) => rowOf.get(item) as number);
  const words = [...eachEvent(untold.words)].flatMap(({ item, newest }) => [
    ...[rows[item] as number, newest.length],
    ...Array.from(newest, (number) => rows[number] as number),
  ]);
  const noted = tensorOf(state, 'sharing.words', Uint32Array);
  const timesMs = tensorOf(state, 'sharing.timesMs', Float64Array);
  const weights = tensorOf(state, 'sharing.weights', Float64Array);
  return {
    'sharing.words': rowsTensor(Uint32Array.from([...words, ...noted])),
    'sharing.timesMs': rowsTensor(Float64Array.from([...untold.timesMs, ...timesMs])),
    'sharing.weights': rowsTensor(Float64Array.from([...untold.weights, ...weights])),
  };
}

/** The mean row of every item's context; makes the tensor of a partition's items. */
function meanContexts(
  memories: readonly BaseMemory[],
): (items: readonly string[]) => LearnerState[string] {
  const width = memories[0]?.state['contexts']?.shape[1] ?? 1;
  const sums = new Map<string, { readonly row: Float32Array; count: number }>();
  for (const { state, items } of memories) {
    const contexts = floats(state, 'contexts');
    for (let own = 0; own * width < contexts.length; own += 1) {
      const item = items[own] as string;
      const sum = sums.get(item) ?? { row: new Float32Array(width), count: 0 };
      for (let at = 0; at < width; at += 1) {
        sum.row[at] = (sum.row[at] as number) + (contexts[own * width + at] as number);
      }
      sum.count += 1;
      sums.set(item, sum);
    }
  }
  for (const { row, count } of sums.values()) {
    for (let at = 0; at < width; at += 1) row[at] = (row[at] as number) / count;
  }
  return (items) => {
    const rows = new Float32Array(items.length * width);
    for (const [row, item] of items.entries()) {
      const mean = sums.get(item);
      if (mean !== undefined) rows.set(mean.row, row * width);
    }
    return { shape: [items.length, width], data: rows };
  };
}

function meanOf(all: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(0)] = all;
  return first.map((_, at) => all.reduce((sum, one) => sum + (one[at] as number), 0) / all.length);
}

function floats(state: LearnerState, name: string): Float32Array {
  return tensorOf(state, name, Float32Array);
}
