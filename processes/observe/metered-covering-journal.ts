import type { Series } from '../../activities/instruments.ts';
import type { CoveredOffsets, CoveringJournal } from '../../events/blocks/covering-journal.ts';
import type { Appended, EventKey, JournalEntry } from '../../events/journal.ts';
import type { Partition, Sequence } from '../../events/position.ts';
import { MeteredJournal } from './metered-journal.ts';
import type { JournalMeter } from './metered-journal.ts';
import { timed } from './timed.ts';

/** A journal that an ingest feeds, whose appends are measured. */
export class MeteredCoveringJournal extends MeteredJournal implements CoveringJournal {
  readonly #journal: CoveringJournal;
  readonly #appends: Series;
  readonly #clock: () => number;

  constructor(journal: CoveringJournal, meter: JournalMeter) {
    super(journal, meter);
    this.#journal = journal;
    this.#appends = meter.appends;
    this.#clock = meter.clock;
  }

  appendCovering(
    partition: Partition,
    entries: readonly JournalEntry[],
    offsets: CoveredOffsets,
  ): Promise<readonly Appended[]> {
    return timed(this.#appends, this.#clock, () =>
      this.#journal.appendCovering(partition, entries, offsets),
    );
  }

  known(
    partition: Partition,
    keys: readonly EventKey[],
  ): Promise<readonly (Sequence | undefined)[]> {
    return this.#journal.known(partition, keys);
  }

  uncovered(partition: Partition): Promise<number> {
    return this.#journal.uncovered(partition);
  }
}
