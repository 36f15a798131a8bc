import type { EventKey } from './journal.ts';
import { sha256 } from './sha256.ts';

/** Length of an event key in bytes. */
export const EVENT_KEY_BYTES = 16;

/** Computes the event key of an event id: the first 128 bits of the SHA-256 of its UTF-8. */
export function eventKey(id: string): EventKey {
  return sha256(id).subarray(0, EVENT_KEY_BYTES);
}
