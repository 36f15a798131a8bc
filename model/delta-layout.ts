import type { ModelDelta } from './delta.ts';

/** How many of each thing a delta holds; with the dimensions they fix where every column of its record stands. */
export interface DeltaCounts {
  readonly dimensions: number;
  readonly output: number;
  readonly newUsers: number;
  readonly userRows: number;
  readonly itemRows: number;
  readonly pairs: number;
  readonly resets: number;
  readonly letters: number;
  readonly textBytes: number;
}

/** Bytes before the first column: the format, the flags, the range and the counts. */
export const DELTA_HEADER_BYTES = 80;

/** Bytes of the checksum that ends a record. */
export const DELTA_CHECKSUM_BYTES = 16;

/** Columns of a record in their order, with the bytes of an element: the wide ones first, so that each is aligned. */
const WIDE = 8;
const WORD = 4;

/** Where each column of a record stands, in bytes from its start, and how many elements it has. */
export interface DeltaColumns {
  readonly userTimeMs: Column;
  readonly itemPopularity: Column;
  readonly letterSequences: Column;
  readonly letterTimes: Column;
  readonly output: Column;
  readonly userRows: Column;
  readonly userVectors: Column;
  readonly userEvents: Column;
  readonly userPositives: Column;
  readonly itemRows: Column;
  readonly itemVectors: Column;
  readonly itemBias: Column;
  readonly seenUsers: Column;
  readonly seenItems: Column;
  readonly seenReset: Column;
  readonly newUsers: Column;
  readonly text: Column;
  /** Where the checksum starts: the end of all columns. */
  readonly end: number;
}

/** A column's place and length. */
export interface Column {
  readonly at: number;
  readonly length: number;
}

/** Lays the columns of a record out. */
export function layOutDelta(counts: DeltaCounts): DeltaColumns {
  let at = DELTA_HEADER_BYTES;
  const column = (length: number, bytes: number): Column => {
    const start = at;
    at += length * bytes;
    return { at: start, length };
  };
  const { dimensions, userRows, itemRows } = counts;
  return {
    userTimeMs: column(userRows, WIDE),
    itemPopularity: column(itemRows, WIDE),
    letterSequences: column(counts.letters, WIDE),
    letterTimes: column(counts.letters, WIDE),
    output: column(counts.output, WORD),
    userRows: column(userRows, WORD),
    userVectors: column(userRows * dimensions, WORD),
    userEvents: column(userRows, WORD),
    userPositives: column(userRows, WORD),
    itemRows: column(itemRows, WORD),
    itemVectors: column(itemRows * dimensions, WORD),
    itemBias: column(itemRows, WORD),
    seenUsers: column(counts.pairs, WORD),
    seenItems: column(counts.pairs, WORD),
    seenReset: column(counts.resets, WORD),
    newUsers: column(counts.newUsers * 16, 1),
    text: column(counts.textBytes, 1),
    end: at,
  };
}

/** Counts a delta; throws a RangeError where its columns are not of one length. */
export function countDelta(delta: ModelDelta, textBytes: number): DeltaCounts {
  const { dimensions } = delta;
  const userRows = delta.userRows.length;
  const itemRows = delta.itemRows.length;
  const pairs = delta.seenUsers.length;
  const lengths: readonly (readonly [string, number, number])[] = [
    ['newUsers', delta.newUsers.length % 16, 0],
    ['userVectors', delta.userVectors.length, userRows * dimensions],
    ['userEvents', delta.userEvents.length, userRows],
    ['userPositives', delta.userPositives.length, userRows],
    ['userTimeMs', delta.userTimeMs.length, userRows],
    ['itemVectors', delta.itemVectors.length, itemRows * dimensions],
    ['itemBias', delta.itemBias.length, itemRows],
    ['itemPopularity', delta.itemPopularity.length, itemRows],
    ['seenItems', delta.seenItems.length, pairs],
  ];
  for (const [name, length, wanted] of lengths) {
    if (length !== wanted) throw new RangeError(`${name} does not fit the rows of its delta`);
  }
  return {
    dimensions,
    output: delta.output.length,
    newUsers: delta.newUsers.length / 16,
    userRows,
    itemRows,
    pairs,
    resets: delta.seenReset?.length ?? 0,
    letters: delta.deadLetters.length,
    textBytes,
  };
}

/** The bytes of a delta's record but for its text: enough to know early that it is too large. */
export function deltaBytesMin(delta: ModelDelta): number {
  return layOutDelta(countDelta(delta, 0)).end + DELTA_CHECKSUM_BYTES;
}
