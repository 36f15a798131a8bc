import { sequence } from '../../../events/position.ts';
import type { Partition, Sequence } from '../../../events/position.ts';

/** Length of the key of a stored block: the partition in 2 bytes and the first sequence in 6, big-endian. */
export const BLOCK_KEY_BYTES = 8;

/** Encodes the key of a stored block, so that byte order is the order of partitions and sequences. */
export function blockKey(partition: Partition, firstSequence: number): Uint8Array {
  const key = Buffer.alloc(BLOCK_KEY_BYTES);
  key.writeUInt16BE(partition, 0);
  key.writeUIntBE(firstSequence, 2, 6);
  return key;
}

/** Decodes the key of a stored block. */
export function parseBlockKey(key: Uint8Array): {
  readonly partition: Partition;
  readonly firstSequence: Sequence;
} {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  return { partition: bytes.readUInt16BE(0), firstSequence: sequence(bytes.readUIntBE(2, 6)) };
}
