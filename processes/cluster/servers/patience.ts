import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, RepriseError } from '../../../events/error.ts';

/** How outages are waited out. */
export interface Patience {
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Told once an outage. */
  readonly onTrouble: (error: RepriseError) => void;
}

const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 1_000;

/**
 * Does work, and again with growing pauses while it fails with UNAVAILABLE, until the signal aborts: then it throws
 * FENCED, for nobody waits for the outcome any more.
 */
export async function patiently<T>(
  { signal, onTrouble }: Patience,
  work: () => Promise<T>,
): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    throwIfOver(signal);
    try {
      return await work();
    } catch (error) {
      if (!hasCode(error, 'UNAVAILABLE')) throw error;
      if (failures === 0 && !signal.aborted) onTrouble(error);
    }
    await pause(failures, signal);
  }
}

/** Waits a little longer with each failure; an abort ends it early. */
export async function pause(failures: number, signal: AbortSignal): Promise<void> {
  await pauseFor(Math.min(RETRY_MS_MIN * 2 ** Math.min(failures, 16), RETRY_MS_MAX), signal);
}

/** Waits for a time; an abort ends it early. */
export async function pauseFor(delayMs: number, signal: AbortSignal): Promise<void> {
  await sleep(delayMs, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

function throwIfOver(signal: AbortSignal): void {
  if (signal.aborted) throw new RepriseError('FENCED', 'this was given up: somebody else does it');
}
