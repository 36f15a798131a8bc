import { setTimeout as sleep } from 'node:timers/promises';
import { RepriseError } from '../../events/error.ts';
import type { Merge } from '../../model/merge.ts';

/** Merges that wait to be made durable; past it no partition passes another barrier. */
export const unkeptMergesMax = 32;

/** Merges that are made durable at a time: each waits for file calls most of its time, and whoever only reads waits for each. */
export const mergesKeptAtOnceMax = 8;

/** The longest wait for merges to be made durable before old ones are dropped. */
const IDLE_MS_MAX = 5_000;

/** The pause after a merge could not be made durable. */
const RETRY_MS = 500;

/** Time that whoever contributed last has to make the merge durable: past it, it may have died, and another one does. */
const OTHERS_MS = 1_000;

/** How merges are kept. */
export interface MergeKeepingDeps {
  /** Makes a merge durable. */
  readonly keep: (merge: Merge) => Promise<void>;
  readonly isKept: (merge: Merge) => Promise<boolean>;
  /** Told once an outage. */
  readonly onUnkept: (error: unknown) => void;
}

/** Makes merges durable beside the learning, a few at a time: nobody who takes one waits for a disk. */
export class MergeKeeping {
  readonly #deps: MergeKeepingDeps;
  /** Those that nobody makes durable yet. */
  readonly #waiting: Merge[] = [];
  readonly #keepers = new Set<Promise<void>>();
  #unkept = 0;
  #trouble: unknown;

  constructor(deps: MergeKeepingDeps) {
    this.#deps = deps;
  }

  /** Takes a merge; one that is not ours is left for a while to whoever contributed last. */
  add(merge: Merge, isOurs: boolean): void {
    if (isOurs) {
      this.#unkept += 1;
      this.#waiting.push(merge);
      if (this.#keepers.size < mergesKeptAtOnceMax) this.#keepBeside();
    } else setTimeout(() => void this.#look(merge), OTHERS_MS).unref();
  }

  /** Throws UNAVAILABLE where too many merges wait: who goes on all the same would take what nobody can bring back. */
  async room(): Promise<void> {
    if (this.#unkept < unkeptMergesMax) return;
    await Promise.race([...this.#keepers, sleep(RETRY_MS)]);
    const merges = this.#unkept;
    if (merges < unkeptMergesMax) return;
    const message = `${String(merges)} merges are not durable yet: make room where shared files are, or see that it answers`;
    throw new RepriseError('UNAVAILABLE', message, { merges }, this.#trouble);
  }

  /** Resolves when nothing waits, or what waits cannot be made durable now. */
  async idle(): Promise<void> {
    const late = sleep(IDLE_MS_MAX, undefined, { ref: false });
    await Promise.race([Promise.all(this.#keepers), late]);
  }

  #keepBeside(): void {
    const keeper = this.#keepAll().finally(() => this.#keepers.delete(keeper));
    this.#keepers.add(keeper);
  }

  async #keepAll(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#keep(next);
      this.#unkept -= 1;
    }
  }

  async #keep(merge: Merge): Promise<void> {
    for (;;) {
      try {
        await this.#deps.keep(merge);
        this.#trouble = undefined;
        return;
      } catch (error) {
        if (this.#trouble === undefined) this.#deps.onUnkept(error);
        this.#trouble = error;
        await sleep(RETRY_MS, undefined, { ref: false });
      }
    }
  }

  /** Keeps what whoever contributed last has not kept; where that cannot be seen, keeping it twice harms nobody. */
  async #look(merge: Merge): Promise<void> {
    if (await this.#deps.isKept(merge).catch(() => false)) return;
    this.add(merge, true);
  }
}
