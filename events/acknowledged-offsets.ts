import type { Acknowledgement } from './acknowledgements.ts';
import type { Partition, Sequence } from './position.ts';
import type { Schedule } from './schedule.ts';
import type { TransportOffset } from './transport.ts';

/** What became of one message; undefined sequence: the ingest parked it. */
export interface AcknowledgedMessage {
  readonly sequence: Sequence | undefined;
  readonly duplicate: boolean;
}

/** The acknowledgements of a partition that are remembered, for they may come before their send resolves. */
export const recentAcknowledgementsMax = 16_384;

/** Several offsets that are waited for together. */
interface Wait {
  readonly outcomes: (AcknowledgedMessage | undefined)[];
  missing: number;
  wake: () => void;
}

interface PartitionOffsets {
  /** What was acknowledged lately and nobody waited for, oldest first. */
  readonly recent: Map<number, AcknowledgedMessage>;
  readonly waiting: Map<number, { readonly wait: Wait; readonly index: number }>;
  /** The offset after the last acknowledged one; undefined before the first acknowledgement. */
  next: number | undefined;
}

/** Ties what is acknowledged to who waits for it, whichever of the two comes first. */
export class AcknowledgedOffsets {
  readonly #partitions: PartitionOffsets[];
  readonly #schedule: Schedule;
  readonly #recentMax: number;

  constructor(partitions: number, schedule: Schedule, recentMax = recentAcknowledgementsMax) {
    this.#partitions = Array.from({ length: partitions }, () => ({
      recent: new Map(),
      waiting: new Map(),
      next: undefined,
    }));
    this.#schedule = schedule;
    this.#recentMax = recentMax;
  }

  /** Takes what was published: wakes who waits, and remembers the rest within the bound. */
  take(acknowledgement: Acknowledgement): void {
    const partition = this.#partitions[acknowledgement.partition];
    if (partition === undefined) return;
    const { from, sequences, duplicates } = acknowledgement;
    sequences.forEach((sequence, i) => {
      const outcome = {
        sequence: sequence < 0 ? undefined : (sequence as Sequence),
        duplicate: duplicates[i] === true,
      };
      settle(partition, from + i, outcome, this.#recentMax);
    });
    partition.next = Math.max(partition.next ?? 0, from + sequences.length);
  }

  /** The offset after the last acknowledged one of a partition; undefined before the first. */
  next(partition: Partition): number | undefined {
    return this.#partitions[partition]?.next;
  }

  /** Resolves with what became of each, when all are known or the time is over; undefined for those not known then. */
  wait(
    offsets: readonly TransportOffset[],
    waitMsMax: number,
  ): Promise<readonly (AcknowledgedMessage | undefined)[]> {
    const wait: Wait = { outcomes: [], missing: 0, wake: () => undefined };
    offsets.forEach(({ partition, offset }, index) => {
      const place = this.#partitions[partition];
      const known = place?.recent.get(offset);
      place?.recent.delete(offset);
      wait.outcomes.push(known);
      if (known !== undefined) return;
      wait.missing += 1;
      place?.waiting.set(offset, { wait, index });
    });
    if (wait.missing === 0) return Promise.resolve(wait.outcomes);
    return new Promise((resolve) => {
      const end = (): void => {
        callOff();
        for (const { partition, offset } of offsets) {
          this.#partitions[partition]?.waiting.delete(offset);
        }
        resolve(wait.outcomes);
      };
      const callOff = this.#schedule(waitMsMax, end);
      wait.wake = end;
    });
  }
}

function settle(
  { recent, waiting }: PartitionOffsets,
  offset: number,
  outcome: AcknowledgedMessage,
  recentMax: number,
): void {
  const waiter = waiting.get(offset);
  if (waiter === undefined) {
    recent.set(offset, outcome);
    if (recent.size <= recentMax) return;
    const [oldest] = recent.keys();
    if (oldest !== undefined) recent.delete(oldest);
    return;
  }
  waiting.delete(offset);
  waiter.wait.outcomes[waiter.index] = outcome;
  waiter.wait.missing -= 1;
  if (waiter.wait.missing === 0) waiter.wait.wake();
}
