import { Readable } from 'node:stream';

/** Streams bytes in chunks of a size, so that lines and characters are cut anywhere. */
export function chunked(bytes: string | Uint8Array, size: number): Readable {
  const all = typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes);
  const chunks: Buffer[] = [];
  for (let at = 0; at < all.length; at += size) chunks.push(all.subarray(at, at + size));
  return Readable.from(chunks);
}
