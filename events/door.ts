import { checkEvents, checkItems } from './check-incoming.ts';
import { eventKey } from './event-key.ts';
import type { ItemPublished, SharedFact } from './fact.ts';
import type { Identity, IdentityStore } from './identity.ts';
import type { AcceptedEvents, AppendedShared, IncomingEvent, IncomingItem } from './incoming.ts';
import type { InteractionTypes } from './interaction-type.ts';
import type { Appended, EventKey, Journal, JournalEntry } from './journal.ts';
import { partitionOf } from './partition-of.ts';
import { formatPosition } from './position.ts';
import type { Position } from './position.ts';
import type { RandomBytes } from './random.ts';
import { NONCE_BYTES, seal } from './seal.ts';

/** What the door needs. */
export interface DoorDeps {
  readonly journal: Journal;
  readonly identities: IdentityStore;
  readonly types: InteractionTypes;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly random: RandomBytes;
  /** Lets other work run between the slices of a long batch; nothing is let in where it is absent. */
  readonly yieldNow?: () => Promise<void>;
  /** How far ahead of the clock an event's time may be; {@link EVENT_AHEAD_MS_MAX} where absent. */
  readonly eventAheadMsMax?: number;
}

/** The one way in for events: checks what they mean, gives users their surrogates, seals, appends. */
export interface EventDoor {
  /** Appends a batch whole, or refuses it whole with INVALID naming index, field and remedy. */
  accept(incoming: readonly IncomingEvent[]): Promise<AcceptedEvents>;
  /** Publishes an item's metadata to every partition; null metadata withdraw it. The same id again changes nothing. */
  publishItem(
    item: string,
    metadata: ItemPublished['metadata'],
    id?: string,
  ): Promise<AppendedShared>;
  /** Publishes many items' metadata in one batch. */
  publishItems(items: readonly IncomingItem[]): Promise<readonly AppendedShared[]>;
  /** Appends a fact that changes everybody's answers to every partition; the same id again changes nothing. */
  appendShared(fact: SharedFact, id: string): Promise<AppendedShared>;
}

/** An event's time may be a day ahead of the clock. */
export const EVENT_AHEAD_MS_MAX = 86_400_000;

/** How many events are sealed before other work may run. */
const SLICE_EVENTS_MAX = 500;

const MADE_ID_BYTES = 16;

/** Creates the door before a journal. */
export function createDoor(deps: DoorDeps): EventDoor {
  const types = new Set(Object.keys(deps.types));
  const timeMsMax = (): number => deps.clock() + (deps.eventAheadMsMax ?? EVENT_AHEAD_MS_MAX);
  const publishItems = async (
    items: readonly IncomingItem[],
  ): Promise<readonly AppendedShared[]> => {
    checkItems(items, timeMsMax());
    return deps.journal.append(items.map((item) => itemEntry(deps, item)));
  };
  return {
    async accept(incoming) {
      checkEvents(incoming, { types, timeMsMax: timeMsMax() });
      return acceptEvents(deps, incoming);
    },
    async publishItem(item, metadata, id) {
      return onlyOne(await publishItems([{ item, metadata, id }]));
    },
    publishItems,
    async appendShared(fact, id) {
      const entry = { partition: 'all', key: eventKey(id), fact } as const;
      return onlyOne(await deps.journal.append([entry]));
    },
  };
}

/** An incoming event with what the door found out about it. */
interface Arrival {
  readonly event: IncomingEvent;
  readonly id: string;
  readonly key: EventKey;
  /** Where the journal has it already: neither identity nor seal is made for it again. */
  readonly known: readonly Position[] | undefined;
}

async function acceptEvents(
  deps: DoorDeps,
  incoming: readonly IncomingEvent[],
): Promise<AcceptedEvents> {
  const arrivals = await recognise(deps, incoming);
  const fresh = arrivals.filter((arrival) => arrival.known === undefined);
  const appended = fresh.length === 0 ? [] : await appendFresh(deps, fresh);
  let next = 0;
  let duplicates = 0;
  const positions = arrivals.map(({ known }) => {
    const found = known ?? appended[next]?.positions ?? [];
    if (known !== undefined || appended[next]?.duplicate === true) duplicates += 1;
    if (known === undefined) next += 1;
    const [position] = found;
    if (position === undefined) throw new Error('the journal gave an event no position');
    return formatPosition(position);
  });
  return { accepted: incoming.length - duplicates, duplicates, positions, pending: [] };
}

/** Gives every event its id and key, and looks up which ones the journal has. */
async function recognise(deps: DoorDeps, incoming: readonly IncomingEvent[]): Promise<Arrival[]> {
  const arrivals: Arrival[] = [];
  for (const event of incoming) {
    const id = event.id ?? madeId(deps.random);
    const key = eventKey(id);
    const known = event.id === undefined ? undefined : await deps.journal.find(key);
    arrivals.push({ event, id, key, known });
    if (arrivals.length % SLICE_EVENTS_MAX === 0) await deps.yieldNow?.();
  }
  return arrivals;
}

async function appendFresh(
  deps: DoorDeps,
  fresh: readonly Arrival[],
): Promise<readonly Appended[]> {
  const users = [...new Set(fresh.map((arrival) => arrival.event.user))];
  const resolved = await deps.identities.resolve(users);
  const identities = new Map(resolved.map((identity) => [identity.id, identity]));
  const partitions = new Map(users.map((id) => [id, partitionOf(id, deps.journal.partitions)]));
  const nowMs = deps.clock();
  const entries: JournalEntry[] = [];
  for (let from = 0; from < fresh.length; from += SLICE_EVENTS_MAX) {
    const slice = fresh.slice(from, from + SLICE_EVENTS_MAX);
    const nonces = deps.random(slice.length * NONCE_BYTES);
    slice.forEach((arrival, i) => {
      const identity = identities.get(arrival.event.user);
      const partition = partitions.get(arrival.event.user);
      if (identity === undefined || partition === undefined) {
        throw new Error('the identity store left a user out');
      }
      const nonce = nonces.subarray(i * NONCE_BYTES, (i + 1) * NONCE_BYTES);
      entries.push(interactionEntry(arrival, identity, partition, nowMs, nonce));
    });
    await deps.yieldNow?.();
  }
  return deps.journal.append(entries);
}

function interactionEntry(
  { event, id, key }: Arrival,
  identity: Identity,
  partition: number,
  nowMs: number,
  nonce: Uint8Array,
): JournalEntry {
  const content = event.context === undefined ? { id } : { id, context: event.context };
  return {
    partition,
    key,
    fact: {
      kind: 'InteractionRecorded',
      type: event.type,
      user: identity.surrogate,
      item: event.item,
      value: event.value ?? NaN,
      timeMs: event.time ?? nowMs,
      sealed: seal(content, identity.key, nonce, key),
    },
  };
}

function itemEntry(deps: DoorDeps, { item, metadata, id, time }: IncomingItem): JournalEntry {
  const fact: ItemPublished = {
    kind: 'ItemPublished',
    item,
    metadata,
    timeMs: time ?? deps.clock(),
  };
  return { partition: 'all', key: eventKey(id ?? madeId(deps.random)), fact };
}

function madeId(random: RandomBytes): string {
  return Buffer.from(random(MADE_ID_BYTES)).toString('hex');
}

function onlyOne(appended: readonly AppendedShared[]): AppendedShared {
  const [first] = appended;
  if (first === undefined) throw new Error('the journal gave an event no position');
  return first;
}
