import { sha256 } from './sha256.ts';

/** A 64-bit seed as two unsigned 32-bit words. */
export interface Seed {
  readonly seed0: number;
  readonly seed1: number;
}

/** Computes the seed of a user's or item's id: the first 64 bits of the SHA-256 of its UTF-8, little-endian words. */
export function seedOf(id: string): Seed {
  const digest = sha256(id);
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
  return { seed0: view.getUint32(0, true), seed1: view.getUint32(4, true) };
}
