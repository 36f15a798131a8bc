import type { Series } from '../../activities/instruments.ts';

/** Measures how long work takes that succeeds, in seconds; `clock` gives milliseconds with fractions. */
export async function timed<T>(
  seconds: Series,
  clock: () => number,
  work: () => Promise<T>,
): Promise<T> {
  const beganMs = clock();
  const done = await work();
  seconds((clock() - beganMs) / 1_000);
  return done;
}
