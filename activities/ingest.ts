import type { Acknowledgement, AcknowledgementFeed } from '../events/acknowledgements.ts';
import type { CoveringJournal } from '../events/covering-journal.ts';
import { EVENT_AHEAD_MS_MAX } from '../events/door.ts';
import { hasCode } from '../events/error.ts';
import type { IdentityStore } from '../events/identity.ts';
import type { InteractionTypes } from '../events/interaction-type.ts';
import type { Appended, JournalEntry } from '../events/journal.ts';
import type { Partition, Sequence } from '../events/position.ts';
import type { RandomBytes } from '../events/random.ts';
import { sealEntries } from '../events/sealing.ts';
import type { Arrival } from '../events/sealing.ts';
import type {
  AssignmentListener,
  BatchHandler,
  ReceivedMessage,
  TransportBatch,
} from '../events/transport.ts';
import { AcknowledgementSender, acknowledgementsOf } from './acknowledgement-sender.ts';
import type { HandledMessage } from './acknowledgement-sender.ts';
import type { Logger } from './logger.ts';
import { PartitionOwners, blocksOf, readMessage } from './message-reading.ts';
import type { ReadMessage } from './message-reading.ts';
import type { PoisonLot } from './poison-lot.ts';

/** The messages that one append covers at most. */
export const ingestBlockEventsMax = 2_000;

/** The bytes of messages that one append covers at most. */
export const ingestBlockBytesMax = 4_194_304;

/** How often one block is tried again after another writer came first. */
export const fencedRetriesMax = 16;

/** What the ingest needs. */
export interface IngestDeps {
  readonly journal: CoveringJournal;
  readonly identities: IdentityStore;
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
}

/** How far the ingest has come in one partition. */
interface Progress {
  /** The first offset that no block covers: where the next block's cover starts. */
  uncovered: number;
  /** The first offset that was not handled: past `uncovered` where only known and parked messages lay between. */
  next: number;
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
    const owners = new PartitionOwners(partition, deps.journal.partitions);
    const progress = { uncovered, next: uncovered, owners };
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
  const types = new Set(Object.keys(deps.types));
  const rules = { types, timeMsMax, partition, owners: progress.owners };
  const read = messages.map((message) => readMessage(message, rules));
  await park(deps, partition, read);
  const known = await findKnown(deps, partition, read);
  const sealed = await sealFresh(deps, partition, read, known);
  const appended = await append(deps, partition, progress, read, sealed);
  const handled = read
    .filter(({ offset }) => offset >= appended.from)
    .map(({ offset }): HandledMessage => {
      const before = known.get(offset);
      if (before !== undefined) return { offset, sequence: before, duplicate: true };
      return { offset, ...placeOf(appended.outcomes.get(offset), partition) };
    });
  return acknowledgementsOf(partition, handled);
}

/** Keeps what can never be an event as dead letters, before its offsets are passed. */
async function park(
  deps: IngestDeps,
  partition: Partition,
  read: readonly ReadMessage[],
): Promise<void> {
  const parkedMs = deps.clock();
  const records = read.flatMap(({ offset, fault }) =>
    fault === undefined ? [] : [{ partition, offset, reason: fault, parkedMs }],
  );
  const [first] = records;
  if (first === undefined) return;
  await deps.poison.park(records);
  const { offset, reason } = first;
  deps.logger.warn({ partition, offset, reason, messages: records.length }, 'messages were parked');
}

/** Finds what stands in the journal already: neither identity nor seal is made for it again. */
async function findKnown(
  { journal }: IngestDeps,
  partition: Partition,
  read: readonly ReadMessage[],
): Promise<ReadonlyMap<number, Sequence>> {
  const sound = read.flatMap(({ offset, arrival, entry }) => {
    const key = (arrival ?? entry)?.key;
    return key === undefined ? [] : [{ offset, key }];
  });
  const keys = sound.map(({ key }) => key);
  const found = keys.length === 0 ? [] : await journal.known(partition, keys);
  return new Map(
    sound.flatMap(({ offset }, i): [number, Sequence][] => {
      const sequence = found[i];
      return sequence === undefined ? [] : [[offset, sequence]];
    }),
  );
}

/** What goes into the journal, by offset and in its order. */
async function sealFresh(
  deps: IngestDeps,
  partition: Partition,
  read: readonly ReadMessage[],
  known: ReadonlyMap<number, unknown>,
): Promise<ReadonlyMap<number, JournalEntry>> {
  const fresh = read.filter(({ offset, fault }) => fault === undefined && !known.has(offset));
  const arrivals = fresh.flatMap(({ arrival }): Arrival[] => (arrival ? [arrival] : []));
  const { identities, random, yieldNow } = deps;
  const sealing = { identities, random, yieldNow, partitionOf: () => partition };
  const sealed = arrivals.length === 0 ? [] : await sealEntries(sealing, arrivals, deps.clock());
  const entries = new Map<number, JournalEntry>();
  let next = 0;
  for (const { offset, arrival, entry } of fresh) {
    const made = arrival === undefined ? entry : sealed[next];
    if (arrival !== undefined) next += 1;
    if (made !== undefined) entries.set(offset, made);
  }
  return entries;
}

/** What an append came to. */
interface AppendOutcome {
  /** The first offset that this append answers for: what lies before was covered by another writer. */
  readonly from: number;
  readonly outcomes: ReadonlyMap<number, Appended>;
}

/** Appends a block's entries; where another writer came first it goes on from what is covered by then. */
async function append(
  { journal, logger }: IngestDeps,
  partition: Partition,
  progress: Progress,
  read: readonly ReadMessage[],
  sealed: ReadonlyMap<number, JournalEntry>,
): Promise<AppendOutcome> {
  const to = read.at(-1)?.offset ?? progress.next - 1;
  for (let tries = 0; ; tries += 1) {
    const from = progress.next;
    const offsets = [...sealed.keys()].filter((offset) => offset >= from);
    const entries = offsets.map((offset) => sealed.get(offset) as JournalEntry);
    try {
      const cover = { from: progress.uncovered, to };
      const appended =
        entries.length === 0 ? [] : await journal.appendCovering(partition, entries, cover);
      if (appended.some(({ duplicate }) => !duplicate)) progress.uncovered = to + 1;
      progress.next = Math.max(progress.next, to + 1);
      return {
        from,
        outcomes: new Map(offsets.map((offset, i) => [offset, appended[i] as Appended])),
      };
    } catch (error) {
      if (!hasCode(error, 'FENCED') || tries >= fencedRetriesMax) throw error;
      progress.uncovered = await journal.uncovered(partition);
      progress.next = Math.max(progress.next, progress.uncovered);
      logger.info({ partition, uncovered: progress.uncovered }, 'another writer came first');
    }
  }
}

/** Where an append put a message; the sequence −1 for one that was parked and not appended. */
function placeOf(
  appended: Appended | undefined,
  partition: Partition,
): Omit<HandledMessage, 'offset'> {
  if (appended === undefined) return { sequence: -1, duplicate: false };
  const position = appended.positions.find((each) => each.partition === partition);
  if (position === undefined) throw new Error('the journal gave an event no position');
  return { sequence: position.sequence, duplicate: appended.duplicate };
}
