import type { Caller } from './key-ring.ts';
import { HttpProblem } from './problem.ts';

/** How many requests a key is served in a day of UTC. */
export interface QuotaPort {
  /** Counts a request of a caller; gives the milliseconds to the next day where the day's are used up, else 0. */
  take(caller: Caller): number | Promise<number>;
}

/** Counts a request of a caller; throws BUSY with the time to the next day where the caller has had the day's. */
export async function takeOfDay(quota: QuotaPort, caller: Caller): Promise<void> {
  const waitMs = await quota.take(caller);
  if (waitMs <= 0) return;
  const most = String(caller.requestsPerDayMax);
  throw new HttpProblem(
    'BUSY',
    `the key ${caller.name} has had its ${most} requests of this day: the next begins at 00:00 UTC`,
    { headers: { 'retry-after': String(Math.ceil(waitMs / 1_000)) } },
  );
}
