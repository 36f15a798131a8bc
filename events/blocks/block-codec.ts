import type { EventBlock } from './block.ts';
import { readLayoutAhead } from './block-layout.ts';
import { encodeContent } from './block-content.ts';
import type { BlockRow } from './block-content.ts';
import { decodeHeader, encodeHeader, sameBytes } from './block-header.ts';
import type { BlockHeader } from './block-header.ts';
import { ColumnarBlock } from './columns.ts';
import type { BlockPlace } from './columns.ts';
import { RepriseError } from '../error.ts';
import { SHA256_BYTES, sha256 } from '../sha256.ts';
import { readSources } from './source-column.ts';
import { UPCASTERS } from './upcasting.ts';
import type { Upcasters } from './upcasting.ts';

/** A block as it is stored: header and content apart, so that content can be blanked while the chain stands. */
export interface StoredBlock {
  readonly header: Uint8Array;
  readonly content: Uint8Array;
}

/** Decodes a block's content of one codec version; the checksum holds already. */
export type ContentDecoder = (
  place: BlockPlace,
  content: Uint8Array,
  upcasters: Upcasters,
) => EventBlock;

/** The decoders by codec version, version 1 first. Append only: a block that was ever written stays readable. */
export const CONTENT_DECODERS: readonly ContentDecoder[] = [
  (place: BlockPlace, content: Uint8Array, upcasters: Upcasters): EventBlock =>
    new ColumnarBlock(place, content, { upcasters }),
  readWithSources,
];

/** Version 2 has the columns of version 1, then the sources of its events. */
function readWithSources(place: BlockPlace, content: Uint8Array, upcasters: Upcasters): EventBlock {
  const layout = readLayoutAhead(content);
  if (layout === undefined) {
    throw new RepriseError('DAMAGED', 'the columns of a block do not fill its content');
  }
  const { total } = layout.at;
  const sources = readSources(content, total, layout.counts.rows);
  return new ColumnarBlock(place, content.subarray(0, total), { upcasters, sources });
}

/** Encodes events as a stored block that follows the header with the hash `previous` (GENESIS for the first). */
export function encodeBlock(
  rows: readonly BlockRow[],
  place: BlockPlace,
  previous: Uint8Array,
): StoredBlock & { readonly hash: Uint8Array } {
  if (rows.length === 0) throw new RangeError('a block holds at least one event');
  const { codec, content } = encodeContent(rows);
  const header = encodeHeader({
    codec,
    partition: place.partition,
    firstSequence: place.firstSequence,
    count: rows.length,
    appendTimeMs: place.appendTimeMs,
    contentLength: content.length,
    contentSha256: sha256(content),
    previous,
  });
  return { header, content, hash: header.subarray(-SHA256_BYTES) };
}

/** Decodes a stored block; throws DAMAGED where a checksum does not hold. */
export function decodeBlock(
  stored: StoredBlock,
  upcasters: Upcasters = UPCASTERS,
  decoders: readonly ContentDecoder[] = CONTENT_DECODERS,
): EventBlock {
  return decodeContent(decodeHeader(stored.header), stored.content, upcasters, decoders);
}

/** Decodes the content that a header proves; throws DAMAGED where it is another one. */
export function decodeContent(
  header: BlockHeader,
  content: Uint8Array,
  upcasters: Upcasters = UPCASTERS,
  decoders: readonly ContentDecoder[] = CONTENT_DECODERS,
): EventBlock {
  if (
    content.length !== header.contentLength ||
    !sameBytes(sha256(content), header.contentSha256)
  ) {
    throw new RepriseError('DAMAGED', 'the checksum of a block does not hold');
  }
  const decoder = decoders[header.codec - 1];
  if (decoder === undefined) {
    throw new RepriseError(
      'INVALID',
      `a block was written in codec version ${String(header.codec)} and this Reprise knows up to ` +
        `${String(decoders.length)}: start a newer Reprise on this data folder`,
      { codec: header.codec },
    );
  }
  // The columns are used in place, so they need a typed array (a Buffer's slices differ) that starts aligned.
  const { buffer, byteOffset, length } = content;
  const aligned =
    byteOffset % 8 === 0 ? new Uint8Array(buffer, byteOffset, length) : new Uint8Array(content);
  const block = decoder(header, aligned, upcasters);
  if (block.count !== header.count) {
    throw new RepriseError(
      'DAMAGED',
      'a block holds another number of events than its header says',
    );
  }
  return block;
}
