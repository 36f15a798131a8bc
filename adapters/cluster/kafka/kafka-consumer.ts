import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch, Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import { isCloudEvent } from '../../../events/cloud-message.ts';
import { RepriseError, hasCode } from '../../../events/error.ts';
import type { Partition } from '../../../events/position.ts';
import { sampledParent, TRACEPARENT } from '../../../events/traceparent.ts';
import type {
  AssignmentListener,
  BatchHandler,
  ReceivedMessage,
  TransportConsumer,
} from '../../../events/transport.ts';
import { closeQuietly, createKafka, kafkaError, within } from './kafka-client.ts';
import type { KafkaConnection } from './kafka-client.ts';

/** One member of the group of ingest processes. */
export interface KafkaMember {
  readonly topic: string;
  readonly groupId: string;
  /** Partitions that are handled at a time. */
  readonly partitionsAtOnceMax: number;
}

/** How long the group waits for a member that does not beat before it gives its partitions to others. */
export const sessionMsMax = 6_000;

/** How long a member may take to hand over what it does when the group changes. */
export const rebalanceMsMax = 10_000;

/** The bytes of one partition that are fetched at a time. */
export const fetchBytesMax = 1_048_576;

/** The pause before a batch that could not be handled comes again. */
export const batchRetryMs = 1_000;

/**
 * How often the broker is asked for more at most, while there is little: what comes meanwhile goes into one block, and each
 * block costs every process behind it about the same, however few events it holds.
 */
export const fetchIntervalMsMin = 25;

/** The messages of a batch from which on the broker is asked for more at once. */
export const fetchAtOnceMessagesMin = 64;

/** How often the group is told how far its partitions are: only the lag is read from it. */
export const commitMsMax = 500;

const HEARTBEAT_INTERVAL_MS = 1_500;

/** Where a partition that this member has goes on. */
interface Place {
  next: number;
  /** True after the consumer was sent to `next` and before it came there. */
  sought: boolean;
}

/** A kafkajs consumer whose places are the journal's: what the broker has committed only tells the lag. */
export class KafkaConsumer implements TransportConsumer {
  readonly #connection: KafkaConnection;
  readonly #member: KafkaMember;
  readonly #consumer: Consumer;
  readonly #places = new Map<Partition, Place>();
  readonly #running = new Map<Partition, Promise<void>>();
  readonly #resuming = new Set<NodeJS.Timeout>();
  /** Where partitions are, as the group was not told yet. */
  readonly #uncommitted = new Map<Partition, number>();
  #committing: NodeJS.Timeout | undefined;
  #held: readonly Partition[] = [];
  #aborting = new AbortController();
  #joins = 0;
  #end: (error?: RepriseError) => void = () => undefined;
  #closed = false;

  constructor(connection: KafkaConnection, member: KafkaMember) {
    this.#connection = connection;
    this.#member = member;
    this.#consumer = createKafka(connection).consumer({
      groupId: member.groupId,
      sessionTimeout: sessionMsMax,
      rebalanceTimeout: rebalanceMsMax,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      maxBytesPerPartition: fetchBytesMax,
      maxWaitTimeInMs: 100,
      allowAutoTopicCreation: false,
      // One that is closed while it recovers from a crash would start again, and go on for ever.
      retry: { restartOnFailure: () => Promise.resolve(!this.#closed) },
    });
  }

  async run(handle: BatchHandler, assignment: AssignmentListener): Promise<void> {
    const { topic, partitionsAtOnceMax } = this.#member;
    const ended = new Promise<void>((resolve, reject) => {
      this.#end = (error) => (error === undefined ? resolve() : reject(error));
    });
    // Until it is awaited below, a failure to join must not count as unhandled.
    ended.catch(() => undefined);
    const { GROUP_JOIN, CRASH } = this.#consumer.events;
    this.#consumer.on(GROUP_JOIN, ({ payload }) =>
      this.#joined(payload.memberAssignment[topic] ?? [], assignment),
    );
    this.#consumer.on(CRASH, ({ payload }) => {
      if (!payload.restart) this.#end(kafkaError(payload.error, this.#connection.brokers));
    });
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topic, fromBeginning: true });
      await this.#consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: partitionsAtOnceMax,
        eachBatch: (payload) => this.#inTurn(payload, handle, assignment),
      });
    } catch (error) {
      throw kafkaError(error, this.#connection.brokers);
    }
    await ended;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#aborting.abort();
    for (const timer of this.#resuming) clearTimeout(timer);
    clearTimeout(this.#committing);
    await within(this.#commit(), commitMsMax, 'take the last offsets').catch(() => undefined);
    await closeQuietly(this.#consumer, this.#connection.logger);
    this.#end();
  }

  /** Every joining asks the journal anew: between two of them another member may have had the partition. */
  #joined(held: readonly Partition[], assignment: AssignmentListener): void {
    const lost = this.#held.filter((partition) => !held.includes(partition));
    this.#held = held;
    this.#joins += 1;
    this.#places.clear();
    this.#uncommitted.clear();
    this.#aborting.abort();
    this.#aborting = new AbortController();
    for (const partition of lost) assignment.revoked(partition);
  }

  /** Handles a batch after the one before it of its partition, which a change of the group can leave under way. */
  async #inTurn(
    payload: EachBatchPayload,
    handle: BatchHandler,
    assignment: AssignmentListener,
  ): Promise<void> {
    const { partition } = payload.batch;
    const turn = (this.#running.get(partition) ?? Promise.resolve()).then(() =>
      this.#eachBatch(payload, handle, assignment),
    );
    const quiet = turn.catch(() => undefined);
    this.#running.set(partition, quiet);
    try {
      await turn;
    } finally {
      if (this.#running.get(partition) === quiet) this.#running.delete(partition);
    }
  }

  async #eachBatch(
    payload: EachBatchPayload,
    handle: BatchHandler,
    assignment: AssignmentListener,
  ): Promise<void> {
    if (this.#closed || !payload.isRunning() || payload.isStale()) return;
    const joins = this.#joins;
    const { signal } = this.#aborting;
    const stopBeating = this.#beat(payload);
    const pace =
      payload.batch.messages.length < fetchAtOnceMessagesMin
        ? sleep(fetchIntervalMsMin)
        : undefined;
    try {
      const place = await this.#placeOf(payload.batch.partition, joins, assignment);
      if (joins !== this.#joins || !this.#isAt(place, payload.batch)) return;
      await handle(received(payload.batch, place.next), signal);
      if (joins !== this.#joins) return;
      place.next = Number(payload.batch.lastOffset()) + 1;
      payload.resolveOffset(payload.batch.lastOffset());
      this.#commitSoon(payload.batch.partition, place.next);
      // The next batches are fetched when those of this time are done.
      await pace;
    } catch (error) {
      if (hasCode(error, 'CONFLICT')) this.#end(error);
      else this.#tryLater(payload, error);
    } finally {
      stopBeating();
    }
  }

  #commitSoon(partition: Partition, next: number): void {
    this.#uncommitted.set(partition, next);
    if (this.#closed) return;
    this.#committing ??= setTimeout(() => {
      this.#committing = undefined;
      void this.#commit();
    }, commitMsMax);
  }

  /** Tells the group how far its partitions are; what fails is told with the next batch. */
  async #commit(): Promise<void> {
    const { topic } = this.#member;
    const offsets = [...this.#uncommitted].map(([partition, next]) => ({
      ...{ topic, partition, offset: String(next) },
    }));
    this.#uncommitted.clear();
    if (offsets.length === 0) return;
    try {
      await this.#consumer.commitOffsets(offsets);
    } catch (error) {
      this.#connection.logger.info({ err: error }, 'the group was not told how far it is');
    }
  }

  async #placeOf(
    partition: Partition,
    joins: number,
    assignment: AssignmentListener,
  ): Promise<Place> {
    const known = this.#places.get(partition);
    if (known !== undefined) return known;
    const place = { next: await assignment.assigned(partition), sought: false };
    if (joins === this.#joins) this.#places.set(partition, place);
    return place;
  }

  /** Tells whether a batch starts where the journal goes on, and sends the consumer there where it does not. */
  #isAt(place: Place, batch: Batch): boolean {
    const { topic, partition } = batch;
    // kafkajs has it and does not declare it. The first message's own offset may be later: control records count.
    const fetched = Number((batch as Batch & { readonly fetchedOffset: string }).fetchedOffset);
    if (fetched === place.next) {
      place.sought = false;
      return true;
    }
    if (!place.sought) {
      place.sought = true;
      this.#consumer.seek({ topic, partition, offset: String(place.next) });
      return false;
    }
    if (fetched < place.next) {
      throw new RepriseError(
        'CONFLICT',
        `the journal covers partition ${String(partition)} of ${topic} up to offset ${String(place.next)}, and the topic ` +
          `goes on at ${String(fetched)}: it was made anew; restore it, or use a new journal with it`,
        { partition, next: place.next, fetched },
      );
    }
    this.#connection.logger.error(
      { partition, from: place.next, to: fetched - 1 },
      'offsets that the journal does not cover are gone from the topic: raise its retention',
    );
    place.next = fetched;
    place.sought = false;
    return true;
  }

  /** Lets a batch come again after a pause; the other partitions go on. */
  #tryLater(payload: EachBatchPayload, error: unknown): void {
    if (this.#closed || this.#aborting.signal.aborted) return;
    const { partition } = payload.batch;
    const offset = payload.batch.firstOffset() ?? undefined;
    this.#connection.logger.warn(
      { partition, offset, err: error },
      'a batch could not be handled and comes again',
    );
    this.#places.delete(partition);
    const resume = payload.pause();
    const timer = setTimeout(() => {
      this.#resuming.delete(timer);
      resume();
    }, batchRetryMs);
    this.#resuming.add(timer);
  }

  /** Tells the group that this member lives while a batch is handled. */
  #beat(payload: EachBatchPayload): () => void {
    const timer = setInterval(() => {
      // A change of the group is told by the failure of the next beat between two batches as well.
      payload.heartbeat().catch(() => undefined);
    }, HEARTBEAT_INTERVAL_MS);
    return () => clearInterval(timer);
  }
}

function received(batch: Batch, next: number): Parameters<BatchHandler>[0] {
  return {
    partition: batch.partition,
    highWatermark: Number(batch.highWatermark),
    messages: batch.messages.map(receivedMessage).filter(({ offset }) => offset >= next),
  };
}

/** Our own messages have no headers but where a trace is kept, and are handed on without. */
function receivedMessage({ offset, key, value, headers }: KafkaMessage): ReceivedMessage {
  const message = { offset: Number(offset), key, value };
  // Messages of the format before Kafka 0.11 have no place for headers.
  if (headers === undefined) return message;
  const traceparent = sampledParent(headers[TRACEPARENT]?.toString());
  return {
    ...message,
    ...(isCloudEvent(headers) && { headers }),
    ...(traceparent !== undefined && { traceparent }),
  };
}
