import type { Closers } from './closers.ts';
import type { RunningProcess } from './frame.ts';

/** Makes a process that works until it is told to end; nothing but that ends it. */
export function untilTold(closers: Closers, signal: AbortSignal): RunningProcess {
  return {
    awaited: () => [],
    ended: new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    }),
    close: () => closers.close(),
  };
}
