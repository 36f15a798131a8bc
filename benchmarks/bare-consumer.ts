import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import type { EachBatchPayload, EachMessagePayload } from 'kafkajs';
import type { TransportOptions } from '../adapters/cluster/transport.ts';

/** What a consumer that keeps nothing does with a message: touches it in its batch, or makes text of it, or parses that, one at a time. */
export type BareWork = 'touch' | 'text' | 'parse';

function take(value: Buffer | null, work: BareWork): void {
  if (value?.[0] !== 0x7b) throw new Error('a message is no JSON object');
  if (work === 'touch') return;
  const text = value.toString();
  if (work === 'parse') JSON.parse(text);
}

/** The events a second of a consumer by kafkajs alone, over a whole topic. */
export async function consumeBare(
  { brokers, topic, partitions }: TransportOptions,
  events: number,
  work: BareWork,
): Promise<number> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const groupId = `bare-${randomBytes(6).toString('hex')}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let startMs = 0;
  let handled = 0;
  const perSecond = await new Promise<number>((resolve, reject) => {
    const taken = (value: Buffer | null): void => {
      startMs ||= performance.now();
      take(value, work);
      handled += 1;
      if (handled === events) resolve((events / (performance.now() - startMs)) * 1_000);
    };
    const each =
      work === 'touch'
        ? {
            eachBatch: async ({ batch }: EachBatchPayload) => {
              for (const { value } of batch.messages) taken(value);
              await Promise.resolve();
            },
          }
        : {
            eachMessage: async ({ message }: EachMessagePayload) => {
              taken(message.value);
              await Promise.resolve();
            },
          };
    consumer.run({ partitionsConsumedConcurrently: partitions, ...each }).catch(reject);
  });
  await consumer.disconnect();
  return perSecond;
}
