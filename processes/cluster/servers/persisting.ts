import { setTimeout as pauseFor } from 'node:timers/promises';
import { hasCode } from '../../../events/error.ts';
import type { Logger } from '../../../activities/logger.ts';

/** The pause between two tries of what a server did not answer. */
export const RETRY_PAUSE_MS = 1_000;

/** How something is tried until it works. */
export interface Persisting {
  /** What is tried, for the log: `open the transport`. */
  readonly what: string;
  readonly logger: Pick<Logger, 'warn'>;
  /** Ends the trying. */
  readonly signal: AbortSignal;
  /** Milliseconds of trying after which the last failure is thrown; without it there is no end. */
  readonly waitMsMax?: number;
  /** Milliseconds that only go forwards; needed with `waitMsMax`. */
  readonly clock?: () => number;
  readonly pauseMs?: number;
}

/** Does something again while a server that it needs is UNAVAILABLE; any other failure is thrown at once. */
export async function persist<T>(work: () => Promise<T>, persisting: Persisting): Promise<T> {
  const {
    what,
    logger,
    signal,
    waitMsMax = Infinity,
    clock = () => performance.now(),
  } = persisting;
  const startMs = clock();
  for (;;) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!hasCode(error, 'UNAVAILABLE') || clock() - startMs >= waitMsMax) throw error;
      logger.warn({ err: error }, `could not ${what}; it is tried again`);
    }
    await pause(persisting.pauseMs ?? RETRY_PAUSE_MS, signal);
  }
}

/** Waits, or until the signal aborts. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pauseFor(milliseconds, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
