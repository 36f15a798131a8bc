import { SingleBar } from 'cli-progress';

import type { Output } from './output.ts';

/** Shows how far a long command has come. */
export interface Progress {
  /** Moves on to `done` of `total`; the note stands behind the bar. */
  update(done: number, total: number, note?: string): void;
  /** Takes the bar away. */
  stop(): void;
}

/** Least time between two lines where there is no terminal. */
const lineEveryMs = 10_000;

/** Starts showing progress on standard error: a bar on a terminal, elsewhere a line every ten seconds. */
export function startProgress(output: Output, label: string, clock: () => number): Progress {
  return output.stderr.isTTY === true ? barProgress(label) : lineProgress(output, label, clock);
}

function barProgress(label: string): Progress {
  const bar = new SingleBar({
    format: `${label} {bar} {percentage}% {note} {eta_formatted} left`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    etaBuffer: 50,
    barsize: 24,
  });
  let started = false;
  return {
    update(done, total, note = ''): void {
      if (started) {
        bar.setTotal(total);
        bar.update(done, { note });
      } else {
        bar.start(total, done, { note });
        started = true;
      }
    },
    stop(): void {
      if (started) bar.stop();
    },
  };
}

function lineProgress(output: Output, label: string, clock: () => number): Progress {
  let lastMs = clock();
  return {
    update(done, total, note = ''): void {
      const nowMs = clock();
      if (nowMs - lastMs < lineEveryMs) return;
      lastMs = nowMs;
      const share = total === 0 ? 0 : Math.floor((100 * done) / total);
      output.remark(`${label} ${String(share)}% ${note}`.trimEnd());
    },
    stop(): void {
      // Lines stay where they were written.
    },
  };
}
