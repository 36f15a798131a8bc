import { RepriseError } from '../events/error.ts';
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
export interface TravelJob<T = unknown> {
  readonly id: string;
  /** Where it goes, `"0:1234"` each. */
  readonly position: readonly string[];
  readonly state: 'running' | 'completed' | 'failed';
  readonly progress: { readonly done: number; readonly total: number };
  /** Why it failed. */
  readonly failure: string | undefined;
  readonly result: Promise<T>;
  /** Where it is watched. */
  url?: string | undefined;
}

interface Job extends TravelJob {
  state: TravelJob['state'];
  progress: TravelJob['progress'];
  failure: string | undefined;
  result: Promise<unknown>;
}

/** What a travel is started as. */
export interface TravelStart<T> {
  /** The same travel has the same id: whoever asks for one that is under way waits for it. */
  readonly id: string;
  readonly position: readonly string[];
  readonly work: (control: TravelControl) => Promise<T>;
}

/** Time travels, one at a time: each holds copies of a whole model, and serving goes on beside them. */
export class TravelJobs {
  readonly #bounds: TravelJobBounds;
  readonly #signal: AbortSignal;
  readonly #jobs = new Map<string, Job>();
  #turn: Promise<unknown> = Promise.resolve();
  #running = 0;

  constructor(signal: AbortSignal, bounds: Partial<TravelJobBounds> = {}) {
    this.#signal = signal;
    this.#bounds = { ...TRAVEL_JOB_BOUNDS, ...bounds };
  }

  /** A travel by its id, as long as it is under way or among those that ended last. */
  find(id: string): TravelJob | undefined {
    return this.#jobs.get(id);
  }

  /** Joins the travel of this id where it is under way, else starts it; throws BUSY where too many wait. */
  start<T>({ id, position, work }: TravelStart<T>): TravelJob<T> {
    const known = this.#jobs.get(id);
    if (known?.state === 'running') return known as TravelJob as TravelJob<T>;
    if (this.#running > this.#bounds.timeTravelQueueMax) {
      throw new RepriseError('BUSY', 'too many time travels wait already: ask again later');
    }
    const job: Job = {
      ...{ id, position, state: 'running', progress: { done: 0, total: 0 } },
      failure: undefined,
      result: Promise.resolve(),
    };
    this.#running += 1;
    const result = this.#turn.then(() => this.#run(job, work));
    // Nobody may be there any more when it fails: whoever asks for it is told then.
    this.#turn = result.catch(() => undefined);
    job.result = result;
    this.#jobs.delete(id);
    this.#jobs.set(id, job);
    return job as TravelJob as TravelJob<T>;
  }

  async #run<T>(job: Job, work: TravelStart<T>['work']): Promise<T> {
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
