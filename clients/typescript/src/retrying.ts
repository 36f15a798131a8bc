import { RepriseApiError } from './api-error.ts';

/** How often one call is tried where nothing else is asked for, the first time included. */
export const attemptsMax = 4;
/** How long a call waits before it is tried again, however long the server asks for. */
export const retryWaitMsMax = 10_000;
/** How long one try may take where nothing else is asked for. */
export const requestMsMax = 30_000;

const firstWaitMs = 100;

/** The statuses that tell of the moment, not of the request: too many at a time, not available now, too slow. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** How a call is tried again. */
export interface Retrying {
  readonly attempts: number;
  readonly requestMs: number;
  /** Resolves after some milliseconds, or rejects with the signal's reason. */
  readonly wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** Tells whether what failed may succeed when it is sent once more, as it is. */
function isPassing(error: unknown): boolean {
  if (error instanceof RepriseApiError) return PASSING.has(error.status);
  // fetch throws a TypeError where a connection could not be made or broke; a time-out is our own signal's.
  return error instanceof TypeError || (error as Error | undefined)?.name === 'TimeoutError';
}

function waitMsOf(error: unknown, attempt: number): number {
  const asked = error instanceof RepriseApiError ? error.retryAfterMs : undefined;
  return Math.min(asked ?? firstWaitMs * 2 ** attempt, retryWaitMsMax);
}

/** Does what may be done twice until it succeeds, fails for good, was tried often enough, or the caller leaves. */
export async function withRetries<T>(
  { attempts, requestMs, wait }: Retrying,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    signal?.throwIfAborted();
    const late = AbortSignal.timeout(requestMs);
    try {
      return await work(signal === undefined ? late : AbortSignal.any([signal, late]));
    } catch (error) {
      const isLast = attempt + 1 >= attempts;
      if (isLast || signal?.aborted === true || !isPassing(error)) throw error;
      await wait(waitMsOf(error, attempt), signal);
    }
  }
}

/** Waits by the machine's timers. */
export function waitByTimer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', leave);
      resolve();
    }, ms);
    signal?.addEventListener('abort', leave, { once: true });
  });
}
