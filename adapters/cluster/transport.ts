import type { Admin } from 'kafkajs';
import type { EventTransport, TransportConsumer } from '../../events/transport.ts';
import { closeQuietly, createKafka, kafkaError, within } from './kafka/kafka-client.ts';
import type { KafkaConnection } from './kafka/kafka-client.ts';
import { KafkaConsumer } from './kafka/kafka-consumer.ts';
import { KafkaSender } from './kafka/kafka-sender.ts';
import { ensureTopic } from './kafka/kafka-topic.ts';
import type { KafkaTopic } from './kafka/kafka-topic.ts';

/** What the transport is opened with. */
export interface TransportOptions extends KafkaConnection, KafkaTopic {
  /** The group of the ingest processes. */
  readonly groupId: string;
}

/** The transport through Kafka, from both ends. */
export interface ClusterTransport extends EventTransport {
  /** Makes one member of the group that moves events on. */
  createConsumer(): TransportConsumer;
  /** Messages that the group has not moved on yet, one number a partition. */
  lag(): Promise<readonly number[]>;
}

/** The partitions that one ingest process handles at a time. */
export const partitionsAtOnceMax = 8;

/** How long the lag may take to be told. */
export const lagMsMax = 5_000;

const LAG_TRIES_MAX = 8;

const LAG_PAUSE_MS = 100;

/** Opens the transport, its topic made where it is missing; UNAVAILABLE within a bound where Kafka can't be had. */
export async function openTransport(options: TransportOptions): Promise<ClusterTransport> {
  await ensureTopic(options, options);
  const sender = new KafkaSender(options, options.topic);
  const lag = new LagReader(options);
  return {
    send: (messages) => sender.send(messages),
    createConsumer: () => new KafkaConsumer(options, { ...options, partitionsAtOnceMax }),
    lag: () => lag.read(),
    async close() {
      await Promise.all([sender.close(), lag.close()]);
    },
  };
}

/** Reads how far the group is behind; its connection is made when it is first asked, and anew after a failure. */
class LagReader {
  readonly #options: TransportOptions;
  #admin: Admin | undefined;
  #underWay: Promise<unknown> | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  async read(): Promise<readonly number[]> {
    const admin = (this.#admin ??= createKafka(this.#options).admin());
    try {
      const lag = this.#lagBy(admin);
      this.#underWay = lag;
      return await within(lag, lagMsMax, 'tell the lag');
    } catch (error) {
      await this.close();
      throw kafkaError(error, this.#options.brokers);
    }
  }

  async #lagBy(admin: Admin): Promise<readonly number[]> {
    const { topic, groupId, partitions } = this.#options;
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(topic);
    const groups = await this.#offsetsOf(admin, { groupId, topics: [topic] });
    const committed = groups[0]?.partitions ?? [];
    return Array.from({ length: partitions }, (_, partition) => {
      const end = ends.find((each) => each.partition === partition);
      const place = committed.find((each) => each.partition === partition);
      const next = Math.max(Number(place?.offset ?? -1), Number(end?.low ?? 0));
      return Math.max(0, Number(end?.high ?? 0) - next);
    });
  }

  /** Asks again while the coordinator of a group is being found, which kafkajs's admin does not do by itself. */
  async #offsetsOf(
    admin: Admin,
    question: { groupId: string; topics: string[] },
  ): ReturnType<Admin['fetchOffsets']> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await admin.fetchOffsets(question);
      } catch (error) {
        if (tries >= LAG_TRIES_MAX) throw error;
        await new Promise((resolve) => setTimeout(resolve, LAG_PAUSE_MS * tries));
      }
    }
  }

  async close(): Promise<void> {
    const admin = this.#admin;
    this.#admin = undefined;
    if (admin !== undefined) await closeQuietly(admin, this.#options.logger, this.#underWay);
  }
}
