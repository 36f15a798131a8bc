import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from '../../events/error.ts';

/** How often something is tried, and how long the pauses are. */
export interface RetryBounds {
  readonly requestTriesMax: number;
  /** The first pause; each is twice the one before. */
  readonly requestPauseMsMin: number;
}

/** Tries again, with growing pauses, what failed with UNAVAILABLE; throws the last failure. */
export async function retrying<T>(bounds: RetryBounds, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!hasCode(error, 'UNAVAILABLE') || tries >= bounds.requestTriesMax) throw error;
      await sleep(bounds.requestPauseMsMin * 2 ** (tries - 1));
    }
  }
}
