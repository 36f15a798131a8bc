import type { RandomBytes } from './random.ts';

const MADE_ID_BYTES = 16;

/** Draws an id for an event that came without one: 32 hex digits. */
export function madeId(random: RandomBytes): string {
  return Buffer.from(random(MADE_ID_BYTES)).toString('hex');
}
