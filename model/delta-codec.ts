import { hash } from 'node:crypto';
import type { DeadLetter, ModelDelta } from './delta.ts';
import { DELTA_CHECKSUM_BYTES, countDelta, layOutDelta } from './delta-layout.ts';
import type { Column, DeltaColumns, DeltaCounts } from './delta-layout.ts';

/** The format that records of deltas are written in: their first byte. */
export const DELTA_FORMAT = 1;

const WHOLE = 1;
const HAS_RESETS = 2;

/** Where the fields of the header stand, in bytes; the counts follow each other from `counts` on. */
const AT = {
  format: 0,
  flags: 1,
  partition: 4,
  from: 8,
  to: 16,
  userRowsBefore: 24,
  itemRowsBefore: 28,
  counts: 32,
} as const;

const COUNTED = [
  ...(['dimensions', 'output', 'newUsers', 'userRows', 'itemRows'] as const),
  ...(['pairs', 'resets', 'letters', 'textBytes'] as const),
];

/** The words of a record: what is no number. */
interface DeltaText {
  readonly version: string;
  readonly newItems: readonly string[];
  /** Reason, type and item of each dead letter. */
  readonly letters: readonly (readonly [string, string, string])[];
}

/**
 * Encodes a delta as one record: a header, its columns little-endian and aligned, its words as JSON, and the first 16
 * bytes of SHA-256 of all that. Throws a RangeError where the columns are not of one length.
 */
export function encodeDelta(delta: ModelDelta): Uint8Array {
  const text = encodeText(delta);
  const counts = countDelta(delta, text.length);
  const columns = layOutDelta(counts);
  const record = new Uint8Array(columns.end + DELTA_CHECKSUM_BYTES);
  const view = new DataView(record.buffer);
  const flags = (delta.whole ? WHOLE : 0) | (delta.seenReset === undefined ? 0 : HAS_RESETS);
  view.setUint8(AT.format, DELTA_FORMAT);
  view.setUint8(AT.flags, flags);
  view.setUint32(AT.partition, delta.partition, true);
  view.setFloat64(AT.from, delta.from, true);
  view.setFloat64(AT.to, delta.to, true);
  view.setUint32(AT.userRowsBefore, delta.userRowsBefore, true);
  view.setUint32(AT.itemRowsBefore, delta.itemRowsBefore, true);
  COUNTED.forEach((name, n) => view.setUint32(AT.counts + 4 * n, counts[name], true));
  writeColumns(record, columns, delta);
  record.set(text, columns.text.at);
  record.set(checksum(record.subarray(0, columns.end)), columns.end);
  return record;
}

/**
 * Decodes a record; throws an Error where its checksum does not hold or a newer program wrote it. The columns are views
 * of one copy of the record, so that the record's own memory may be reused.
 */
export function decodeDelta(record: Uint8Array): ModelDelta {
  const bytes = new Uint8Array(record);
  const end = bytes.length - DELTA_CHECKSUM_BYTES;
  const isWhole =
    end >= AT.counts + 4 * COUNTED.length &&
    Buffer.compare(checksum(bytes.subarray(0, end)), bytes.subarray(end)) === 0;
  if (!isWhole) throw new Error('the checksum of a delta does not hold');
  const view = new DataView(bytes.buffer);
  const format = view.getUint8(AT.format);
  if (format !== DELTA_FORMAT) {
    throw new Error(
      `a delta was written in format ${String(format)} and this Reprise knows ` +
        `${String(DELTA_FORMAT)}: start a newer Reprise`,
    );
  }
  const counts = readCounts(view);
  const columns = layOutDelta(counts);
  if (columns.end !== end) throw new Error('the columns of a delta do not fill its record');
  return readDelta(bytes, view, counts, columns);
}

function checksum(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer').subarray(0, DELTA_CHECKSUM_BYTES);
}

function encodeText(delta: ModelDelta): Uint8Array {
  const { version, newItems, deadLetters } = delta;
  const letters = deadLetters.map(({ reason, type, item }) => [reason, type, item] as const);
  const text: DeltaText = { version, newItems, letters };
  return Buffer.from(JSON.stringify(text));
}

function readCounts(view: DataView): DeltaCounts {
  const counts = COUNTED.map((name, n) => [name, view.getUint32(AT.counts + 4 * n, true)] as const);
  return Object.fromEntries(counts) as unknown as DeltaCounts;
}

function writeColumns(record: Uint8Array, columns: DeltaColumns, delta: ModelDelta): void {
  const write = (column: Column, values: ArrayBufferView): void => {
    const { buffer, byteOffset, byteLength } = values;
    record.set(new Uint8Array(buffer, byteOffset, byteLength), column.at);
  };
  write(columns.userTimeMs, delta.userTimeMs);
  write(columns.itemPopularity, delta.itemPopularity);
  const letters = delta.deadLetters;
  write(
    columns.letterSequences,
    Float64Array.from(letters, ({ sequence }) => sequence),
  );
  write(
    columns.letterTimes,
    Float64Array.from(letters, ({ timeMs }) => timeMs),
  );
  write(columns.output, delta.output);
  write(columns.userRows, delta.userRows);
  write(columns.userVectors, delta.userVectors);
  write(columns.userEvents, delta.userEvents);
  write(columns.userPositives, delta.userPositives);
  write(columns.itemRows, delta.itemRows);
  write(columns.itemVectors, delta.itemVectors);
  write(columns.itemBias, delta.itemBias);
  write(columns.seenUsers, delta.seenUsers);
  write(columns.seenItems, delta.seenItems);
  if (delta.seenReset !== undefined) write(columns.seenReset, delta.seenReset);
  write(columns.newUsers, delta.newUsers);
}

function readDelta(
  bytes: Uint8Array,
  view: DataView,
  counts: DeltaCounts,
  columns: DeltaColumns,
): ModelDelta {
  const { buffer } = bytes;
  const words = ({ at, length }: Column): Uint32Array => new Uint32Array(buffer, at, length);
  const floats = ({ at, length }: Column): Float32Array => new Float32Array(buffer, at, length);
  const wide = ({ at, length }: Column): Float64Array => new Float64Array(buffer, at, length);
  const flags = view.getUint8(AT.flags);
  const { at, length } = columns.text;
  const text = JSON.parse(Buffer.from(buffer, at, length).toString()) as DeltaText;
  const sequences = wide(columns.letterSequences);
  const times = wide(columns.letterTimes);
  return {
    version: text.version,
    partition: view.getUint32(AT.partition, true),
    from: view.getFloat64(AT.from, true),
    to: view.getFloat64(AT.to, true),
    whole: (flags & WHOLE) !== 0,
    dimensions: counts.dimensions,
    output: floats(columns.output),
    userRowsBefore: view.getUint32(AT.userRowsBefore, true),
    newUsers: new Uint8Array(buffer, columns.newUsers.at, columns.newUsers.length),
    userRows: words(columns.userRows),
    userVectors: floats(columns.userVectors),
    userEvents: words(columns.userEvents),
    userPositives: words(columns.userPositives),
    userTimeMs: wide(columns.userTimeMs),
    itemRowsBefore: view.getUint32(AT.itemRowsBefore, true),
    newItems: text.newItems,
    itemRows: words(columns.itemRows),
    itemVectors: floats(columns.itemVectors),
    itemBias: floats(columns.itemBias),
    itemPopularity: wide(columns.itemPopularity),
    seenUsers: words(columns.seenUsers),
    seenItems: words(columns.seenItems),
    ...((flags & HAS_RESETS) === 0 ? {} : { seenReset: words(columns.seenReset) }),
    deadLetters: text.letters.map(([reason, type, item], n): DeadLetter => ({
      sequence: sequences[n] ?? NaN,
      reason,
      type,
      item,
      timeMs: times[n] ?? NaN,
    })),
  };
}
