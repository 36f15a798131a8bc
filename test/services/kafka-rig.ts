import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import kafkajs, { Kafka, logLevel } from 'kafkajs';
import type { ISocketFactory } from 'kafkajs';
import { openTransport } from '../../adapters/cluster/transport.ts';
import type { TransportOptions } from '../../adapters/cluster/transport.ts';
import type { TransportRig } from '../contracts/transport.contract.ts';
import { SILENT } from '../doubles/ingest-world.ts';

const HOUR_MS = 3_600_000;

/** The options of a transport of its own on a broker. */
export function transportOptions(broker: string, partitions: number): TransportOptions {
  const name = `test-${randomBytes(6).toString('hex')}`;
  return {
    brokers: [broker],
    clientId: 'reprise-test',
    topic: name,
    groupId: name,
    partitions,
    replicas: 1,
    retentionMs: HOUR_MS,
    logger: SILENT,
  };
}

/** A kafkajs client of somebody else. */
export function foreignKafka(broker: string): Kafka {
  return new Kafka({
    brokers: [broker],
    clientId: 'foreign',
    logLevel: logLevel.NOTHING,
    retry: { retries: 5, initialRetryTime: 50 },
  });
}

/** Sockets that can all be cut at once, and then can't be made any more: a process that is gone. */
export function cuttableSockets(): {
  readonly factory: ISocketFactory;
  readonly cut: () => void;
  /** How many were made so far. */
  readonly made: () => number;
} {
  const sockets = new Set<Socket>();
  let isCut = false;
  return {
    factory: ({ host, port, onConnect }) => {
      // Port 1 of the loopback refuses at once.
      const to = isCut ? { host: '127.0.0.1', port: 1 } : { host, port };
      const socket = connect(to, onConnect);
      sockets.add(socket);
      return socket;
    },
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    made: () => sockets.size,
  };
}

/** Opens a transport on a broker, with what a contract does to it. */
export async function openKafkaRig(broker: string, partitions: number): Promise<TransportRig> {
  const options = transportOptions(broker, partitions);
  const transport = await openTransport(options);
  const foreign = foreignKafka(broker);
  const { topic } = options;
  const mortals: { close(): Promise<void> }[] = [];
  return {
    transport,
    createConsumer: () => transport.createConsumer(),
    createMortal() {
      const { factory, cut } = cuttableSockets();
      const opening = openTransport({ ...options, socketFactory: factory });
      let consumer: ReturnType<typeof transport.createConsumer> | undefined;
      return {
        consumer: {
          async run(handle, assignment) {
            const opened = await opening;
            mortals.push(opened);
            consumer = opened.createConsumer();
            await consumer.run(handle, assignment);
          },
          close: async () => consumer?.close(),
        },
        kill() {
          cut();
          return Promise.resolve();
        },
      };
    },
    put: (partition, value) => putRaw(foreign, topic, partition, value),
    lag: () => transport.lag(),
    async close() {
      await transport.close();
      await Promise.all(mortals.map((mortal) => mortal.close()));
      const admin = foreign.admin();
      await admin.connect();
      await admin.deleteTopics({ topics: [topic] });
      await admin.disconnect();
    },
  };
}

/** Puts a message of any size into a topic, whose bound is raised for it. */
async function putRaw(
  foreign: Kafka,
  topic: string,
  partition: number,
  value: Uint8Array,
): Promise<number> {
  const admin = foreign.admin();
  await admin.connect();
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name: topic,
        configEntries: [{ name: 'max.message.bytes', value: '20000000' }],
      },
    ],
  });
  await admin.disconnect();
  const producer = foreign.producer({ createPartitioner: () => () => partition });
  await producer.connect();
  const [metadata] = await producer.send({ topic, messages: [{ value: Buffer.from(value) }] });
  await producer.disconnect();
  return Number(metadata?.baseOffset);
}
