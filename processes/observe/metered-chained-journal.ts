import type { ChainedJournal } from '../../events/journal.ts';
import type { Partition, Sequence } from '../../events/position.ts';
import { MeteredJournal } from './metered-journal.ts';
import type { JournalMeter } from './metered-journal.ts';

/** A journal of one process whose appends are measured; everything else is as it was. */
export class MeteredChainedJournal extends MeteredJournal implements ChainedJournal {
  readonly #journal: ChainedJournal;

  constructor(journal: ChainedJournal, meter: JournalMeter) {
    super(journal, meter);
    this.#journal = journal;
  }

  chainHash(partition: Partition, at: Sequence): Promise<string> {
    return this.#journal.chainHash(partition, at);
  }
}
