import { hash } from 'node:crypto';

/** Length of a SHA-256 in bytes. */
export const SHA256_BYTES = 32;

/** Computes the SHA-256 of bytes, or of a string's UTF-8. */
export function sha256(data: string | Uint8Array): Uint8Array {
  return hash('sha256', data, 'buffer');
}

/**
 * Computes the SHA-256 of a string's UTF-8 as a string of one character a byte: what is hashed once an event is read
 * from there at a third of what a buffer outside the heap costs.
 */
export function sha256Characters(text: string): string {
  return hash('sha256', text, 'binary');
}
