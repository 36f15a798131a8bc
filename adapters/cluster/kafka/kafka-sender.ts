import { setTimeout as sleep } from 'node:timers/promises';
import type { Producer, RecordMetadata } from 'kafkajs';
import { RepriseError } from '../../../events/error.ts';
import { MESSAGE_BYTES_MAX } from '../../../events/transport-message.ts';
import type { OutgoingMessage, TransportOffset } from '../../../events/transport.ts';
import { closeQuietly, createKafka, kafkaError, within } from './kafka-client.ts';
import type { KafkaConnection } from './kafka-client.ts';

/** The messages of one produce request. */
export const produceMessagesMax = 1_000;

/** The bytes of one produce request, below the broker's own bound on a record batch. */
export const produceBytesMax = 786_432;

/** How long a produce request may take, its retries included. */
export const produceMsMax = 10_000;

/** The messages that may wait to be sent. */
export const queuedMessagesMax = 200_000;

/**
 * How long a request waits for more messages while there are few: each costs the API and the broker about the same, however few
 * it carries.
 */
export const produceLingerMsMax = 5;

/** The queued messages from which on a request goes at once. */
export const produceAtOnceMessagesMin = 64;

/** One call of send, of which a request may take a part. */
interface Sending {
  readonly messages: readonly OutgoingMessage[];
  readonly offsets: TransportOffset[];
  /** How many messages were put into requests. */
  taken: number;
  readonly resolve: (offsets: readonly TransportOffset[]) => void;
  readonly reject: (error: RepriseError) => void;
}

/** A message on its way, and the call that it belongs to. */
interface Taken {
  readonly sending: Sending;
  readonly message: OutgoingMessage;
}

/**
 * Sends messages in order by an idempotent producer, one request at a time: kafkajs gives a request that failed its
 * sequence numbers back, so the next request of another content would pass for a repetition of it and be dropped.
 * For the same reason a producer that failed is never used again.
 */
export class KafkaSender {
  readonly #connection: KafkaConnection;
  readonly #topic: string;
  readonly #queue: Sending[] = [];
  #queued = 0;
  #producer: Producer | undefined;
  #underWay: Promise<unknown> | undefined;
  #pumping: Promise<void> | undefined;
  #closed = false;

  constructor(connection: KafkaConnection, topic: string) {
    this.#connection = connection;
    this.#topic = topic;
  }

  async send(messages: readonly OutgoingMessage[]): Promise<readonly TransportOffset[]> {
    const large = messages.find(({ value }) => value.length > MESSAGE_BYTES_MAX);
    if (large !== undefined) {
      const text = `a message of ${String(large.value.length)} bytes is over ${String(MESSAGE_BYTES_MAX)}: send less`;
      throw new RepriseError('TOO_LARGE', text, { bytes: large.value.length });
    }
    if (this.#closed) throw closedError();
    if (this.#queued + messages.length > queuedMessagesMax) {
      const text = `${String(this.#queued)} messages wait for kafka already: send again later`;
      throw new RepriseError('BUSY', text, { queued: this.#queued });
    }
    if (messages.length === 0) return [];
    return new Promise((resolve, reject) => {
      this.#queue.push({ messages, offsets: [], taken: 0, resolve, reject });
      this.#queued += messages.length;
      this.#pumping ??= this.#pump();
    });
  }

  /** Sends what is queued, then ends. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#pumping;
    await this.#discard();
  }

  async #pump(): Promise<void> {
    while (this.#queue.length > 0) {
      if (this.#queued < produceAtOnceMessagesMin && !this.#closed) await sleep(produceLingerMsMax);
      const request = this.#take();
      try {
        const producing = this.#produce(request);
        this.#underWay = producing;
        const metadata = await within(producing, produceMsMax, 'take messages');
        place(request, metadata);
        for (const sending of new Set(request.map((taken) => taken.sending))) {
          if (sending.offsets.length === sending.messages.length) sending.resolve(sending.offsets);
        }
      } catch (error) {
        this.#refuse(request, kafkaError(error, this.#connection.brokers));
        await this.#discard();
      }
    }
    this.#pumping = undefined;
  }

  /** Takes the next messages, within the bounds of a request. */
  #take(): readonly Taken[] {
    const request: Taken[] = [];
    let bytes = 0;
    for (;;) {
      const [sending] = this.#queue;
      const message = sending?.messages[sending.taken];
      if (sending === undefined || message === undefined) break;
      bytes += message.value.length;
      if (request.length > 0 && bytes > produceBytesMax) break;
      request.push({ sending, message });
      sending.taken += 1;
      if (sending.taken === sending.messages.length) this.#queue.shift();
      if (request.length === produceMessagesMax) break;
    }
    this.#queued -= request.length;
    return request;
  }

  async #produce(request: readonly Taken[]): Promise<readonly RecordMetadata[]> {
    const producer = (this.#producer ??= this.#createProducer());
    await producer.connect();
    return producer.send({
      topic: this.#topic,
      acks: -1,
      timeout: produceMsMax,
      messages: request.map(({ message: { partition, key, value, headers } }) => ({
        partition,
        key: bufferOf(key),
        value: bufferOf(value),
        ...(headers !== undefined && { headers: { ...headers } }),
      })),
    });
  }

  /** Refuses what was in a request, and all that waits where kafka can't be had: it would wait as long again. */
  #refuse(request: readonly Taken[], error: RepriseError): void {
    const failed = new Set(request.map(({ sending }) => sending));
    if (error.code === 'UNAVAILABLE') for (const sending of this.#queue) failed.add(sending);
    const rest = this.#queue.filter((sending) => !failed.has(sending));
    this.#queue.splice(0, this.#queue.length, ...rest);
    this.#queued = rest.reduce((sum, { messages, taken }) => sum + messages.length - taken, 0);
    for (const sending of failed) sending.reject(error);
  }

  #createProducer(): Producer {
    return createKafka(this.#connection).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
  }

  async #discard(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    if (producer !== undefined) {
      await closeQuietly(producer, this.#connection.logger, this.#underWay);
    }
  }
}

/** Gives every message its offset: those of a request and partition stand one after another. */
function place(request: readonly Taken[], metadata: readonly RecordMetadata[]): void {
  const next = new Map(
    metadata.map(({ partition, baseOffset }) => [partition, Number(baseOffset ?? NaN)]),
  );
  for (const { sending, message } of request) {
    const offset = next.get(message.partition);
    // A partition whose leader moved between two tries can be left out of the answer, and then was not sent.
    if (offset === undefined || !(offset >= 0)) {
      const text = `kafka did not say where messages of partition ${String(message.partition)} stand: send them again`;
      throw new RepriseError('UNAVAILABLE', text, { partition: message.partition });
    }
    next.set(message.partition, offset + 1);
    sending.offsets.push({ partition: message.partition, offset });
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function closedError(): RepriseError {
  return new RepriseError('UNAVAILABLE', 'the transport is closed: start the process again');
}
