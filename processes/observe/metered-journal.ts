import type { Series } from '../../activities/instruments.ts';
import type { EventBlock } from '../../events/blocks/block.ts';
import type { Appended, EventKey, Journal, JournalEntry } from '../../events/journal.ts';
import type { JournalStatus } from '../../events/journal.ts';
import type { Partition, Position, Sequence } from '../../events/position.ts';

/** What a journal's appends are told to. */
export interface JournalMeter {
  /** Seconds until an append was durable. */
  readonly appends: Series;
  /** The last sequence that an append has in a partition. */
  readonly appended: (partition: number, sequence: number) => void;
  /** Milliseconds with fractions. */
  readonly clock: () => number;
}

/** A journal whose appends are measured; everything else is as it was. */
export class MeteredJournal implements Journal {
  readonly partitions: number;
  readonly #journal: Journal;
  readonly #meter: JournalMeter;

  constructor(journal: Journal, meter: JournalMeter) {
    this.partitions = journal.partitions;
    this.#journal = journal;
    this.#meter = meter;
  }

  async append(entries: readonly JournalEntry[]): Promise<readonly Appended[]> {
    const { appends, clock } = this.#meter;
    const beganMs = clock();
    const appended = await this.#journal.append(entries);
    appends((clock() - beganMs) / 1_000);
    this.#tell(appended);
    return appended;
  }

  head(partition: Partition): Sequence {
    return this.#journal.head(partition);
  }

  read(partition: Partition, after: Sequence): Promise<EventBlock | undefined> {
    return this.#journal.read(partition, after);
  }

  changed(partition: Partition, after: Sequence, signal: AbortSignal): Promise<void> {
    return this.#journal.changed(partition, after, signal);
  }

  find(key: EventKey): Promise<readonly Position[] | undefined> {
    return this.#journal.find(key);
  }

  isErased(surrogate: Uint8Array): Promise<boolean> {
    return this.#journal.isErased(surrogate);
  }

  status(): JournalStatus {
    return this.#journal.status();
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  /** Tells of the furthest position of each partition that holds anything new. */
  #tell(appended: readonly Appended[]): void {
    const furthest = new Map<number, number>();
    for (const { positions, duplicate } of appended) {
      if (duplicate) continue;
      for (const { partition, sequence } of positions) {
        if ((furthest.get(partition) ?? -1) < sequence) furthest.set(partition, sequence);
      }
    }
    for (const [partition, sequence] of furthest) this.#meter.appended(partition, sequence);
  }
}
