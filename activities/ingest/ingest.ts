import type { Acknowledgement, AcknowledgementFeed } from '../../events/acknowledgements.ts';
import type { CoveringJournal } from '../../events/blocks/covering-journal.ts';
import { EVENT_AHEAD_MS_MAX } from '../../events/door.ts';
import { hasCode } from '../../events/error.ts';
import type { Surrogate } from '../../events/fact.ts';
import type { ForgettingIdentities } from '../../events/identity.ts';
import { eventTypes } from '../../events/interaction-type.ts';
import type { InteractionTypes } from '../../events/interaction-type.ts';
import type { Appended, EventKey, JournalEntry } from '../../events/journal.ts';
import type { Partition, Sequence } from '../../events/position.ts';
import type { RandomBytes } from '../../events/random.ts';
import { sealEntries } from '../../events/sealing.ts';
import type { Arrival } from '../../events/sealing.ts';
import type {
  AssignmentListener,
  BatchHandler,
  ReceivedMessage,
  TransportBatch,
} from '../../events/transport.ts';
import type { AppendTraces } from './append-traces.ts';
import { parentsOf, tracedIn } from './traced-messages.ts';
import { AcknowledgementSender, acknowledgementsOf } from './acknowledgement-sender.ts';
import type { HandledMessage } from './acknowledgement-sender.ts';
import type { Logger } from '../logger.ts';
import {
  PartitionOwners,
  blocksOf,
  erasedIn,
  readMessage,
  untilErased,
} from './message-reading.ts';
import type { ReadMessage } from './message-reading.ts';
import type { PoisonLot, PoisonRecord } from './poison-lot.ts';

/** The messages that one append covers at most. */
export const ingestBlockEventsMax = 2_000;

/** The bytes of messages that one append covers at most. */
export const ingestBlockBytesMax = 4_194_304;

/** How often one block is tried again after another writer came first. */
export const fencedRetriesMax = 16;

/** What the ingest needs. */
export interface IngestDeps {
  readonly journal: CoveringJournal;
  readonly identities: Pick<ForgettingIdentities, 'resolve' | 'erase'>;
  readonly poison: PoisonLot;
  readonly feed: Pick<AcknowledgementFeed, 'publish'>;
  readonly types: InteractionTypes;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly random: RandomBytes;
  readonly logger: Logger;
  /** Lets other work run, heartbeats to the group among it: without them its partitions are given to others. */
  readonly yieldNow: () => Promise<void>;
  /** {@link EVENT_AHEAD_MS_MAX} where absent. */
  readonly eventAheadMsMax?: number;
  /** {@link ingestBlockEventsMax} where absent. */
  readonly blockEventsMax?: number;
  /**
   * Done before a partition's messages are handled: what another ingest left half-way is ended, and nothing that was
   * remembered of its users is trusted any more.
   */
  readonly takeOver?: (partition: Partition) => Promise<void>;
  /** Goes on with the traces of requests; where absent no message's trace is looked at. */
  readonly traces?: AppendTraces | undefined;
}

/** How far the ingest has come in one partition. */
interface Progress {
  /** The first offset that no block covers: where the next block's cover starts. */
  uncovered: number;
  /** The first offset that was not handled: past `uncovered` where only known and parked messages lay between. */
  next: number;
  /** Whose erasures stand in the journal, and whose identities are to be destroyed before anything else is sealed. */
  erased: readonly Surrogate[];
  readonly owners: PartitionOwners;
}

/** The door of the cluster profile: what moves messages from the transport into the journal. */
export interface Ingest extends AssignmentListener {
  readonly handle: BatchHandler;
}

/** Creates the ingest before a journal; a partition's progress is the journal's own. */
export function createIngest(deps: IngestDeps): Ingest {
  const progresses = new Map<Partition, Progress>();
  const sender = new AcknowledgementSender(deps.feed, deps.logger);
  const assigned = async (partition: Partition): Promise<Progress> => {
    const uncovered = await deps.journal.uncovered(partition);
    await deps.takeOver?.(partition);
    const owners = new PartitionOwners(partition, deps.journal.partitions);
    const progress = { uncovered, next: uncovered, erased: [], owners };
    progresses.set(partition, progress);
    return progress;
  };
  return {
    assigned: async (partition) => (await assigned(partition)).uncovered,
    revoked: (partition) => void progresses.delete(partition),
    async handle({ partition, messages }: TransportBatch, signal) {
      const progress = progresses.get(partition) ?? (await assigned(partition));
      const bounds = {
        eventsMax: deps.blockEventsMax ?? ingestBlockEventsMax,
        bytesMax: ingestBlockBytesMax,
      };
      await destroyErased(deps, progress);
      const rest = messages.filter(({ offset }) => offset >= progress.next);
      for (const block of blocksOf(rest, bounds)) {
        signal.throwIfAborted();
        for (const told of await ingestBlock(deps, partition, progress, block)) sender.send(told);
        await deps.yieldNow();
      }
    },
  };
}

/** Moves one block of messages into the journal and tells what became of each. */
async function ingestBlock(
  deps: IngestDeps,
  partition: Partition,
  progress: Progress,
  messages: readonly ReceivedMessage[],
): Promise<readonly Acknowledgement[]> {
  const timeMsMax = deps.clock() + (deps.eventAheadMsMax ?? EVENT_AHEAD_MS_MAX);
  const types = eventTypes(deps.types);
  const rules = { types, timeMsMax, partition, owners: progress.owners };
  const read = messages.map((message) => readMessage(message, rules));
  const parents = deps.traces && parentsOf(messages);
  const told: Acknowledgement[] = [];
  for (const part of untilErased(read)) {
    told.push(...(await ingestPart(deps, partition, progress, part, parents)));
  }
  return told;
}

/** Moves messages into the journal that end with erasures, if there are any: their users' identities are destroyed after. */
async function ingestPart(
  deps: IngestDeps,
  partition: Partition,
  progress: Progress,
  read: readonly ReadMessage[],
  parents: ReadonlyMap<number, string> | undefined,
): Promise<readonly Acknowledgement[]> {
  await park(deps, partition, read);
  const known = await findKnown(deps, partition, read);
  const sealed = await sealFresh(deps, partition, read, known);
  const beganMs = deps.clock();
  const { from, outcomes } = await append(deps, partition, progress, read, sealed);
  if (parents !== undefined && parents.size > 0) {
    const times = { messages: read.length, beganMs, endedMs: deps.clock() };
    deps.traces?.(tracedIn({ partition, read, outcomes, parents }), times);
  }
  // They stand at the end, if there are any.
  if (erasedIn(read.at(-1)) !== undefined) {
    progress.erased = read.map(erasedIn).filter((user) => user !== undefined);
    await destroyErased(deps, progress);
  }
  const handled: HandledMessage[] = [];
  read.forEach(({ offset }, i) => {
    if (offset < from) return;
    const before = known[i];
    if (before !== undefined) handled.push({ offset, sequence: before, duplicate: true });
    else handled.push(handledMessage(offset, outcomes[i], partition));
  });
  return acknowledgementsOf(partition, handled);
}

/** Destroys the identities of those whose erasure was appended; where that fails it is done before the next message. */
async function destroyErased({ identities }: IngestDeps, progress: Progress): Promise<void> {
  if (progress.erased.length === 0) return;
  await identities.erase(progress.erased);
  progress.erased = [];
}

/** Keeps what can never be an event as dead letters, before its offsets are passed. */
async function park(
  deps: IngestDeps,
  partition: Partition,
  read: readonly ReadMessage[],
): Promise<void> {
  const parkedMs = deps.clock();
  const records: PoisonRecord[] = [];
  for (const { offset, fault } of read) {
    if (fault !== undefined) records.push({ partition, offset, reason: fault, parkedMs });
  }
  const [first] = records;
  if (first === undefined) return;
  await deps.poison.park(records);
  const { offset, reason } = first;
  deps.logger.warn({ partition, offset, reason, messages: records.length }, 'messages were parked');
}

/** Finds what stands in the journal already, message by message: neither identity nor seal is made for it again. */
async function findKnown(
  { journal }: IngestDeps,
  partition: Partition,
  read: readonly ReadMessage[],
): Promise<readonly (Sequence | undefined)[]> {
  const keys: EventKey[] = [];
  const places: number[] = [];
  read.forEach(({ arrival, entry }, i) => {
    const key = (arrival ?? entry)?.key;
    if (key === undefined) return;
    keys.push(key);
    places.push(i);
  });
  const found = keys.length === 0 ? [] : await journal.known(partition, keys);
  const known = new Array<Sequence | undefined>(read.length).fill(undefined);
  places.forEach((place, n) => {
    known[place] = found[n];
  });
  return known;
}

/** What goes into the journal, message by message; undefined for what does not. */
async function sealFresh(
  deps: IngestDeps,
  partition: Partition,
  read: readonly ReadMessage[],
  known: readonly (Sequence | undefined)[],
): Promise<readonly (JournalEntry | undefined)[]> {
  const arrivals: Arrival[] = [];
  read.forEach(({ arrival }, i) => {
    if (arrival !== undefined && known[i] === undefined) arrivals.push(arrival);
  });
  const { identities, random, yieldNow } = deps;
  const sealing = { identities, random, yieldNow, partitionOf: () => partition };
  const sealed = arrivals.length === 0 ? [] : await sealEntries(sealing, arrivals, deps.clock());
  let next = 0;
  return read.map(({ arrival, entry }, i) => {
    if (known[i] !== undefined) return undefined;
    if (arrival === undefined) return entry;
    next += 1;
    return sealed[next - 1];
  });
}

/** What an append came to. */
interface AppendOutcome {
  /** The first offset that this append answers for: what lies before was covered by another writer. */
  readonly from: number;
  /** Message by message; undefined for what was not appended. */
  readonly outcomes: readonly (Appended | undefined)[];
}

/** Appends a block's entries; where another writer came first it goes on from what is covered by then. */
async function append(
  { journal, logger }: IngestDeps,
  partition: Partition,
  progress: Progress,
  read: readonly ReadMessage[],
  sealed: readonly (JournalEntry | undefined)[],
): Promise<AppendOutcome> {
  const to = read.at(-1)?.offset ?? progress.next - 1;
  for (let tries = 0; ; tries += 1) {
    const from = progress.next;
    const entries: JournalEntry[] = [];
    const places: number[] = [];
    read.forEach(({ offset }, i) => {
      const entry = sealed[i];
      if (entry === undefined || offset < from) return;
      entries.push(entry);
      places.push(i);
    });
    try {
      const cover = { from: progress.uncovered, to };
      const appended =
        entries.length === 0 ? [] : await journal.appendCovering(partition, entries, cover);
      if (appended.some(({ duplicate }) => !duplicate)) progress.uncovered = to + 1;
      progress.next = Math.max(progress.next, to + 1);
      const outcomes = new Array<Appended | undefined>(read.length).fill(undefined);
      places.forEach((place, n) => {
        outcomes[place] = appended[n];
      });
      return { from, outcomes };
    } catch (error) {
      if (!hasCode(error, 'FENCED') || tries >= fencedRetriesMax) throw error;
      progress.uncovered = await journal.uncovered(partition);
      progress.next = Math.max(progress.next, progress.uncovered);
      logger.info({ partition, uncovered: progress.uncovered }, 'another writer came first');
    }
  }
}

/** Where an append put a message; the sequence −1 for one that was parked and not appended. */
function handledMessage(
  offset: number,
  appended: Appended | undefined,
  partition: Partition,
): HandledMessage {
  if (appended === undefined) return { offset, sequence: -1, duplicate: false };
  const position = appended.positions.find((each) => each.partition === partition);
  if (position === undefined) throw new Error('the journal gave an event no position');
  return { offset, sequence: position.sequence, duplicate: appended.duplicate };
}
