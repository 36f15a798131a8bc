/** Work in steps, each of which holds the thread for a few milliseconds at most. */
export type Steps<Result = void> = Generator<undefined, Result, undefined>;

/** Does all steps at once. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** Does one step after the other and lets the event loop turn in between. */
export async function yielding<Result>(
  steps: Steps<Result>,
  yieldNow: () => Promise<void>,
): Promise<Result> {
  let step = steps.next();
  while (step.done !== true) {
    await yieldNow();
    step = steps.next();
  }
  return step.value;
}

/** Cuts `0 … end` into runs of at most `runMax` and visits each in a step of its own. */
export function* inRuns(
  end: number,
  runMax: number,
  visit: (from: number, to: number) => void,
): Steps {
  for (let from = 0; from < end; from += runMax) {
    visit(from, Math.min(from + runMax, end));
    if (from + runMax < end) yield;
  }
}
