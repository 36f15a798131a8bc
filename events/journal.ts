import type { EventBlock } from './blocks/block.ts';
import type { Fact, Surrogate } from './fact.ts';
import type { Partition, Position, Sequence } from './position.ts';

/** An event key: the first 128 bits of SHA-256 of the event's id. */
export type EventKey = Uint8Array;

/** One event to append: to one partition, or (`partition: 'all'`) to every partition. */
export interface JournalEntry {
  readonly partition: Partition | 'all';
  readonly key: EventKey;
  readonly fact: Fact;
}

/** Where an event stands after an append: one position, or one a partition for a shared fact. */
export interface Appended {
  readonly positions: readonly Position[];
  /** True where the same key stood in the journal before: the positions are those it already had. */
  readonly duplicate: boolean;
}

/** Bounds and sizes of a journal, for status and for the docs. */
export interface JournalStatus {
  readonly heads: readonly Sequence[];
  readonly bytes: number;
  /** True while appends are refused because the disk is full. */
  readonly full: boolean;
}

/** The durable, partitioned, append-only log of events: the one source of truth. */
export interface Journal {
  readonly partitions: number;
  /** Appends a batch in order, whole or not at all; resolves only after it is durable. Concurrent calls share commits. */
  append(entries: readonly JournalEntry[]): Promise<readonly Appended[]>;
  /** The last durable sequence of a partition; ORIGIN when it is empty. */
  head(partition: Partition): Sequence;
  /**
   * The block that holds sequence `after + 1` (it may start before), undefined at the head. Throws a
   * JournalDamaged error naming the position and the remedy where checksum or chain do not hold.
   */
  read(partition: Partition, after: Sequence): Promise<EventBlock | undefined>;
  /** Resolves when the partition's head is past `after`, or at once when the signal aborts. */
  changed(partition: Partition, after: Sequence, signal: AbortSignal): Promise<void>;
  /** The positions of the event with this key, while the key is within the idempotency bound. */
  find(key: EventKey): Promise<readonly Position[] | undefined>;
  /** Tells whether a UserErased of this surrogate (16 bytes) stands in the journal. */
  isErased(surrogate: Uint8Array): Promise<boolean>;
  status(): JournalStatus;
  close(): Promise<void>;
}

/** What a redaction blanked. */
export interface RedactedEvents {
  readonly events: number;
  readonly blocks: number;
}

/** A journal that proves what it holds. */
export interface ChainedJournal extends Journal {
  /**
   * The hash (hex) of the block that holds a sequence, which proves every block of the partition before it; zeros before
   * the first event. Throws DAMAGED where there is no such block.
   */
  chainHash(partition: Partition, at: Sequence): Promise<string>;
}

/** A journal whose events can be blanked. */
export interface RedactingJournal extends ChainedJournal {
  /**
   * Blanks the events of erased users, given by surrogate: no byte of them stays in the blocks, and their places and the
   * chain do. Doing so again changes nothing.
   */
  redact(surrogates: readonly Surrogate[]): Promise<RedactedEvents>;
}
