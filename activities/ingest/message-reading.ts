import { eventFault, itemFault } from '../../events/check-incoming.ts';
import type { IncomingRules } from '../../events/check-incoming.ts';
import { readCloudMessage } from '../../events/cloud-message.ts';
import type { MessageHeaders } from '../../events/cloud-message.ts';
import { eventKey } from '../../events/event-key.ts';
import type { Surrogate } from '../../events/fact.ts';
import type { JournalEntry } from '../../events/journal.ts';
import { partitionOf } from '../../events/partition-of.ts';
import type { Partition } from '../../events/position.ts';
import type { Arrival } from '../../events/sealing.ts';
import { decodeMessage } from '../../events/transport-message.ts';
import type { ReceivedMessage } from '../../events/transport.ts';

/** A message as the ingest read it: an event to seal, a fact to append, or the reason why it is parked. */
export type ReadMessage = { readonly offset: number } & (
  | { readonly arrival: Arrival; readonly entry?: undefined; readonly fault?: undefined }
  | { readonly entry: JournalEntry; readonly arrival?: undefined; readonly fault?: undefined }
  | { readonly fault: string; readonly arrival?: undefined; readonly entry?: undefined }
);

/** What messages are held against. */
export interface ReadingRules extends IncomingRules {
  readonly partition: Partition;
  readonly owners: PartitionOwners;
}

/** The users of a partition that are remembered, so that their ids are hashed once. */
export const ownersMax = 50_000;

/** Tells whose events belong into a partition. */
export class PartitionOwners {
  readonly #partition: Partition;
  readonly #partitions: number;
  readonly #known = new Set<string>();

  constructor(partition: Partition, partitions: number) {
    this.#partition = partition;
    this.#partitions = partitions;
  }

  /** Tells whether a user's events belong here. */
  has(user: string): boolean {
    if (this.#known.has(user)) return true;
    if (partitionOf(user, this.#partitions) !== this.#partition) return false;
    if (this.#known.size >= ownersMax) this.#known.clear();
    this.#known.add(user);
    return true;
  }
}

/** Reads one message of a partition; what other producers put there is checked as if it came from a client. */
export function readMessage(received: ReceivedMessage, rules: ReadingRules): ReadMessage {
  const { offset, value, headers } = received;
  if (headers !== undefined) return readCloud(offset, headers, value, rules);
  const { message, fault } = decodeMessage(value);
  if (message === undefined) return { offset, fault: `message ${fault}` };
  if ('event' in message) {
    const { event } = message;
    const found = eventFault(event, rules);
    if (found !== undefined) return { offset, fault: `event.${found.field} ${found.fault}` };
    if (!rules.owners.has(event.user)) {
      return { offset, fault: 'event.user belongs to another partition: wrong partition' };
    }
    return { offset, arrival: { event, id: event.id, key: eventKey(event.id) } };
  }
  const { fact, id } = message;
  if (fact.kind === 'ItemPublished') {
    const { item, metadata, timeMs: time } = fact;
    const found = itemFault({ item, metadata, time }, rules.timeMsMax);
    if (found !== undefined) return { offset, fault: `item.${found.field} ${found.fault}` };
  }
  return { offset, entry: { partition: rules.partition, key: eventKey(id), fact } };
}

/** Reads a CloudEvent that another producer put there; one without a time gets that of its block. */
function readCloud(
  offset: number,
  headers: MessageHeaders,
  value: Uint8Array | null,
  rules: ReadingRules,
): ReadMessage {
  const { event, fault } = readCloudMessage(headers, value);
  if (event === undefined) return { offset, fault: `CloudEvent ${fault}` };
  const found = eventFault(event, rules);
  if (found !== undefined) return { offset, fault: `CloudEvent ${found.field} ${found.fault}` };
  if (!rules.owners.has(event.user)) {
    return { offset, fault: 'CloudEvent data.user belongs to another partition: wrong partition' };
  }
  return { offset, arrival: { event, id: event.id, key: eventKey(event.id) } };
}

/** The bounds of a block of messages. */
export interface BlockBounds {
  readonly eventsMax: number;
  readonly bytesMax: number;
}

/** Cuts consecutive messages into blocks within both bounds; a message over the bytes is a block of its own. */
export function* blocksOf(
  messages: readonly ReceivedMessage[],
  { eventsMax, bytesMax }: BlockBounds,
): Generator<readonly ReceivedMessage[]> {
  let from = 0;
  let bytes = 0;
  for (let to = 0; to < messages.length; to += 1) {
    const size = messages[to]?.value?.length ?? 0;
    if (to > from && (to - from >= eventsMax || bytes + size > bytesMax)) {
      yield messages.slice(from, to);
      from = to;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < messages.length) yield messages.slice(from);
}

/**
 * Cuts what was read behind every run of erasures: who was erased is a stranger to what was sent after. Most often there
 * is none.
 */
export function* untilErased(read: readonly ReadMessage[]): Generator<readonly ReadMessage[]> {
  let from = 0;
  for (let to = 1; to < read.length; to += 1) {
    if (erasedIn(read[to - 1]) === undefined || erasedIn(read[to]) !== undefined) continue;
    yield read.slice(from, to);
    from = to;
  }
  if (from < read.length) yield read.slice(from);
}

/** The user whose erasure a message is; undefined where it is something else. */
export function erasedIn(message: ReadMessage | undefined): Surrogate | undefined {
  const fact = message?.entry?.fact;
  return fact?.kind === 'UserErased' ? fact.user : undefined;
}
