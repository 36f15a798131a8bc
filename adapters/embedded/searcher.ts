import { RepriseError } from '../../events/error.ts';
import type { IndexManifest } from '../../projections/index-release.ts';
import type { SearchOutcome, Searcher, SearcherStatus } from '../../projections/searcher.ts';
import { SearcherProcess } from './searcher-process.ts';
import type { SearcherBounds } from './searcher-process.ts';

/** Bounds of the supervisor beside those of a process. */
export interface FaissSearcherBounds extends SearcherBounds {
  /** The pause before the first restart; it doubles up to the greatest. */
  readonly restartDelayMsMin: number;
  readonly restartDelayMsMax: number;
  /** Searches after which a process is replaced by a fresh one: faiss-node as published leaks a little with each. */
  readonly searchesPerProcessMax: number;
}

/** The bounds that an instance starts with. */
export const DEFAULT_SEARCHER_BOUNDS: FaissSearcherBounds = {
  searchesInFlightMax: 256,
  searchWaitMsMax: 25,
  readyWaitMsMax: 60_000,
  timeoutsInRowMax: 16,
  restartDelayMsMin: 100,
  restartDelayMsMax: 10_000,
  searchesPerProcessMax: 2_000_000,
};

/** What the searcher needs. */
export interface FaissSearcherOptions {
  /** The script of the child, `processes/searcher.ts`. */
  readonly script: URL;
  readonly bounds?: Partial<FaissSearcherBounds>;
  /** Told of every end that nobody asked for, and of every restart that failed. */
  readonly onTrouble?: (why: string) => void;
}

interface Release {
  readonly name: string;
  readonly folder: string;
  /** Counts the calls of `use`: a late restart never takes the place of a newer release. */
  readonly generation: number;
}

/** Supervises the searcher: one process a release, two during a swap, restarts with growing pauses after a crash. */
export class FaissSearcher implements Searcher {
  readonly #script: URL;
  readonly #bounds: FaissSearcherBounds;
  readonly #onTrouble: (why: string) => void;
  readonly #running = new Set<SearcherProcess>();
  #release: Release | undefined;
  #current: SearcherProcess | undefined;
  #restartTimer: NodeJS.Timeout | undefined;
  #generation = 0;
  #restartsInRow = 0;
  #restarts = 0;
  #isReplacing = false;
  #isClosed = false;
  #why: string | null = null;
  #searchesBefore = 0;
  #timeoutsBefore = 0;

  constructor(options: FaissSearcherOptions) {
    this.#script = options.script;
    this.#bounds = { ...DEFAULT_SEARCHER_BOUNDS, ...options.bounds };
    this.#onTrouble = options.onTrouble ?? ((): void => undefined);
  }

  get release(): string | null {
    return this.#current?.isReady === true ? this.#current.release : null;
  }

  /** The id of the process that answers, where there is one. */
  get pid(): number | undefined {
    return this.#current?.pid;
  }

  search(
    release: string,
    partition: number,
    query: Float32Array,
    k: number,
  ): Promise<SearchOutcome> {
    const current = this.#current;
    if (current?.release !== release) {
      return Promise.resolve({ why: 'the searcher serves another release' });
    }
    if (current.searches >= this.#bounds.searchesPerProcessMax) this.#replace();
    return current.search(partition, query, k);
  }

  async use(manifest: IndexManifest, folder: string): Promise<void> {
    if (this.#isClosed) throw new RepriseError('UNAVAILABLE', 'the searcher is closed');
    this.#generation += 1;
    await this.#start({ name: manifest.release, folder, generation: this.#generation });
  }

  status(): SearcherStatus {
    const current = this.#current;
    return {
      state: this.#state(),
      release: this.release,
      why: current?.isReady === true ? null : this.#why,
      restarts: this.#restarts,
      searches: this.#searchesBefore + (current?.searches ?? 0),
      timeouts: this.#timeoutsBefore + (current?.timeouts ?? 0),
      inFlight: current?.inFlight ?? 0,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#restartTimer);
    this.#current = undefined;
    await Promise.all([...this.#running].map((running) => running.close()));
  }

  #state(): SearcherStatus['state'] {
    if (this.#current?.isReady === true) return 'ready';
    if (this.#restartTimer !== undefined) return 'down';
    return this.#running.size > 0 ? 'starting' : 'off';
  }

  async #start(release: Release): Promise<void> {
    const { name, folder } = release;
    const started = new SearcherProcess(this.#script, name, folder, this.#bounds);
    this.#running.add(started);
    void started.ended.then(() => this.#ended(started));
    await started.ready;
    if (this.#isClosed || release.generation < (this.#release?.generation ?? 0)) {
      await started.close();
      return;
    }
    clearTimeout(this.#restartTimer);
    this.#restartTimer = undefined;
    const before = this.#current;
    this.#current = started;
    this.#release = release;
    this.#why = null;
    if (before !== undefined) {
      this.#count(before);
      // Searches under way are answered before the old process sees its input close.
      void before.close();
    }
  }

  #ended(ended: SearcherProcess): void {
    this.#running.delete(ended);
    if (ended !== this.#current || this.#isClosed) return;
    this.#count(ended);
    this.#current = undefined;
    // A process that answered for long is no sign that its successor will fail.
    if (ended.searches > 0) this.#restartsInRow = 0;
    this.#restartLater('the searcher ended');
  }

  #restartLater(why: string): void {
    const release = this.#release;
    if (release === undefined || this.#isClosed) return;
    this.#why = why;
    this.#onTrouble(why);
    const { restartDelayMsMin, restartDelayMsMax } = this.#bounds;
    const delayMs = Math.min(restartDelayMsMin * 2 ** this.#restartsInRow, restartDelayMsMax);
    this.#restartsInRow += 1;
    this.#restartTimer = setTimeout(() => {
      this.#restartTimer = undefined;
      this.#restarts += 1;
      this.#start(release).catch((error: unknown) => {
        if (this.#current === undefined) this.#restartLater(messageOf(error));
      });
    }, delayMs);
  }

  /** Starts a fresh process for the same release beside the old one. */
  #replace(): void {
    const release = this.#release;
    if (this.#isReplacing || release === undefined) return;
    this.#isReplacing = true;
    this.#start(release)
      .catch((error: unknown) => this.#onTrouble(messageOf(error)))
      .finally(() => {
        this.#isReplacing = false;
      });
  }

  #count(gone: SearcherProcess): void {
    this.#searchesBefore += gone.searches;
    this.#timeoutsBefore += gone.timeouts;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
