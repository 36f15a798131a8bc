import { binaryKey } from './binary-key.ts';
import { encodeContent } from './blocks/block-content.ts';
import type { BlockRow } from './blocks/block-content.ts';
import { sameBytes } from './blocks/block-header.ts';
import type { BlockHeader } from './blocks/block-header.ts';
import type { EventBlock } from './blocks/block.ts';
import { RepriseError } from './error.ts';
import { eventKey } from './event-key.ts';
import { INTERACTION } from './fact.ts';
import { formatPosition, sequence } from './position.ts';
import { SHA256_BYTES, sha256 } from './sha256.ts';
import { SURROGATE_BYTES } from './surrogate.ts';

/**
 * What stands beside a block's header once events of it were redacted: it proves the content that took the place of the
 * one that the header proves. The header stays as it was, so the chain does.
 */
export interface Redaction {
  readonly codec: number;
  /** Events of the block that are redacted, by this and by those before. */
  readonly events: number;
  readonly contentLength: number;
  readonly timeMs: number;
  readonly contentSha256: Uint8Array;
  /** The hash of the block's header. */
  readonly header: Uint8Array;
  /** The hash of the block's redaction before this one; zeros for the first. */
  readonly previous: Uint8Array;
  /** The hash of this one. */
  readonly hash: Uint8Array;
}

/** Length of a stored redaction in bytes: 120 of fields, then the SHA-256 of those. */
export const REDACTION_BYTES = 152;

const MAGIC = 0x44525052; // The bytes "RPRD", read as a little-endian word.
const FIELD_BYTES = REDACTION_BYTES - SHA256_BYTES;
const NONE = new Uint8Array(SHA256_BYTES);

/** Where the fields stand, in bytes from the start. */
const AT = {
  magic: 0,
  codec: 4,
  events: 8,
  contentLength: 12,
  timeMs: 16,
  contentSha256: 24,
  header: 56,
  previous: 88,
} as const;

function encodeRedaction(redaction: Omit<Redaction, 'hash'>): Uint8Array {
  const bytes = new Uint8Array(REDACTION_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(AT.magic, MAGIC, true);
  view.setUint16(AT.codec, redaction.codec, true);
  view.setUint32(AT.events, redaction.events, true);
  view.setUint32(AT.contentLength, redaction.contentLength, true);
  view.setFloat64(AT.timeMs, redaction.timeMs, true);
  bytes.set(redaction.contentSha256, AT.contentSha256);
  bytes.set(redaction.header, AT.header);
  bytes.set(redaction.previous, AT.previous);
  bytes.set(sha256(bytes.subarray(0, FIELD_BYTES)), FIELD_BYTES);
  return bytes;
}

/** Decodes the redaction of a block; throws DAMAGED where its checksum does not hold, or it is that of another block. */
export function decodeRedaction(bytes: Uint8Array, header: BlockHeader): Redaction {
  const hash = new Uint8Array(bytes.subarray(FIELD_BYTES));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (
    bytes.length !== REDACTION_BYTES ||
    view.getUint32(AT.magic, true) !== MAGIC ||
    !sameBytes(sha256(bytes.subarray(0, FIELD_BYTES)), hash)
  ) {
    throw new RepriseError('DAMAGED', 'the checksum of a redaction does not hold');
  }
  const redaction = {
    codec: view.getUint16(AT.codec, true),
    events: view.getUint32(AT.events, true),
    contentLength: view.getUint32(AT.contentLength, true),
    timeMs: view.getFloat64(AT.timeMs, true),
    contentSha256: new Uint8Array(bytes.subarray(AT.contentSha256, AT.header)),
    header: new Uint8Array(bytes.subarray(AT.header, AT.previous)),
    previous: new Uint8Array(bytes.subarray(AT.previous, FIELD_BYTES)),
    hash,
  };
  if (sameBytes(redaction.header, header.hash)) return redaction;
  throw new RepriseError(
    'DAMAGED',
    'a redaction is of another block than the one it stands beside',
  );
}

/** The header with what a redaction says of the content. */
export function redactedHeader(header: BlockHeader, redaction: Redaction): BlockHeader {
  const { codec, contentLength, contentSha256 } = redaction;
  return { ...header, codec, contentLength, contentSha256 };
}

/** The rows of a block that are interactions of users, given as {@link binaryKey} writes their surrogates. */
export function rowsOfUsers(block: EventBlock, users: ReadonlySet<string>): readonly number[] {
  const numbers = new Set<number>();
  for (let at = 0; at < block.users.length; at += SURROGATE_BYTES) {
    if (users.has(binaryKey(block.users, at, at + SURROGATE_BYTES))) {
      numbers.add(at / SURROGATE_BYTES);
    }
  }
  if (numbers.size === 0) return [];
  const rows: number[] = [];
  for (let row = 0; row < block.count; row += 1) {
    if (block.kind[row] === INTERACTION && numbers.has(block.user[row] ?? -1)) rows.push(row);
  }
  return rows;
}

/** The key that a redacted event has: it follows from where it stands, and says nothing of what stood there. */
export function redactedKey(partition: number, at: number): Uint8Array {
  return eventKey(`redacted ${formatPosition({ partition, sequence: sequence(at) })}`);
}

/** What takes the place of a block's content, and the redaction that proves it. */
export interface Redacted {
  readonly content: Uint8Array;
  readonly redaction: Uint8Array;
}

/** Encodes a block anew without what some of its rows said; the others stand where they stood, word for word. */
export function redactBlock(
  { header, block }: { readonly header: BlockHeader; readonly block: EventBlock },
  rows: readonly number[],
  { before, timeMs }: { readonly before: Redaction | undefined; readonly timeMs: number },
): Redacted {
  const gone = new Set(rows);
  const { partition, firstSequence } = header;
  const kept = Array.from({ length: block.count }, (_, row): BlockRow => {
    if (gone.has(row)) {
      const key = redactedKey(partition, firstSequence + row);
      return { key, fact: { kind: 'EventRedacted', timeMs: 0 } };
    }
    const { buffer, byteOffset } = block.keys;
    return { key: new Uint8Array(buffer, byteOffset + 16 * row, 16), fact: block.fact(row) };
  });
  const { codec, content } = encodeContent(kept);
  const redaction = encodeRedaction({
    codec,
    events: (before?.events ?? 0) + rows.length,
    contentLength: content.length,
    timeMs,
    contentSha256: sha256(content),
    header: header.hash,
    previous: before?.hash ?? NONE,
  });
  return { content, redaction };
}
