import { hash } from 'node:crypto';

/** Length of a SHA-256 in bytes. */
export const SHA256_BYTES = 32;

/** Computes the SHA-256 of bytes, or of a string's UTF-8. */
export function sha256(data: string | Uint8Array): Uint8Array {
  return hash('sha256', data, 'buffer');
}
