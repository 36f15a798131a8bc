import { mergeContributions, type Contribution, type Merge } from '../../model/merge.ts';
import { atOnce } from '../../model/steps.ts';
import type { HurtExchange } from './hurt-replay.ts';

/** The merges of one replay of all partitions, which are durable once they are made. */
export class HurtMerges implements HurtExchange {
  readonly #partitions: number;
  readonly #given = new Map<number, Map<number, Contribution>>();
  readonly #made = new Map<number, Merge>();
  readonly #waiting = new Map<number, ((merge: Merge) => void)[]>();

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  contribute(contribution: Contribution): Promise<void> {
    const { barrier, partition } = contribution;
    if (this.#made.has(barrier)) return Promise.resolve();
    const given = this.#given.get(barrier) ?? new Map<number, Contribution>();
    this.#given.set(barrier, given.set(partition, contribution));
    if (given.size === this.#partitions) this.#merge(barrier, [...given.values()]);
    return Promise.resolve();
  }

  take({ barrier }: { readonly barrier: number }): Promise<Merge> {
    const made = this.#made.get(barrier);
    if (made !== undefined) return Promise.resolve(made);
    return new Promise((resolve) => {
      this.#waiting.set(barrier, [...(this.#waiting.get(barrier) ?? []), resolve]);
    });
  }

  forget(partition: number): Promise<void> {
    for (const given of this.#given.values()) given.delete(partition);
    return Promise.resolve();
  }

  #merge(barrier: number, contributions: readonly Contribution[]): void {
    const merge = atOnce(mergeContributions(contributions));
    this.#made.set(barrier, merge);
    this.#given.delete(barrier);
    for (const resolve of this.#waiting.get(barrier) ?? []) resolve(merge);
    this.#waiting.delete(barrier);
  }
}
