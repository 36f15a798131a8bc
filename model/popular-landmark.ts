import { NO_POPULARITY, addPopularity, popularityAt } from './popularity.ts';

/**
 * Half-lives between two landmarks. Plain counts, which add up, are kept relative to a landmark: an event's weight at
 * landmark n is 2^(t/H − 512·n), so that a count fits a double from one landmark to the next, and going on to it
 * multiplies all counts by 2^−512 once.
 */
export const LANDMARK_HALF_LIVES = 512;

/** The number of the landmark before a time. */
export function landmarkOf(timeMs: number, halfLifeMs: number): number {
  return Math.floor(timeMs / halfLifeMs / LANDMARK_HALF_LIVES);
}

/** An event's weight relative to a landmark: from 1 on up to 2^512 times its own after it, below before it. */
export function weightAtLandmark(
  timeMs: number,
  weight: number,
  landmark: number,
  halfLifeMs: number,
): number {
  const logWeight = addPopularity(NO_POPULARITY, timeMs, weight, halfLifeMs);
  return popularityAt(logWeight - landmark * LANDMARK_HALF_LIVES, 0, 1);
}
