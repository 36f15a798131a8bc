import type { IndexManifest } from './index-release.ts';

/** What a searcher can say of itself, for status. */
export interface SearcherStatus {
  /** `off` without a release, `starting` until the first process is ready, `down` between a crash and its restart. */
  readonly state: 'off' | 'starting' | 'ready' | 'down' | 'unavailable';
  readonly release: string | null;
  /** Why it is not ready; null when it is. */
  readonly why: string | null;
  readonly restarts: number;
  readonly searches: number;
  readonly timeouts: number;
  readonly inFlight: number;
}

/** The labels that a search found, or why it found none. */
export type SearchOutcome =
  | { readonly labels: Uint32Array; readonly why?: undefined }
  | { readonly labels?: undefined; readonly why: string };

/** Approximate search over one index release at a time, kept out of the core's process. */
export interface Searcher {
  /** The release that searches are answered from; null while there is none or the process is not ready. */
  readonly release: string | null;
  /**
   * Finds about `k` labels of the highest inner product with the query `[h∘p, 1]` in a partition's index of this
   * release. Never rejects and never waits past its bound: where it cannot answer, or serves another release by now,
   * it says why, and the caller scans exactly.
   */
  search(
    release: string,
    partition: number,
    query: Float32Array,
    k: number,
  ): Promise<SearchOutcome>;
  /**
   * Starts a process for the release beside the one that serves, and swaps when it is ready; resolves then.
   * Rejects, the old one still serving, where the new one does not become ready in time.
   */
  use(manifest: IndexManifest, folder: string): Promise<void>;
  status(): SearcherStatus;
  /** Ends the processes; resolves when they are gone. */
  close(): Promise<void>;
}
