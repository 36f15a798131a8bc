import type { Contribution, Merge } from '../../model/merge.ts';
import type { MergeExchange } from './merge-exchange.ts';
import type { MergeName, MergeStore } from './merge-store.ts';

/** What the exchange of live partitions needs from outside. */
export interface LiveMergesDeps {
  readonly store: MergeStore;
  /**
   * Tells whether a partition is known to be on its way to a barrier of a version: what it contributes is then waited
   * for, however far it is behind.
   */
  readonly isComing: (name: MergeName, partition: number) => boolean | Promise<boolean>;
  /** Derives lost merges of a version again, from a barrier on, and writes them to the store. */
  readonly derive: (name: MergeName, signal: AbortSignal) => Promise<void>;
  readonly clock: () => number;
  readonly onWarning: (text: string) => void;
  /** {@link MERGE_WAIT_MS_MAX} where absent. */
  readonly mergeWaitMsMax?: number;
}

/** The longest wait for a contribution of which nobody knows whether it comes; then the merge counts as lost. */
export const MERGE_WAIT_MS_MAX = 5_000;

/** A partition that stands before a barrier, and those that it waits for. */
export interface WaitingPartition {
  readonly partition: number;
  readonly barrier: number;
  readonly behind: readonly number[];
}

/** Exchanges contributions and merges through a store, and derives again what was lost. */
export class LiveMerges implements MergeExchange {
  readonly #deps: LiveMergesDeps;
  readonly #waiting = new Map<number, WaitingPartition>();
  readonly #closing = new AbortController();
  #deriving: Promise<void> | undefined;

  constructor(deps: LiveMergesDeps) {
    this.#deps = deps;
  }

  /** The partitions that wait for others, and for whom: none while all are close together. */
  get waiting(): readonly WaitingPartition[] {
    return [...this.#waiting.values()];
  }

  /** Drops a version's merges of barriers before this one, which no kept checkpoint needs. */
  prune(version: string, before: number): Promise<void> {
    return this.#deps.store.prune(version, before);
  }

  contribute(contribution: Contribution): Promise<void> {
    return this.#deps.store.contribute(contribution);
  }

  async take(name: MergeName, partition: number, signal: AbortSignal): Promise<Merge | undefined> {
    const { store } = this.#deps;
    try {
      let sinceMs = this.#deps.clock();
      for (let looks = 0; !signal.aborted; looks += 1) {
        const merge = await store.read(name);
        if (merge !== undefined) return merge;
        const behind = await store.missing(name);
        if (behind.length === 0) continue;
        this.#waiting.set(partition, { partition, barrier: name.barrier, behind });
        // Most often the others are close: where they are is asked only after a while.
        if (looks > 0 && (await this.#isAnyComing(name, behind))) sinceMs = this.#deps.clock();
        if (this.#deps.clock() - sinceMs < this.#waitMsMax) await store.changed(name, signal);
        else {
          await this.#derive(name, behind, signal);
          // What cannot be derived yet is not tried over and over.
          sinceMs = this.#deps.clock();
        }
      }
      return undefined;
    } finally {
      this.#waiting.delete(partition);
    }
  }

  async #isAnyComing(name: MergeName, behind: readonly number[]): Promise<boolean> {
    const coming = behind.map(async (one) => this.#deps.isComing(name, one));
    return (await Promise.all(coming)).includes(true);
  }

  get #waitMsMax(): number {
    return this.#deps.mergeWaitMsMax ?? MERGE_WAIT_MS_MAX;
  }

  /** Ends a derivation under way; who waits is told by their own signals. */
  close(): void {
    this.#closing.abort();
  }

  /** One at a time, beside whoever waits: the merges that one derives are those that others wait for too. */
  async #derive(name: MergeName, behind: readonly number[], signal: AbortSignal): Promise<void> {
    if (this.#deriving === undefined) {
      const { version, barrier } = name;
      this.#deps.onWarning(
        `the merge of barrier ${String(barrier)} of ${version} is lost (partitions ${behind.join(', ')}): ` +
          'it is derived again by replaying all partitions',
      );
      this.#deriving = this.#deps.derive(name, this.#closing.signal).finally(() => {
        this.#deriving = undefined;
      });
      // Its failure is thrown to whoever waits for it; where nobody does any more, the next one tries again.
      this.#deriving.catch(() => undefined);
    }
    const deriving = this.#deriving;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    try {
      await Promise.race([deriving, ended]);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }
}
