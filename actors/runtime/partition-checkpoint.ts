import { RepriseError } from '../../events/error.ts';
import type { Checkpoint, Tensor } from '../../model/checkpoint.ts';
import { packChange, unpackChange } from '../../model/memory-tensors.ts';
import type { Contribution } from '../../model/merge.ts';
import { prefixed, unprefixed } from '../../model/stream/learner-state.ts';
import { inRuns, type Steps } from '../../model/steps.ts';
import { UserState } from '../user-state.ts';
import { countOf } from './checkpoint-extra.ts';
import { TENSOR } from './checkpoint-names.ts';
import { CheckpointTensors } from './checkpoint-tensors.ts';
import { captureContent, restoreContent } from './content-checkpoint.ts';
import { packTexts } from '../../model/packed-texts.ts';
import type { PartitionState } from './partition-state.ts';

export { MERGE_TENSORS, TENSOR } from './checkpoint-names.ts';

const ROWS_A_RUN = 1_024;

/** Actors have hundreds of seen items, each copied one by one. */
const ACTORS_A_RUN = 64;

/** Copies a state that stands still into tensors. */
export function* captureTensors(state: PartitionState): Steps<Record<string, Tensor>> {
  const { model } = state;
  const tensors: Record<string, Tensor> = {
    ...(yield* captureUsers(state)),
    ...(yield* captureActors(state)),
    ...(yield* captureIds(state)),
    ...(yield* captureContent(state)),
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
  return { ...tensors, ...(yield* captureMemory(state)), ...(yield* captureMerging(state)) };
}

/** What the learner contributed beside rows, each of its tensors under this prefix. */
export const CONTRIBUTED = 'merge.contributed';

/** What the learner keeps beside the tables, each of its tensors under this prefix. */
export const MEMORY = 'learner';

function* captureMemory({ model }: PartitionState): Steps<Record<string, Tensor>> {
  return model.memory === undefined ? {} : prefixed(MEMORY, yield* model.memory.capture());
}

function* restoreMemory({ model }: PartitionState, checkpoint: Checkpoint): Steps<void> {
  if (model.memory === undefined) return;
  try {
    yield* model.memory.restore(unprefixed(MEMORY, checkpoint.tensors));
  } catch (error) {
    const { version, partition, sequence } = checkpoint.manifest;
    throw new RepriseError(
      'DAMAGED',
      `the learner's memory in the checkpoint of ${version} at ${String(partition)}:${String(sequence)} does not fit: take the checkpoint before`,
      { version },
      error,
    );
  }
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
    ...(contribution.memory && prefixed(CONTRIBUTED, packChange(contribution.memory))),
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
  yield* inRuns(count, ACTORS_A_RUN, (first, end) => {
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
  const { bytes, offsets } = yield* packTexts(items.idsFrom(0));
  return {
    [TENSOR.itemIds]: { shape: [bytes.length], data: bytes },
    [TENSOR.itemOffsets]: { shape: [offsets.length], data: offsets },
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
  yield* restoreContent(state, tensors);
  yield* restoreUsers(state, tensors);
  state.model.setOutput(tensors.floats(TENSOR.output, state.model.settings.dimensions));
  yield* restoreMemory(state, checkpoint);
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
    const memory = unpackChange(unprefixed(CONTRIBUTED, tensors.all));
    contribution = {
      version: definition.version,
      ...{ partition, barrier, width },
      ...(memory && { memory }),
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
  yield* inRuns(count, ACTORS_A_RUN, (first, end) => {
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
