import type { Partition } from './position.ts';
import { sha256Characters } from './sha256.ts';

/** The most partitions that an instance may have. */
export const PARTITIONS_MAX = 256;

/**
 * Computes a user's partition from the user's id. Stable for ever: the third 32-bit word of the id's SHA-256, scaled
 * to the number of partitions (the first two words seed the user's embedding).
 */
export function partitionOf(userId: string, partitions: number): Partition {
  if (partitions === 1) return 0;
  const digest = sha256Characters(userId);
  const low = digest.charCodeAt(8) | (digest.charCodeAt(9) << 8);
  const high = digest.charCodeAt(10) | (digest.charCodeAt(11) << 8);
  const word = high * 0x1_0000 + low;
  return Math.floor((word / 0x1_0000_0000) * partitions);
}
