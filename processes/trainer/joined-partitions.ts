import { TENSOR } from '../../actors/runtime/partition-checkpoint.ts';
import type { BatchModel, TrainingPairs } from '../../model/batch/batch-trainer.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { unpackIds } from '../../model/item-ids.ts';
import { standingPairs } from './dataset.ts';
import type { PartitionDataset } from './dataset.ts';
import type { ParentState } from './parent-state.ts';
import type { RankedRows } from './ranking.ts';

/** What is known of a partition before it is joined to the others. */
export interface PartitionParts {
  readonly partition: number;
  readonly parent: Checkpoint;
  readonly state: ParentState;
  readonly dataset: PartitionDataset;
}

/** Where a partition's rows stand among those of all. */
export interface JoinedPart extends PartitionParts {
  /** What training goes on from, by the partition's own numbers. */
  readonly rows: RankedRows;
  readonly firstUser: number;
  readonly users: number;
  /** The row among all that each of the partition's items has. */
  readonly itemRows: Uint32Array;
}

/** All partitions' pairs over one table of users and one of items: every user is in one partition, items are shared. */
export interface JoinedPartitions {
  readonly pairs: TrainingPairs;
  readonly parts: readonly JoinedPart[];
}

/** Joins partitions, items by their ids in the order of first appearance. */
export function joinPartitions(
  partitions: readonly PartitionParts[],
  width: number,
): JoinedPartitions {
  const rowOf = new Map<string, number>();
  const parts: JoinedPart[] = [];
  let users = 0;
  for (const one of partitions) {
    const { rows } = one.state;
    const count = rows.users.length / width;
    const itemRows = Uint32Array.from(idsOf(one.parent), (id) => {
      const row = rowOf.get(id) ?? rowOf.size;
      rowOf.set(id, row);
      return row;
    });
    parts.push({ ...one, rows, firstUser: users, users: count, itemRows });
    users += count;
  }
  const pairs = parts.map(({ dataset, firstUser, users: count, itemRows }) => {
    const standing = standingPairs(dataset.rows, count);
    return {
      users: standing.users.map((user) => firstUser + user),
      items: standing.items.map((item) => itemRows[item] as number),
    };
  });
  return {
    pairs: {
      ...{ users, items: rowOf.size },
      userRows: joined(pairs.map((one) => one.users)),
      itemRows: joined(pairs.map((one) => one.items)),
    },
    parts,
  };
}

/** The parents as one model to start from: users as they are, items and the output layer as means over partitions. */
export function parentModel({ pairs, parts }: JoinedPartitions, width: number): BatchModel {
  const userVectors = new Float32Array(pairs.users * width);
  const itemVectors = new Float32Array(pairs.items * width);
  const itemBias = new Float32Array(pairs.items);
  const output = new Float32Array(width);
  const holders = new Uint32Array(pairs.items);
  for (const { itemRows } of parts) {
    for (const row of itemRows) holders[row] = (holders[row] as number) + 1;
  }
  for (const { rows, firstUser, itemRows } of parts) {
    userVectors.set(rows.users, firstUser * width);
    for (const [own, row] of itemRows.entries()) {
      const share = 1 / (holders[row] as number);
      addRow(itemVectors, row, rows.items, own, { width, share });
      addRow(itemBias, row, rows.bias, own, { width: 1, share });
    }
    addRow(output, 0, rows.output, 0, { width, share: 1 / parts.length });
  }
  const userBias = new Float32Array(pairs.users);
  return { dimensions: width, userVectors, userBias, itemVectors, itemBias, output };
}

/** A joined model's rows of one partition, by the partition's own numbers. */
export function rowsOfPart(model: BatchModel, part: JoinedPart): RankedRows {
  const { dimensions: width, userVectors, itemVectors, itemBias, output } = model;
  const items = new Float32Array(part.itemRows.length * width);
  for (const [own, row] of part.itemRows.entries()) {
    items.set(itemVectors.subarray(row * width, (row + 1) * width), own * width);
  }
  return {
    users: userVectors.slice(part.firstUser * width, (part.firstUser + part.users) * width),
    items,
    bias: Float32Array.from(part.itemRows, (row) => itemBias[row] as number),
    output: output.slice(),
  };
}

function addRow(
  into: Float32Array,
  row: number,
  from: Float32Array,
  own: number,
  { width, share }: { readonly width: number; readonly share: number },
): void {
  for (let at = 0; at < width; at += 1) {
    const value = share * (from[own * width + at] as number);
    into[row * width + at] = (into[row * width + at] as number) + value;
  }
}

function idsOf({ tensors }: Checkpoint): readonly string[] {
  const ids = unpackIds(tensors[TENSOR.itemIds], tensors[TENSOR.itemOffsets]);
  if (ids !== undefined) return ids;
  throw new RangeError('the parent holds no ids of items');
}

function joined(columns: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(columns.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const column of columns) {
    all.set(column, at);
    at += column.length;
  }
  return all;
}
