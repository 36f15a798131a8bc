import type { Position } from './position.ts';

/** An interaction as a client sends it, its syntax checked already. */
export interface IncomingEvent {
  /** The idempotency key; a random one is made where it is absent. */
  readonly id?: string | undefined;
  readonly type: string;
  readonly user: string;
  readonly item: string;
  readonly value?: number | undefined;
  /** Unix milliseconds; the time of arrival where absent. */
  readonly time?: number | undefined;
  readonly context?: Readonly<Record<string, unknown>> | undefined;
  /** The answer that this event is a reaction to. It teaches nothing: it is sealed with the id, and counted. */
  readonly recommendationId?: string | undefined;
  /** The system that sends it: an id of 1 to 256 bytes, kept in the clear beside the event. */
  readonly source?: string | undefined;
}

/** An event on its way to the journal: its sender filled in id and time. */
export interface SentEvent extends IncomingEvent {
  readonly id: string;
  readonly time: number;
}

/** What became of a batch: how many events are new, how many were there before, and where each stands. */
export interface AcceptedEvents {
  readonly accepted: number;
  readonly duplicates: number;
  /** One `"partition:sequence"` an event that is in the journal, in the order of the request. */
  readonly positions: readonly string[];
  /**
   * One `"partition@offset"` an event that was taken and is not in the journal yet, in the order of the request. Always
   * empty in the embedded profile: events are in the journal when the door answers.
   */
  readonly pending: readonly string[];
}

/** An item's metadata as a client sends it; null metadata withdraw the item. */
export interface IncomingItem {
  readonly item: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** The idempotency key; a random one is made where it is absent. */
  readonly id?: string | undefined;
  /** Unix milliseconds; the time of arrival where absent. */
  readonly time?: number | undefined;
}

/** Where a shared fact stands: one position a partition. */
export interface AppendedShared {
  readonly positions: readonly Position[];
  readonly duplicate: boolean;
}
