import { RepriseError } from '../../events/error.ts';
import type { Checkpoint, Tensor } from '../../model/checkpoint.ts';
import type { Contribution } from '../../model/merge.ts';
import { UserState } from '../user-state.ts';
import { countOf } from './checkpoint-extra.ts';
import type { PartitionState } from './partition-state.ts';
import { inRuns, type Steps } from './turns.ts';

const ROWS_A_RUN = 1_024;

/**
 * The tensors of a partition's checkpoint; n users, m items, d dimensions, s pairs of user and seen item, b bytes of
 * item ids, r newest items a user.
 */
export const TENSOR = {
  /** U8 [n, 16]. */
  surrogates: 'users.surrogates',
  /** F32 [n, d]. */
  userVectors: 'users.vectors',
  /** U32 [n]: interactions accepted. */
  events: 'users.events',
  /** U32 [n]: the positive ones among them. */
  positives: 'users.positives',
  /** F64 [n]: event time of the last one, Unix milliseconds. */
  timesMs: 'users.timeMs',
  /** U32 [n + 1]: where each user's part of `users.seen.items` starts. */
  seenOffsets: 'users.seen.offsets',
  /** U32 [s]: item rows in the order of first interaction. */
  seenItems: 'users.seen.items',
  /** U32 [n, r]: item rows of the newest interactions, oldest first; the first min(events, r) count. */
  recent: 'users.recent',
  /** U8 [b]: the ids' UTF-8, one after the other. */
  itemIds: 'items.ids',
  /** U32 [m + 1]: where each id starts. */
  itemOffsets: 'items.offsets',
  /** F32 [m, d]. */
  itemVectors: 'items.vectors',
  /** F32 [m]. */
  itemBias: 'items.bias',
  /** F64 [m]: forward-decayed log-weights. */
  itemPopularity: 'items.popularity',
  /** F32 [d]: the output layer h. */
  output: 'output',
  /** U32 [c]: item rows that were changed since the last barrier; these five where there are many partitions. */
  changed: 'merge.changed',
  /** F32 [c, d + 1]: what they were right after it, the bias last. */
  changedBase: 'merge.changed.base',
  /** U32 [e]: item rows of what was contributed to the last barrier. */
  contributed: 'merge.contributed',
  /** F32 [e, d + 1]. */
  contributedBase: 'merge.contributed.base',
  /** F32 [e, d + 1]. */
  contributedChange: 'merge.contributed.change',
} as const;

/** The tensors that say how the item rows stand to the last barrier: a version's base, where it begins, has none. */
export const MERGE_TENSORS = [
  TENSOR.changed,
  TENSOR.changedBase,
  TENSOR.contributed,
  TENSOR.contributedBase,
  TENSOR.contributedChange,
] as const;

/** Copies a state that stands still into tensors. */
export function* captureTensors(state: PartitionState): Steps<Record<string, Tensor>> {
  const { model } = state;
  const tensors: Record<string, Tensor> = {
    ...(yield* captureUsers(state)),
    ...(yield* captureActors(state)),
    ...(yield* captureIds(state)),
  };
  const items = state.items.rows;
  const { dimensions } = model.settings;
  const vectors = new Float32Array(items * dimensions);
  const bias = new Float32Array(items);
  yield* inRuns(items, ROWS_A_RUN, (first, end) => {
    model.items.readRows(first, end - first, vectors, first * dimensions);
    model.items.readColumn(0, first, end - first, bias, first);
  });
  tensors[TENSOR.itemVectors] = { shape: [items, dimensions], data: vectors };
  tensors[TENSOR.itemBias] = { shape: [items], data: bias };
  tensors[TENSOR.itemPopularity] = { shape: [items], data: model.popularity.slice() };
  tensors[TENSOR.output] = { shape: [dimensions], data: model.output };
  return { ...tensors, ...(yield* captureMerging(state)) };
}

function* captureMerging({ merging, items }: PartitionState): Steps<Record<string, Tensor>> {
  if (merging === undefined) return {};
  const { width, contribution } = merging;
  const { rows, base } = yield* merging.changedRows();
  const tensors: Record<string, Tensor> = {
    [TENSOR.changed]: { shape: [rows.length], data: rows },
    [TENSOR.changedBase]: { shape: [rows.length, width], data: base },
  };
  if (contribution === undefined) return tensors;
  const contributed = Uint32Array.from(contribution.items, (item) => items.find(item));
  const shape = [contributed.length, width];
  return {
    ...tensors,
    [TENSOR.contributed]: { shape: [contributed.length], data: contributed },
    [TENSOR.contributedBase]: { shape, data: contribution.base },
    [TENSOR.contributedChange]: { shape, data: contribution.change },
  };
}

function* captureUsers(state: PartitionState): Steps<Record<string, Tensor>> {
  const { users, model } = state;
  const { dimensions } = model.settings;
  const surrogates = new Uint8Array(users.rows * 16);
  const vectors = new Float32Array(users.rows * dimensions);
  yield* inRuns(users.rows, ROWS_A_RUN, (first, end) => {
    users.copy(first, end, surrogates, first * 16);
    model.users.readRows(first, end - first, vectors, first * dimensions);
  });
  return {
    [TENSOR.surrogates]: { shape: [users.rows, 16], data: surrogates },
    [TENSOR.userVectors]: { shape: [users.rows, dimensions], data: vectors },
  };
}

function* captureActors(state: PartitionState): Steps<Record<string, Tensor>> {
  const { actors, seenPairs } = state;
  const { recentItemsMax } = state.settings;
  const { count } = actors;
  const events = new Uint32Array(count);
  const positives = new Uint32Array(count);
  const timesMs = new Float64Array(count);
  const offsets = new Uint32Array(count + 1);
  const seen = new Uint32Array(seenPairs);
  const recent = new Uint32Array(count * recentItemsMax);
  let at = 0;
  yield* inRuns(count, ROWS_A_RUN, (first, end) => {
    for (let row = first; row < end; row++) {
      const user = actors.peek(row);
      events[row] = user.events;
      positives[row] = user.positives;
      timesMs[row] = user.timeMs;
      for (let index = 0; index < user.seenCount; index++) seen[at++] = user.seenAt(index);
      offsets[row + 1] = at;
      recent.set(user.recentItems(), row * recentItemsMax);
    }
  });
  return {
    [TENSOR.events]: { shape: [count], data: events },
    [TENSOR.positives]: { shape: [count], data: positives },
    [TENSOR.timesMs]: { shape: [count], data: timesMs },
    [TENSOR.seenOffsets]: { shape: [count + 1], data: offsets },
    [TENSOR.seenItems]: { shape: [seenPairs], data: seen },
    [TENSOR.recent]: { shape: [count, recentItemsMax], data: recent },
  };
}

function* captureIds({ items }: PartitionState): Steps<Record<string, Tensor>> {
  const encoder = new TextEncoder();
  const ids = items.idsFrom(0);
  const offsets = new Uint32Array(ids.length + 1);
  let bytes = new Uint8Array(Math.max(64, ids.length * 16));
  let at = 0;
  yield* inRuns(ids.length, ROWS_A_RUN, (first, end) => {
    for (let row = first; row < end; row++) {
      const id = ids[row] as string;
      // UTF-8 takes three bytes a UTF-16 unit at most.
      if (at + id.length * 3 > bytes.length) {
        const wider = new Uint8Array(bytes.length * 2 + id.length * 3);
        wider.set(bytes);
        bytes = wider;
      }
      at += encoder.encodeInto(id, bytes.subarray(at)).written;
      offsets[row + 1] = at;
    }
  });
  return {
    [TENSOR.itemIds]: { shape: [at], data: bytes.slice(0, at) },
    [TENSOR.itemOffsets]: { shape: [ids.length + 1], data: offsets },
  };
}

/** Fills an empty state from a checkpoint; throws an error of code DAMAGED where its tensors do not fit together. */
export function* restoreTensors(state: PartitionState, checkpoint: Checkpoint): Steps<void> {
  const { partition } = checkpoint.manifest;
  if (partition !== state.partition) {
    throw new RepriseError(
      'DAMAGED',
      `the checkpoint is of partition ${String(partition)}, not ${String(state.partition)}`,
    );
  }
  const tensors = new CheckpointTensors(checkpoint, state.model.settings.dimensions);
  state.model.addRows(tensors.users, tensors.items);
  yield* restoreItems(state, tensors);
  yield* restoreUsers(state, tensors);
  state.model.setOutput(tensors.floats(TENSOR.output, state.model.settings.dimensions));
  yield* restoreMerging(state, tensors, countOf(checkpoint.manifest.extra['barrier']));
}

function* restoreMerging(
  state: PartitionState,
  tensors: CheckpointTensors,
  barrier: number,
): Steps<void> {
  const { merging, items, definition, partition } = state;
  if (merging === undefined) return;
  const { width } = merging;
  if (!tensors.has(TENSOR.changed) && definition.baseSha256 === null) {
    throw new RepriseError(
      'DAMAGED',
      'the checkpoint was made before partitions were merged: remove checkpoints/, and the journal is replayed',
    );
  }
  const changed = tensors.rowsOf(TENSOR.changed);
  const base = tensors.floats(TENSOR.changedBase, changed.length * width);
  let contribution: Contribution | undefined;
  if (tensors.has(TENSOR.contributed)) {
    const rows = tensors.rowsOf(TENSOR.contributed);
    contribution = {
      version: definition.version,
      ...{ partition, barrier, width },
      items: Array.from(rows, (row) => items.id(row)),
      base: tensors.floats(TENSOR.contributedBase, rows.length * width),
      change: tensors.floats(TENSOR.contributedChange, rows.length * width),
    };
  }
  yield* merging.restore(barrier, { rows: changed, base }, contribution);
}

function* restoreItems(state: PartitionState, tensors: CheckpointTensors): Steps<void> {
  const { model, items } = state;
  const count = tensors.items;
  const { dimensions } = model.settings;
  const offsets = tensors.offsets(TENSOR.itemOffsets, count);
  const bytes = tensors.bytes(TENSOR.itemIds, offsets[count] as number);
  const vectors = tensors.floats(TENSOR.itemVectors, count * dimensions);
  const bias = tensors.floats(TENSOR.itemBias, count);
  const popularity = tensors.doubles(TENSOR.itemPopularity, count);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  yield* inRuns(count, ROWS_A_RUN, (first, end) => {
    for (let row = first; row < end; row++) {
      const id = decoder.decode(bytes.subarray(offsets[row], offsets[row + 1]));
      if (items.find(id) >= 0) throw tensors.damaged(TENSOR.itemIds);
      items.add(id);
      model.setPopularity(row, popularity[row] as number);
    }
    model.items.writeRows(first, end - first, vectors, first * dimensions);
    model.items.writeColumn(0, first, end - first, bias, first);
  });
}

function* restoreUsers(state: PartitionState, tensors: CheckpointTensors): Steps<void> {
  const { model, users, actors, settings } = state;
  const count = tensors.users;
  const { dimensions } = model.settings;
  const { recentItemsMax } = settings;
  const surrogates = tensors.bytes(TENSOR.surrogates, count * 16);
  const vectors = tensors.floats(TENSOR.userVectors, count * dimensions);
  const events = tensors.words(TENSOR.events, count);
  const positives = tensors.words(TENSOR.positives, count);
  const timesMs = tensors.doubles(TENSOR.timesMs, count);
  const offsets = tensors.offsets(TENSOR.seenOffsets, count);
  const seen = tensors.itemRows(TENSOR.seenItems, offsets[count] as number);
  const recent = tensors.itemRows(TENSOR.recent, count * recentItemsMax);
  yield* inRuns(count, ROWS_A_RUN, (first, end) => {
    model.users.writeRows(first, end - first, vectors, first * dimensions);
    for (let row = first; row < end; row++) {
      if (users.find(surrogates, row * 16) >= 0) throw tensors.damaged(TENSOR.surrogates);
      users.add(surrogates, row * 16);
      const from = row * recentItemsMax;
      const eventCount = events[row] as number;
      if ((positives[row] as number) > eventCount) throw tensors.damaged(TENSOR.positives);
      const newest = recent.subarray(from, from + Math.min(eventCount, recentItemsMax));
      actors.addPassive(
        UserState.of({
          seen: Array.from(seen.subarray(offsets[row], offsets[row + 1])),
          recent: Array.from(newest),
          events: eventCount,
          positives: positives[row] as number,
          timeMs: timesMs[row] as number,
        }),
      );
    }
  });
  state.seenPairs = seen.length;
}

/** A checkpoint's tensors, each checked for its type and length when asked for. */
class CheckpointTensors {
  readonly #checkpoint: Checkpoint;
  readonly users: number;
  readonly items: number;

  constructor(checkpoint: Checkpoint, dimensions: number) {
    this.#checkpoint = checkpoint;
    this.users = checkpoint.tensors[TENSOR.surrogates]?.shape[0] ?? 0;
    this.items = (checkpoint.tensors[TENSOR.itemOffsets]?.shape[0] ?? 1) - 1;
    const width = checkpoint.tensors[TENSOR.output]?.shape[0];
    if (width !== dimensions) {
      throw new RepriseError(
        'DAMAGED',
        `the checkpoint has ${String(width)} dimensions, its version ${String(dimensions)}: it belongs to another version`,
      );
    }
  }

  has(name: string): boolean {
    return this.#checkpoint.tensors[name] !== undefined;
  }

  /** Item rows, as many as the tensor has; none where it is absent. */
  rowsOf(name: string): Uint32Array {
    const length = this.#checkpoint.tensors[name]?.data.length ?? 0;
    return length === 0 ? new Uint32Array(0) : this.itemRows(name, length);
  }

  bytes(name: string, length: number): Uint8Array {
    const { data } = this.#tensor(name, length);
    if (!(data instanceof Uint8Array)) throw this.damaged(name);
    return data;
  }

  words(name: string, length: number): Uint32Array {
    const { data } = this.#tensor(name, length);
    if (!(data instanceof Uint32Array)) throw this.damaged(name);
    return data;
  }

  /** Where each of `count` parts starts, and the last one ends. */
  offsets(name: string, count: number): Uint32Array {
    const offsets = this.words(name, count + 1);
    let before = 0;
    for (const offset of offsets) {
      if (offset < before) throw this.damaged(name);
      before = offset;
    }
    if (offsets[0] !== 0) throw this.damaged(name);
    return offsets;
  }

  itemRows(name: string, length: number): Uint32Array {
    const rows = this.words(name, length);
    // Where there are no items there can be no pairs, and the rows are the filling of `users.recent`.
    const rowsMax = Math.max(this.items, 1);
    for (let at = 0; at < length; at++) {
      if ((rows[at] as number) >= rowsMax) throw this.damaged(name);
    }
    return rows;
  }

  floats(name: string, length: number): Float32Array {
    if (length === 0) return new Float32Array(0);
    const { data } = this.#tensor(name, length);
    if (!(data instanceof Float32Array)) throw this.damaged(name);
    return data;
  }

  doubles(name: string, length: number): Float64Array {
    const { data } = this.#tensor(name, length);
    if (!(data instanceof Float64Array)) throw this.damaged(name);
    return data;
  }

  damaged(name: string): RepriseError {
    const { version, partition, sequence } = this.#checkpoint.manifest;
    return new RepriseError(
      'DAMAGED',
      `tensor ${name} of the checkpoint of ${version} at ${String(partition)}:${String(sequence)} does not fit the others: take the checkpoint before`,
      { tensor: name, version },
    );
  }

  #tensor(name: string, length: number): Tensor {
    const tensor = this.#checkpoint.tensors[name];
    if (tensor?.data.length !== length) throw this.damaged(name);
    return tensor;
  }
}
