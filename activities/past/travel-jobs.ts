import { RepriseError } from '../../events/error.ts';
import type { TravelControl } from './travel-builder.ts';

/** Bounds of the work of time travels. */
export interface TravelJobBounds {
  /** Travels that may wait for the one that is under way. */
  readonly timeTravelQueueMax: number;
  /** Travels that have ended and can still be asked about. */
  readonly timeTravelEndedMax: number;
}

/** The bounds that travels have where their maker names none. */
export const TRAVEL_JOB_BOUNDS: TravelJobBounds = {
  timeTravelQueueMax: 32,
  timeTravelEndedMax: 256,
};

/** A travel as it stands. */
export interface TravelJob {
  readonly id: string;
  /** Where it goes, `"0:1234"` each. */
  readonly position: readonly string[];
  readonly state: 'running' | 'completed' | 'failed';
  readonly progress: { readonly done: number; readonly total: number };
  /** Why it failed. */
  readonly failure: string | undefined;
  /** Where it is watched. */
  url?: string | undefined;
}

/** What a travel is started as. */
export interface TravelStart<T> {
  /** The same travel has the same id: whoever asks for one that is under way waits for it. */
  readonly id: string;
  readonly position: readonly string[];
  readonly work: (control: TravelControl) => Promise<T>;
  /** Whether what it gave is kept with it, and given to whoever asks for the same later. */
  readonly isKept?: boolean;
}

/** A travel and what it gives. */
export interface StartedTravel<T> {
  readonly job: TravelJob;
  readonly result: Promise<T>;
}

interface Job extends TravelJob {
  state: TravelJob['state'];
  progress: TravelJob['progress'];
  failure: string | undefined;
  /** There while it runs, and as long as it is known where it is kept: a state must not outlive its place among the kept. */
  result: Promise<unknown> | undefined;
}

/** Time travels, one at a time: each holds copies of a whole model, and serving goes on beside them. */
export class TravelJobs {
  readonly #bounds: TravelJobBounds;
  readonly #signal: AbortSignal;
  readonly #jobs = new Map<string, Job>();
  #turn: Promise<void> = Promise.resolve();
  #running = 0;

  constructor(signal: AbortSignal, bounds: Partial<TravelJobBounds> = {}) {
    this.#signal = signal;
    this.#bounds = { ...TRAVEL_JOB_BOUNDS, ...bounds };
  }

  /** A travel by its id, as long as it is under way or among those that ended last. */
  find(id: string): TravelJob | undefined {
    return this.#jobs.get(id);
  }

  /**
   * Joins the travel of this id where it is under way, or has ended and what it gave is kept; else starts it. Throws
   * BUSY where too many wait.
   */
  start<T>(travel: TravelStart<T>): StartedTravel<T> {
    const { id, position, isKept = false } = travel;
    const known = this.#jobs.get(id);
    if (known?.result !== undefined) return { job: known, result: known.result as Promise<T> };
    if (this.#running > this.#bounds.timeTravelQueueMax) {
      throw new RepriseError('BUSY', 'too many time travels wait already: ask again later');
    }
    const job: Job = {
      ...{ id, position, state: 'running', progress: { done: 0, total: 0 } },
      ...{ failure: undefined, result: undefined },
    };
    this.#running += 1;
    const result = this.#turn.then(() => this.#run(job, travel));
    job.result = result;
    // Nobody may be there any more when it fails: whoever asks for it is told then.
    this.#turn = result.then(
      () => {
        if (!isKept) job.result = undefined;
      },
      () => {
        job.result = undefined;
      },
    );
    this.#jobs.delete(id);
    this.#jobs.set(id, job);
    return { job, result };
  }

  /** Resolves when no travel is under way or waits; after the signal has aborted that is soon. */
  async idle(): Promise<void> {
    while (this.#running > 0) await this.#turn;
  }

  async #run<T>(job: Job, { work }: TravelStart<T>): Promise<T> {
    try {
      this.#signal.throwIfAborted();
      const onProgress = (done: number, total: number): void => {
        job.progress = { done, total };
      };
      const result = await work({ signal: this.#signal, onProgress });
      job.state = 'completed';
      return result;
    } catch (error) {
      job.state = 'failed';
      job.failure = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      this.#running -= 1;
      this.#forgetOld();
    }
  }

  #forgetOld(): void {
    let ended = this.#jobs.size - this.#running - this.#bounds.timeTravelEndedMax;
    for (const [id, { state }] of this.#jobs) {
      if (ended <= 0) return;
      if (state === 'running') continue;
      this.#jobs.delete(id);
      ended -= 1;
    }
  }
}
