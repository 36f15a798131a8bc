/** Cuts long work on the event loop's thread into turns, so that it holds the thread no longer than asked. */
export class Turns {
  readonly #clock: () => number;
  readonly #yieldNow: () => Promise<void>;
  readonly #holdMsMax: number;
  #endMs: number;

  constructor(clock: () => number, yieldNow: () => Promise<void>, holdMsMax: number) {
    this.#clock = clock;
    this.#yieldNow = yieldNow;
    this.#holdMsMax = holdMsMax;
    this.#endMs = clock() + holdMsMax;
  }

  /** Tells whether the turn is over. */
  get isOver(): boolean {
    return this.#clock() >= this.#endMs;
  }

  /** Lets the event loop turn and starts the next turn. */
  async next(): Promise<void> {
    await this.#yieldNow();
    this.#endMs = this.#clock() + this.#holdMsMax;
  }
}

/** Work cut into steps; what the last one returns is its result. */
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
export function finishAtOnce<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** Takes all steps, ending the turn after a step where it is over. */
export async function finishInTurns<T>(steps: Steps<T>, turns: Turns): Promise<T> {
  let step = steps.next();
  while (step.done !== true) {
    if (turns.isOver) await turns.next();
    step = steps.next();
  }
  return step.value;
}
