import { appendedMsOf, lastAppendedBy } from '../../events/append-time.ts';
import { RepriseError } from '../../events/error.ts';
import type { Journal } from '../../events/journal.ts';
import { formatPosition, ORIGIN, sequence } from '../../events/position.ts';
import type { Partition, Position } from '../../events/position.ts';

/** The moment that is asked for: a position of the user's partition, or a time of appending, Unix milliseconds. */
export type AsOf = { readonly position: Position } | { readonly timeMs: number };

/** What moments are found with. */
export interface PastPlacesDeps {
  readonly journal: Pick<Journal, 'read' | 'head' | 'partitions'>;
  readonly yieldNow: () => Promise<void>;
}

/** Finds where the partitions of a journal stood at a moment. */
export class PastPlaces {
  readonly #deps: PastPlacesDeps;

  constructor(deps: PastPlacesDeps) {
    this.#deps = deps;
  }

  /** Where a user's own partition stood; throws INVALID, naming `asOf`, where there is no such moment. */
  async own(asOf: AsOf, own: Partition): Promise<Position> {
    if ('timeMs' in asOf) return this.#ownBy(asOf.timeMs, own);
    const { position } = asOf;
    const head = this.#deps.journal.head(own);
    const end = formatPosition({ partition: own, sequence: head });
    if (position.partition !== own) {
      throw refused(
        `names ${formatPosition(position)}, but the user's events stand in partition ${String(own)}: name a position there, up to ${end}, or a time`,
      );
    }
    if (position.sequence > head) {
      throw refused(`names ${formatPosition(position)}, which lies beyond the head ${end}`);
    }
    return position;
  }

  /** All partitions at the moment that a user's own stood at a place, which goes first. */
  async all(at: Position, asOf: AsOf): Promise<readonly Position[]> {
    const ownMs = await appendedMsOf(this.#deps.journal, at.partition, at.sequence);
    const timeMs = 'timeMs' in asOf ? asOf.timeMs : (ownMs ?? -Infinity);
    const places = await this.#by(timeMs);
    return [at, ...places.filter(({ partition }) => partition !== at.partition)];
  }

  /** Where the partitions end, a user's own first. */
  heads(own: Partition): readonly Position[] {
    const { journal } = this.#deps;
    const partitions = Array.from({ length: journal.partitions }, (_, partition) => partition);
    const ordered = [own, ...partitions.filter((partition) => partition !== own)];
    return ordered.map((partition) => ({ partition, sequence: journal.head(partition) }));
  }

  async #ownBy(timeMs: number, own: Partition): Promise<Position> {
    const places = await this.#by(timeMs);
    if (places.every(({ sequence: at }) => at === ORIGIN)) {
      const firstMs = await this.#firstMs();
      const since = Number.isFinite(firstMs)
        ? `the first event was appended at ${new Date(firstMs).toISOString()}`
        : 'no event has been appended yet';
      throw refused(`lies before the first event: ${since}`);
    }
    return places[own] ?? { partition: own, sequence: ORIGIN };
  }

  async #by(timeMs: number): Promise<readonly Position[]> {
    const { journal, yieldNow } = this.#deps;
    const places: Position[] = [];
    for (let partition = 0; partition < journal.partitions; partition += 1) {
      const at = await lastAppendedBy(journal, partition, timeMs, yieldNow);
      places.push({ partition, sequence: at });
    }
    return places;
  }

  /** When the first event of any partition was appended; Infinity where there is none. */
  async #firstMs(): Promise<number> {
    const { journal } = this.#deps;
    let firstMs = Infinity;
    for (let partition = 0; partition < journal.partitions; partition += 1) {
      const appendedMs = await appendedMsOf(journal, partition, sequence(0));
      if (appendedMs !== undefined) firstMs = Math.min(firstMs, appendedMs);
    }
    return firstMs;
  }
}

function refused(reason: string): RepriseError {
  return new RepriseError('INVALID', `asOf ${reason}`, { field: 'asOf' });
}
