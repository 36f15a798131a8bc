import { RepriseError } from '../../events/error.ts';
import { binaryKey } from '../../events/binary-key.ts';
import type { EventBlock } from '../../events/blocks/block.ts';
import { INTERACTION } from '../../events/fact.ts';
import type { InteractionTypes } from '../../events/interaction-type.ts';
import type { Journal } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import type { Sequence } from '../../events/position.ts';
import { SURROGATE_BYTES } from '../../events/surrogate.ts';
import type { LeftOutEvents } from '../../actors/runtime/left-out-events.ts';
import { TENSOR } from '../../actors/runtime/partition-checkpoint.ts';
import type { Checkpoint, Tensor } from '../../model/checkpoint.ts';
import { NumberColumn } from './number-column.ts';

/** Interactions that a dataset holds, at most; the newest stay. */
export const DATASET_EVENTS_MAX = 10_000_000;

/** Events that are held out of a partition, at most. */
export const HOLDOUT_EVENTS_MAX = 20_000;

/** Rows between two looks at the clock. */
const ROWS_PER_LOOK = 512;

/** What reading a dataset needs from outside. */
export interface DatasetDeps {
  readonly journal: Pick<Journal, 'read' | 'head'>;
  readonly yieldNow: () => Promise<void>;
  readonly clock: () => number;
  readonly sliceMsMax: number;
}

/** Which events of which partition make a dataset. */
export interface DatasetRange {
  readonly partition: number;
  /** The last sequence that is trained on: the parent's state stands there. */
  readonly cut: Sequence;
  /** The last sequence that is held out. */
  readonly head: Sequence;
  readonly types: InteractionTypes;
  /** Which events the parent leaves out; none where absent. */
  readonly leftOut?: Pick<LeftOutEvents, 'rowsOf'>;
}

/** A dataset in tensors, and what it counts. */
export interface Dataset {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly interactions: number;
  readonly positives: number;
  readonly users: number;
  readonly items: number;
  readonly holdoutEvents: number;
}

/** Where the events held out of a partition begin: its last share, bounded, never before the version's start. */
export function holdoutCut(head: Sequence, start: number, share: number): Sequence {
  const held = Math.min(Math.floor((head + 1) * share), HOLDOUT_EVENTS_MAX);
  return sequence(Math.max(head - held, start, ORIGIN));
}

/**
 * Reads a partition's interactions as rows of the parent's tables, which its checkpoint at the cut names: what to
 * train on, and the positives held out after the cut whose user and item were known there. Every other of these
 * chooses the epoch (`validation`), the rest measures the candidate beside its parent (`holdout`): whatever chose
 * it can't measure it.
 */
export async function readDataset(
  deps: DatasetDeps,
  range: DatasetRange,
  parent: Checkpoint,
  control: { readonly signal: AbortSignal; readonly onProgress: (at: number) => void },
): Promise<Dataset> {
  const slice = slicer(deps, control.signal);
  const rows = await rowsOf(parent, slice);
  const train = new Interactions();
  const holdout = new Interactions();
  let at: Sequence = ORIGIN;
  while (at < range.head) {
    const block = await deps.journal.read(range.partition, at);
    if (block === undefined) break;
    at = await readBlock(block, at, { range, rows, train, holdout, slice });
    control.onProgress(at);
  }
  const weights = train.weights.values(DATASET_EVENTS_MAX);
  return {
    tensors: {
      trainUsers: column(train.users.values(DATASET_EVENTS_MAX)),
      trainItems: column(train.items.values(DATASET_EVENTS_MAX)),
      trainWeights: column(weights),
      validationUsers: column(everyOther(holdout.users.values(), 0)),
      validationItems: column(everyOther(holdout.items.values(), 0)),
      holdoutUsers: column(everyOther(holdout.users.values(), 1)),
      holdoutItems: column(everyOther(holdout.items.values(), 1)),
    },
    interactions: weights.length,
    positives: await countPositives(weights, slice),
    users: rows.users.size,
    items: rows.items.size,
    holdoutEvents: holdout.users.length,
  };
}

function everyOther(values: Uint32Array, first: 0 | 1): Uint32Array {
  return values.filter((_value, at) => at % 2 === first);
}

/** Lets the event loop turn where a slice is used up; called once every few hundred rows. */
type Slice = () => Promise<void>;

function slicer(deps: DatasetDeps, signal: AbortSignal): Slice {
  let began = deps.clock();
  return async () => {
    if (deps.clock() - began < deps.sliceMsMax) return;
    signal.throwIfAborted();
    await deps.yieldNow();
    began = deps.clock();
  };
}

/** Interactions by row; the weight of a negative one is below 0. */
class Interactions {
  readonly users = new NumberColumn((length) => new Uint32Array(length));
  readonly items = new NumberColumn((length) => new Uint32Array(length));
  readonly weights = new NumberColumn((length) => new Float32Array(length));

  push(user: number, item: number, weight: number): void {
    this.users.push(user);
    this.items.push(item);
    this.weights.push(weight);
  }
}

interface Rows {
  readonly users: ReadonlyMap<string, number>;
  readonly items: ReadonlyMap<string, number>;
}

async function rowsOf({ tensors }: Checkpoint, slice: Slice): Promise<Rows> {
  const surrogates = bytesOf(tensors[TENSOR.surrogates]);
  const users = new Map<string, number>();
  for (let at = 0; at < surrogates.length; at += SURROGATE_BYTES) {
    users.set(binaryKey(surrogates, at, at + SURROGATE_BYTES), users.size);
    if (users.size % ROWS_PER_LOOK === 0) await slice();
  }
  const ids = bytesOf(tensors[TENSOR.itemIds]);
  const offsets = tensors[TENSOR.itemOffsets]?.data ?? new Uint32Array(1);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const items = new Map<string, number>();
  for (let row = 0; row + 1 < offsets.length; row += 1) {
    items.set(decoder.decode(ids.subarray(offsets[row], offsets[row + 1])), row);
    if (row % ROWS_PER_LOOK === 0) await slice();
  }
  return { users, items };
}

function bytesOf(tensor: Tensor | undefined): Uint8Array {
  return tensor?.data instanceof Uint8Array ? tensor.data : new Uint8Array(0);
}

interface Reading {
  readonly range: DatasetRange;
  readonly rows: Rows;
  readonly train: Interactions;
  readonly holdout: Interactions;
  readonly slice: Slice;
}

async function readBlock(block: EventBlock, after: Sequence, into: Reading): Promise<Sequence> {
  const { range, rows } = into;
  const users = blockUserRows(block, rows.users);
  const items = block.items.map((item) => rows.items.get(item));
  const types = block.types.map((type) => range.types[type]);
  const leftOut = range.leftOut?.rowsOf(block);
  const last = Math.min(block.firstSequence + block.count - 1, range.head);
  for (let row = after + 1 - block.firstSequence; row <= last - block.firstSequence; row += 1) {
    if (row % ROWS_PER_LOOK === 0) await into.slice();
    if (block.kind[row] !== INTERACTION || leftOut?.[row] === 1) continue;
    const user = users[block.user[row] ?? 0];
    const item = items[block.item[row] ?? 0];
    const type = types[block.type[row] ?? 0];
    if (user === undefined || item === undefined || type === undefined) continue;
    const held = block.firstSequence + row > range.cut;
    if (!held)
      into.train.push(user, item, type.polarity === 'positive' ? type.weight : -type.weight);
    else if (type.polarity === 'positive') into.holdout.push(user, item, type.weight);
  }
  return sequence(last);
}

function blockUserRows(
  block: EventBlock,
  rows: ReadonlyMap<string, number>,
): readonly (number | undefined)[] {
  const found: (number | undefined)[] = [];
  for (let at = 0; at < block.users.length; at += SURROGATE_BYTES) {
    found.push(rows.get(binaryKey(block.users, at, at + SURROGATE_BYTES)));
  }
  return found;
}

async function countPositives(weights: Float32Array, slice: Slice): Promise<number> {
  let positives = 0;
  for (let row = 0; row < weights.length; row += 1) {
    if (row % ROWS_PER_LOOK === 0) await slice();
    if ((weights[row] ?? 0) > 0) positives += 1;
  }
  return positives;
}

function column(data: Uint32Array | Float32Array): Tensor {
  return { shape: [data.length], data };
}

/** Throws INVALID where there is nothing to learn from. */
export function refuseEmpty(datasets: readonly Dataset[]): void {
  if (datasets.some((dataset) => dataset.positives > 0)) return;
  throw new RepriseError(
    'INVALID',
    'there is no positive interaction to train on: post or import events first',
  );
}
