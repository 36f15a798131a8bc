import { createHmac } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** The characters that users are told apart by: 66 bits. */
const MARK_CHARACTERS = 11;

/** Marks users by a keyed hash: what is kept of an experiment names nobody. */
export function userMarks(key: Uint8Array | KeyObject): (user: string) => string {
  return (user) =>
    createHmac('sha256', key).update(user).digest('base64url').slice(0, MARK_CHARACTERS);
}
