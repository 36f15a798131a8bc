import { sha256Hex } from '../sha256.ts';

/** An arm's part of the users, from 0 to 1. */
export interface ArmShare {
  readonly share: number;
}

/**
 * The number of the arm that a user is in: the same for ever, and independent of the user's arms in other experiments.
 * Shares sum to 1; the first 32 bits of the SHA-256 of both names decide.
 */
export function armOf(experiment: string, user: string, arms: readonly ArmShare[]): number {
  const digest = sha256Hex(new TextEncoder().encode(`${experiment}\0${user}`));
  const point = Number.parseInt(digest.slice(0, 8), 16) / 0x1_0000_0000;
  let end = 0;
  for (const [number, { share }] of arms.entries()) {
    end += share;
    if (point < end) return number;
  }
  return arms.length - 1;
}
