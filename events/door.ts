import { checkEvents, checkItems } from './check-incoming.ts';
import type { AnswerCheck } from './check-incoming.ts';
import { eventKey } from './event-key.ts';
import type { ItemPublished, SharedFact } from './fact.ts';
import type { IdentityStore } from './identity.ts';
import type { AcceptedEvents, AppendedShared, IncomingEvent, IncomingItem } from './incoming.ts';
import { eventTypes } from './interaction-type.ts';
import type { InteractionTypes } from './interaction-type.ts';
import type { Journal, JournalEntry } from './journal.ts';
import { madeId } from './made-id.ts';
import { partitionOf } from './partition-of.ts';
import { formatPosition } from './position.ts';
import type { Position } from './position.ts';
import type { RandomBytes } from './random.ts';
import { SLICE_EVENTS_MAX, sealEntries } from './sealing.ts';
import type { Arrival } from './sealing.ts';

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
  /** Tells whether a recommendation's id was made here; where absent, none is asked after. */
  readonly isAnswer?: AnswerCheck;
}

/** The one way in for events: checks what they mean, gives users their surrogates, seals, appends. */
export interface EventDoor {
  /**
   * Appends a batch whole, or refuses it whole with INVALID naming index, field and remedy. The W3C `traceparent` of a
   * trace that is kept goes with the events where they are sent on.
   */
  accept(incoming: readonly IncomingEvent[], traceparent?: string): Promise<AcceptedEvents>;
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

/** Creates the door before a journal. */
export function createDoor(deps: DoorDeps): EventDoor {
  const types = eventTypes(deps.types);
  const timeMsMax = (): number => deps.clock() + (deps.eventAheadMsMax ?? EVENT_AHEAD_MS_MAX);
  const publishItems = async (
    items: readonly IncomingItem[],
  ): Promise<readonly AppendedShared[]> => {
    checkItems(items, timeMsMax());
    return deps.journal.append(items.map((item) => itemEntry(deps, item)));
  };
  return {
    async accept(incoming) {
      checkEvents(incoming, { types, timeMsMax: timeMsMax(), isAnswer: deps.isAnswer });
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
interface Recognised extends Arrival {
  /** Where the journal has it already: neither identity nor seal is made for it again. */
  readonly known: readonly Position[] | undefined;
}

async function acceptEvents(
  deps: DoorDeps,
  incoming: readonly IncomingEvent[],
): Promise<AcceptedEvents> {
  const arrivals = await recognise(deps, incoming);
  const fresh = arrivals.filter((arrival) => arrival.known === undefined);
  const appended = fresh.length === 0 ? [] : await deps.journal.append(await sealed(deps, fresh));
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
async function recognise(
  deps: DoorDeps,
  incoming: readonly IncomingEvent[],
): Promise<Recognised[]> {
  const arrivals: Recognised[] = [];
  for (const event of incoming) {
    const id = event.id ?? madeId(deps.random);
    const key = eventKey(id);
    const known = event.id === undefined ? undefined : await deps.journal.find(key);
    arrivals.push({ event, id, key, known });
    if (arrivals.length % SLICE_EVENTS_MAX === 0) await deps.yieldNow?.();
  }
  return arrivals;
}

function sealed(deps: DoorDeps, fresh: readonly Arrival[]): Promise<JournalEntry[]> {
  const { identities, random, yieldNow } = deps;
  const { partitions } = deps.journal;
  const sealing = {
    identities,
    random,
    yieldNow,
    partitionOf: (user: string) => partitionOf(user, partitions),
  };
  return sealEntries(sealing, fresh, deps.clock());
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

function onlyOne(appended: readonly AppendedShared[]): AppendedShared {
  const [first] = appended;
  if (first === undefined) throw new Error('the journal gave an event no position');
  return first;
}
