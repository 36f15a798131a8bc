import type { EmbeddedJournal } from '../../adapters/embedded/journal.ts';
import type { Surrogate } from '../../events/fact.ts';
import type { Partition, Sequence } from '../../events/position.ts';
import { MeteredJournal } from './metered-journal.ts';
import type { JournalMeter } from './metered-journal.ts';

/** A journal of one process whose appends are measured; everything else is as it was. */
export class MeteredChainedJournal extends MeteredJournal implements EmbeddedJournal {
  readonly #journal: EmbeddedJournal;

  constructor(journal: EmbeddedJournal, meter: JournalMeter) {
    super(journal, meter);
    this.#journal = journal;
  }

  chainHash(partition: Partition, at: Sequence): Promise<string> {
    return this.#journal.chainHash(partition, at);
  }

  redact(surrogates: readonly Surrogate[]): ReturnType<EmbeddedJournal['redact']> {
    return this.#journal.redact(surrogates);
  }
}
