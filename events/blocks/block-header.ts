import { RepriseError } from '../error.ts';
import { sequence } from '../position.ts';
import type { Partition, Sequence } from '../position.ts';
import { SHA256_BYTES, sha256 } from '../sha256.ts';

/** The header of a stored block: it proves the content and the header before it, and outlives the content. */
export interface BlockHeader {
  readonly codec: number;
  readonly partition: Partition;
  readonly firstSequence: Sequence;
  readonly count: number;
  readonly appendTimeMs: number;
  readonly contentLength: number;
  readonly contentSha256: Uint8Array;
  /** The hash of the header before this one in its partition; {@link GENESIS} for the first. */
  readonly previous: Uint8Array;
  /** The hash of this header, which the next one carries. */
  readonly hash: Uint8Array;
}

/** The newest codec version: of blocks in which an event names its source. Others are written in version 1. */
export const CODEC_VERSION = 2;

/** Length of a stored header in bytes: 96 of fields, then the SHA-256 of those. */
export const HEADER_BYTES = 128;

/** What the first header of a partition carries in place of a hash before it. */
export const GENESIS: Uint8Array = new Uint8Array(SHA256_BYTES);

const MAGIC = 0x524a5052; // The bytes "RPJR", read as a little-endian word.
const FIELD_BYTES = HEADER_BYTES - SHA256_BYTES;

/** Where the fields stand, in bytes from the start of the header. */
const AT = {
  magic: 0,
  codec: 4,
  partition: 6,
  firstSequence: 8,
  count: 16,
  contentLength: 20,
  appendTimeMs: 24,
  contentSha256: 32,
  previous: 64,
} as const;

/** Encodes the fields of a header and appends their SHA-256; all numbers are little-endian. */
export function encodeHeader(header: Omit<BlockHeader, 'hash'>): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(AT.magic, MAGIC, true);
  view.setUint16(AT.codec, header.codec, true);
  view.setUint16(AT.partition, header.partition, true);
  view.setBigUint64(AT.firstSequence, BigInt(header.firstSequence), true);
  view.setUint32(AT.count, header.count, true);
  view.setUint32(AT.contentLength, header.contentLength, true);
  view.setFloat64(AT.appendTimeMs, header.appendTimeMs, true);
  bytes.set(header.contentSha256, AT.contentSha256);
  bytes.set(header.previous, AT.previous);
  bytes.set(sha256(bytes.subarray(0, FIELD_BYTES)), FIELD_BYTES);
  return bytes;
}

/** Decodes a stored header; throws DAMAGED where its own checksum does not hold. */
export function decodeHeader(bytes: Uint8Array): BlockHeader {
  const hash = new Uint8Array(bytes.subarray(FIELD_BYTES));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (
    bytes.length !== HEADER_BYTES ||
    view.getUint32(AT.magic, true) !== MAGIC ||
    !sameBytes(sha256(bytes.subarray(0, FIELD_BYTES)), hash)
  ) {
    throw new RepriseError('DAMAGED', 'the checksum of a block header does not hold');
  }
  return {
    codec: view.getUint16(AT.codec, true),
    partition: view.getUint16(AT.partition, true),
    firstSequence: sequence(Number(view.getBigUint64(AT.firstSequence, true))),
    count: view.getUint32(AT.count, true),
    contentLength: view.getUint32(AT.contentLength, true),
    appendTimeMs: view.getFloat64(AT.appendTimeMs, true),
    contentSha256: new Uint8Array(bytes.subarray(AT.contentSha256, AT.previous)),
    previous: new Uint8Array(bytes.subarray(AT.previous, FIELD_BYTES)),
    hash,
  };
}

/** Tells whether two byte arrays are equal. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
