import type { EventKey } from './journal.ts';
import { sha256Characters } from './sha256.ts';

/** Length of an event key in bytes. */
export const EVENT_KEY_BYTES = 16;

/** Computes the event key of an event id: the first 128 bits of the SHA-256 of its UTF-8. */
export function eventKey(id: string): EventKey {
  const digest = sha256Characters(id);
  const key = new Uint8Array(EVENT_KEY_BYTES);
  for (let i = 0; i < EVENT_KEY_BYTES; i += 1) key[i] = digest.charCodeAt(i);
  return key;
}
