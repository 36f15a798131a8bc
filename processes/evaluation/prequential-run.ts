import { setImmediate } from 'node:timers/promises';

import type { PrequentialCounts } from '../../model/stream/prequential.ts';
import { PrequentialTest } from '../../model/stream/prequential.ts';
import type { StreamEvent, StreamLearner } from '../../model/stream/stream-learner.ts';

/** Events between two looks at whether the run is to end. */
const sliceEvents = 256;

/** What a run needs. */
export interface PrequentialRunDeps {
  readonly learner: StreamLearner;
  readonly events: readonly StreamEvent[];
  readonly depth: number;
  readonly repeats: 'drop' | 'keep';
  /** A monotonic clock, in milliseconds with a fraction. */
  readonly nowMs: () => number;
  readonly onProgress: (events: number) => void;
  readonly signal: AbortSignal;
}

/** What came of a run: the place of every tested event's item, 0 for a miss, and what was counted. */
export interface PrequentialOutcome {
  readonly places: Uint32Array;
  readonly counts: PrequentialCounts;
}

/** Runs a learner over a stream: ranks, then learns, event by event. */
export async function runPrequential(deps: PrequentialRunDeps): Promise<PrequentialOutcome> {
  const { learner, events, depth, repeats, nowMs, onProgress, signal } = deps;
  const clockMicroseconds = (): number => nowMs() * 1_000;
  const test = new PrequentialTest(learner, { depth, repeats, clockMicroseconds });
  const places = new Uint32Array(events.length);
  let tested = 0;
  for (let from = 0; from < events.length; from += sliceEvents) {
    const to = Math.min(from + sliceEvents, events.length);
    for (let at = from; at < to; at++) {
      const place = test.take(events[at] as StreamEvent);
      if (place >= 0) places[tested++] = place;
    }
    onProgress(to);
    await setImmediate();
    signal.throwIfAborted();
  }
  return { places: places.subarray(0, tested), counts: test.counts };
}
