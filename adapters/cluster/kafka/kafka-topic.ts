import type { Admin } from 'kafkajs';
import { RepriseError } from '../../../events/error.ts';
import { closeQuietly, createKafka, kafkaError, within } from './kafka-client.ts';
import type { KafkaConnection } from './kafka-client.ts';

/** The topic that events go through. */
export interface KafkaTopic {
  readonly topic: string;
  /** As many as the journal has. */
  readonly partitions: number;
  /** Brokers that hold each message; for a topic that is made here. */
  readonly replicas: number;
  /** How long messages are kept; for a topic that is made here. User ids stand in it for so long. */
  readonly retentionMs: number;
}

/** How long the look for a topic, its making included, may take. */
export const topicMsMax = 20_000;

/** Looks often enough for a topic that was just made to be known to every broker. */
const LOOKS_MAX = 40;

const LOOK_PAUSE_MS = 100;

/** Makes the topic where it is missing; throws CONFLICT where it has another number of partitions. */
export async function ensureTopic(connection: KafkaConnection, wanted: KafkaTopic): Promise<void> {
  const admin = createKafka(connection).admin();
  const making = makeTopic(admin, wanted);
  try {
    await within(making, topicMsMax, `make the topic ${wanted.topic}`);
  } catch (error) {
    throw kafkaError(error, connection.brokers);
  } finally {
    await closeQuietly(admin, connection.logger, making);
  }
}

async function makeTopic(admin: Admin, wanted: KafkaTopic): Promise<void> {
  await admin.connect();
  const { topic, partitions, replicas, retentionMs } = wanted;
  if ((await countPartitions(admin, topic)) === undefined) {
    // False where another process made it meanwhile: what it made is looked at all the same.
    await admin.createTopics({
      waitForLeaders: true,
      topics: [
        {
          topic,
          numPartitions: partitions,
          replicationFactor: replicas,
          configEntries: [{ name: 'retention.ms', value: String(retentionMs) }],
        },
      ],
    });
  }
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    const count = await countPartitions(admin, topic);
    if (count === partitions) return;
    if (count !== undefined) throw otherCount(topic, count, partitions);
    await new Promise((resolve) => setTimeout(resolve, LOOK_PAUSE_MS));
  }
  throw new RepriseError('UNAVAILABLE', `the topic ${topic} was made and is not there: try again`);
}

async function countPartitions(admin: Admin, topic: string): Promise<number | undefined> {
  const topics = await admin.listTopics();
  if (!topics.includes(topic)) return undefined;
  const metadata = await admin.fetchTopicMetadata({ topics: [topic] });
  return metadata.topics[0]?.partitions.length;
}

function otherCount(topic: string, count: number, partitions: number): RepriseError {
  return new RepriseError(
    'CONFLICT',
    `the topic ${topic} has ${String(count)} partitions and the journal ${String(partitions)}: name another topic, or ` +
      'start with the number that it has on a new journal',
    { topic, topicPartitions: count, journalPartitions: partitions },
  );
}
