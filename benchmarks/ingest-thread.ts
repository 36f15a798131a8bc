// An ingest in a thread of its own, as a second process would be: kafka-ingest.ts starts two in one consumer group.
import { parentPort, workerData } from 'node:worker_threads';
import type { TransportOptions } from '../adapters/cluster/transport.ts';
import { ingestTopic } from './ingested-topic.ts';

/** What a thread tells of a batch that it handled: up to which offset of its partition, and when, in milliseconds since 1970. */
export interface ThreadNews {
  readonly partition: number;
  readonly endOffset: number;
  readonly messages: number;
  readonly atMs: number;
}

const port = parentPort;
if (port === null) throw new Error('kafka-ingest.ts starts this as a thread');
const logger = { info: () => undefined, warn: console.warn, error: console.error };
const options: TransportOptions = { ...(workerData as Omit<TransportOptions, 'logger'>), logger };
const stop = new Promise<void>((resolve) => port.once('message', resolve));
await ingestTopic(
  options,
  ({ partition, messages }) => {
    const endOffset = (messages.at(-1)?.offset ?? -1) + 1;
    const atMs = performance.timeOrigin + performance.now();
    port.postMessage({
      partition,
      endOffset,
      messages: messages.length,
      atMs,
    } satisfies ThreadNews);
  },
  () => undefined,
  stop,
);
