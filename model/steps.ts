/** Work cut into steps, each short; what the last one returns is its result. */
export type Steps<T> = Generator<undefined, T>;

/** Visits the numbers from 0 to before `count` in runs, a step each. */
export function* inRuns(
  count: number,
  runLength: number,
  visit: (first: number, end: number) => void,
): Steps<void> {
  for (let first = 0; first < count; first += runLength) {
    visit(first, Math.min(count, first + runLength));
    yield undefined;
  }
}

/** Takes all steps at once. */
export function atOnce<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}
