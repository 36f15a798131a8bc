import type { EventKey, Journal, JournalEntry } from './journal.ts';
import type { Fact, ItemPublished, SharedFact } from './fact.ts';
import type { IdentityStore } from './identity.ts';
import type { InteractionTypes } from './interaction-type.ts';
import type { Position } from './position.ts';
import type { RandomBytes } from './random.ts';

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
}

/** What became of a batch: how many events are new, how many were there before, and where each stands. */
export interface AcceptedEvents {
  readonly accepted: number;
  readonly duplicates: number;
  /** One `"partition:sequence"` an event, in the order of the request. */
  readonly positions: readonly string[];
  /** Always empty in the embedded profile: events are in the journal when the door answers. */
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

/** What the door needs. */
export interface DoorDeps {
  readonly journal: Journal;
  readonly identities: IdentityStore;
  readonly types: InteractionTypes;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly random: RandomBytes;
  /** Lets other work run between slices of a long batch; nothing is let in where it is absent. */
  readonly yieldNow?: () => Promise<void>;
  readonly eventAheadMsMax?: number;
}

/** The one way in for events: checks what they mean, gives users their surrogates, seals, appends. */
export interface EventDoor {
  /** Appends a batch whole, or refuses it whole with INVALID naming index, field and remedy. */
  accept(incoming: readonly IncomingEvent[]): Promise<AcceptedEvents>;
  /** Publishes an item's metadata to every partition. */
  publishItem(item: string, metadata: ItemPublished['metadata']): Promise<AppendedShared>;
  /** Publishes many items' metadata in one batch. */
  publishItems(items: readonly IncomingItem[]): Promise<readonly AppendedShared[]>;
  /** Appends a fact that changes everybody's answers to every partition; the same id again changes nothing. */
  appendShared(fact: SharedFact, id: string): Promise<AppendedShared>;
}
