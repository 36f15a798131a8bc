import type { OffsetsPort } from '../../../api/deps.ts';
import type { Acknowledgement } from '../../../events/acknowledgements.ts';
import type { CoveringJournal } from '../../../events/blocks/covering-journal.ts';
import { RepriseError } from '../../../events/error.ts';
import { ORIGIN } from '../../../events/position.ts';
import type { Partition, Position } from '../../../events/position.ts';
import { formatOffset } from '../../../events/transport.ts';
import type { TransportOffset } from '../../../events/transport.ts';

/** Answers that may wait at a time for what a transport carries. */
export const OFFSET_WAITERS_MAX = 1_000;

/** How often the journal is asked while somebody waits. */
const LOOK_MS = 20;

/** What offsets are looked up with. */
export interface OffsetPlacesDeps {
  readonly journal: Pick<CoveringJournal, 'partitions' | 'uncovered' | 'read' | 'head'>;
  /** How long an answer waits. */
  readonly afterWaitMsMax: number;
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Where a partition's journal ends, and the first offset that is not known to be in it or passed over. */
interface End {
  readonly uncovered: number;
  readonly head: Position;
}

/** Waits until the journal has what a transport carried: the head of then includes it. */
export class OffsetPlaces implements OffsetsPort {
  readonly #deps: OffsetPlacesDeps;
  /** One question a partition is under way at a time, however many wait. */
  readonly #looks = new Map<Partition, Promise<End>>();
  /** The offset after the last that was acknowledged: what was there before is covered by no block of its own. */
  readonly #acknowledged = new Map<Partition, number>();
  #waiting = 0;

  constructor(deps: OffsetPlacesDeps) {
    this.#deps = deps;
  }

  /** Takes note of what the ingest said. */
  heard({ partition, from, sequences }: Acknowledgement): void {
    const next = from + sequences.length;
    if (next > (this.#acknowledged.get(partition) ?? 0)) this.#acknowledged.set(partition, next);
  }

  async positions(offsets: readonly TransportOffset[]): Promise<readonly Position[]> {
    if (this.#waiting >= OFFSET_WAITERS_MAX) {
      throw new RepriseError('BUSY', 'too many answers wait for what was sent: try again');
    }
    this.#waiting += 1;
    try {
      const found = await Promise.all(offsets.map((offset) => this.#position(offset)));
      return found.filter(({ sequence }) => sequence > ORIGIN);
    } finally {
      this.#waiting -= 1;
    }
  }

  async #position(offset: TransportOffset): Promise<Position> {
    const { journal, clock, sleep, afterWaitMsMax } = this.#deps;
    const { partition } = offset;
    if (partition >= journal.partitions) {
      const last = String(journal.partitions - 1);
      const message = `after names partition ${String(partition)}, but the last one is ${last}`;
      throw new RepriseError('INVALID', message, { field: 'after' });
    }
    const endMs = clock() + afterWaitMsMax;
    for (;;) {
      const { uncovered, head } = await this.#look(partition);
      if (uncovered > offset.offset) return head;
      if (clock() >= endMs) throw notThere(offset, afterWaitMsMax);
      await sleep(LOOK_MS);
    }
  }

  #look(partition: Partition): Promise<End> {
    const under = this.#looks.get(partition);
    if (under !== undefined) return under;
    const look = this.#end(partition).finally(() => this.#looks.delete(partition));
    this.#looks.set(partition, look);
    return look;
  }

  async #end(partition: Partition): Promise<End> {
    const { journal } = this.#deps;
    // Before the head is read, for whoever joins this look: what is heard later may lie past that head.
    const heard = this.#acknowledged.get(partition) ?? 0;
    const uncovered = Math.max(await journal.uncovered(partition), heard);
    // Reading past the known head asks the store where the head is now: it is past what is covered.
    await journal.read(partition, journal.head(partition));
    return { uncovered, head: { partition, sequence: journal.head(partition) } };
  }
}

function notThere(offset: TransportOffset, waitMsMax: number): RepriseError {
  const at = formatOffset(offset);
  return new RepriseError(
    'TIMEOUT',
    `the journal did not cover ${at} within ${String(waitMsMax)} ms: try again, or see that an ingest runs`,
    { field: 'after', position: at },
  );
}
