import { hash } from 'node:crypto';
import type { ScoredItem } from './answer.ts';

const HASH_BYTES = 16;

/** Items as an answer tells them, with their {@link answerHash}. */
export interface ToldItems {
  readonly items: readonly ScoredItem[];
  readonly hash: Uint8Array;
}

/** Makes items ready to be told. */
export function tell(items: readonly ScoredItem[]): ToldItems {
  return { items, hash: answerHash(items) };
}

/** The first 16 bytes of SHA-256 over an answer's item ids and scores, in order. */
export function answerHash(items: readonly ScoredItem[]): Uint8Array {
  let text = '';
  // NUL is no part of an id, so the lines cannot be read in two ways.
  for (const item of items) text += `${item.id}\0${item.score}\n`;
  // A string of bytes is made sooner than a buffer of its own.
  return Buffer.from(hash('sha256', text, 'binary').slice(0, HASH_BYTES), 'latin1');
}
