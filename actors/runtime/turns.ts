import type { Steps } from '../../model/steps.ts';

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

/** Takes all steps, ending the turn after a step where it is over. */
export async function finishInTurns<T>(steps: Steps<T>, turns: Turns): Promise<T> {
  let step = steps.next();
  while (step.done !== true) {
    if (turns.isOver) await turns.next();
    step = steps.next();
  }
  return step.value;
}
