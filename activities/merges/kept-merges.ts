import { RepriseError } from '../../events/error.ts';
import type { Contribution, Merge } from '../../model/merge.ts';
import type { MergeExchange } from './merge-exchange.ts';
import type { MergeName, MergeStore } from './merge-store.ts';

/**
 * The exchange of one partition that is replayed where all have been: it takes the merges that were made then, and
 * what it contributes is known already. A merge that is gone is NOT_FOUND: replay all partitions together.
 */
export class KeptMerges implements MergeExchange {
  readonly #store: Pick<MergeStore, 'read'>;

  constructor(store: Pick<MergeStore, 'read'>) {
    this.#store = store;
  }

  contribute(_contribution: Contribution): Promise<void> {
    return Promise.resolve();
  }

  async take(name: MergeName): Promise<Merge> {
    const merge = await this.#store.read(name);
    if (merge !== undefined) return merge;
    const { version, barrier } = name;
    throw new RepriseError('NOT_FOUND', `the merge ${String(barrier)} of ${version} is not kept`);
  }
}
