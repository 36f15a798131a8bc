import type { Partition, Sequence } from './position.ts';

/**
 * How far the journal was told elsewhere, one place a partition, and who tells it: a teller holds a partition for a while
 * and has to advance it within that. Two that believe to hold one tell some events twice, and never leave one out.
 */
export interface ToldPlaces {
  /** Takes a partition that nobody holds, and gives the last position that was told; undefined where another one holds it. */
  claim(partition: Partition, teller: string): Promise<Sequence | undefined>;
  /** Notes that all up to a position was told, and holds on; false where the partition is another's by now. */
  advance(partition: Partition, teller: string, to: Sequence): Promise<boolean>;
  /** Gives back what a teller holds, so that another one need not wait. */
  release(teller: string): Promise<void>;
}

/** How long a partition is held without a word of its teller. */
export const toldHoldMsMax = 15_000;
