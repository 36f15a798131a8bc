import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTransport } from '../../adapters/cluster/transport.ts';
import type { Logger } from '../../activities/logger.ts';
import { hasCode } from '../../events/error.ts';
import { eventKey } from '../../events/event-key.ts';
import type { AssignmentListener, BatchHandler } from '../../events/transport.ts';
import { transportContract } from '../contracts/transport.contract.ts';
import { SILENT } from '../doubles/ingest-world.ts';
import { cuttableSockets, foreignKafka, openKafkaRig, transportOptions } from './kafka-rig.ts';
import { useStack } from './stack.ts';

const stack = await useStack('kafka');
const [broker = ''] = stack.value('REPRISE_KAFKA_BROKERS').split(',');

transportContract('the transport through Kafka', (partitions) => openKafkaRig(broker, partitions));

/** Longer than any pause between two tries. */
const SILENT_MS = 4_000;

/** Messages of partition 0 that say their number. */
function numbered(count: number) {
  return Array.from({ length: count }, (_, n) => ({
    partition: 0,
    key: eventKey(String(n)),
    value: Buffer.from(String(n)),
  }));
}

function startAt(offset: number): AssignmentListener {
  return { assigned: () => Promise.resolve(offset), revoked: () => undefined };
}

describe('the transport through Kafka', () => {
  it('refuses a topic with another number of partitions, naming both', async () => {
    const options = transportOptions(broker, 3);
    await (await openTransport(options)).close();
    await assert.rejects(openTransport({ ...options, partitions: 4 }), (error) => {
      assert.ok(hasCode(error, 'CONFLICT'));
      assert.match(error.message, /has 3 partitions and the journal 4/);
      return true;
    });
    await (await openTransport(options)).close();
  });

  it('says within a bound that no broker is there, and prints nothing', async (t) => {
    const written = t.mock.method(process.stderr, 'write', () => true);
    const startMs = Date.now();
    const options = transportOptions('127.0.0.1:1', 1);
    await assert.rejects(openTransport(options), (error) => {
      assert.ok(hasCode(error, 'UNAVAILABLE'));
      assert.match(error.message, /127\.0\.0\.1:1/);
      return true;
    });
    assert.ok(Date.now() - startMs < 25_000);
    assert.equal(written.mock.callCount(), 0);
  });

  it('gives large batches to the broker in parts that it takes', async () => {
    const transport = await openTransport(transportOptions(broker, 1));
    const value = new Uint8Array(40_000).fill(0x61);
    const large = Array.from({ length: 100 }, (_, n) => ({
      partition: 0,
      key: eventKey(String(n)),
      value,
    }));
    const offsets = await transport.send(large);
    assert.deepEqual(
      offsets.map(({ offset }) => offset),
      large.map((_, n) => n),
    );
    await transport.close();
  });

  it('says aloud which offsets are gone before the journal had them, and goes on', async () => {
    const options = transportOptions(broker, 1);
    const complaints: Readonly<Record<string, unknown>>[] = [];
    const logger: Logger = { ...SILENT, error: (fields) => void complaints.push(fields) };
    const transport = await openTransport({ ...options, logger });
    await transport.send(numbered(20));
    const admin = foreignKafka(broker).admin();
    await admin.connect();
    await admin.fetchTopicOffsets(options.topic);
    await deleteRecords(() =>
      admin.deleteTopicRecords({
        topic: options.topic,
        partitions: [{ partition: 0, offset: '12' }],
      }),
    );
    await admin.disconnect();
    const got: number[] = [];
    const handle: BatchHandler = ({ messages }) => {
      got.push(...messages.map(({ offset }) => offset));
      return Promise.resolve();
    };
    const consumer = transport.createConsumer();
    const ended = consumer.run(handle, startAt(5));
    while (got.length < 8) await sleep(20);
    await consumer.close();
    await ended;
    assert.deepEqual(got, [12, 13, 14, 15, 16, 17, 18, 19]);
    assert.deepEqual(complaints, [{ partition: 0, from: 5, to: 11 }]);
    await transport.close();
  });

  it('ends loudly where the topic was made anew under the journal', async () => {
    const transport = await openTransport(transportOptions(broker, 1));
    await transport.send(numbered(3));
    const consumer = transport.createConsumer();
    const handle: BatchHandler = () => Promise.reject(new Error('nothing may be handled'));
    await assert.rejects(consumer.run(handle, startAt(500)), (error) => {
      assert.ok(hasCode(error, 'CONFLICT'));
      return error.message.includes('up to offset 500, and the topic goes on at 0');
    });
    await consumer.close();
    await transport.close();
  });

  it('closes quickly', async () => {
    const transport = await openTransport(transportOptions(broker, 1));
    await transport.send(numbered(3));
    const consumer = transport.createConsumer();
    let handled = 0;
    const handle: BatchHandler = ({ messages }) => {
      handled += messages.length;
      return Promise.resolve();
    };
    const ended = consumer.run(handle, startAt(0));
    while (handled < 3) await sleep(20);
    const startMs = Date.now();
    await consumer.close();
    await ended;
    await transport.close();
    assert.ok(Date.now() - startMs < 2_500, `${String(Date.now() - startMs)} ms`);
  });

  it('closes for good where its broker is gone, and looks for it no more', async (t) => {
    const { factory, cut, made } = cuttableSockets();
    const options = { ...transportOptions(broker, 1), socketFactory: factory };
    const transport = await openTransport(options);
    await transport.send(numbered(3));
    await transport.lag();
    const consumer = transport.createConsumer();
    let handled = 0;
    const handle: BatchHandler = ({ messages }) => {
      handled += messages.length;
      return Promise.resolve();
    };
    const ended = consumer.run(handle, startAt(0));
    while (handled < 3) await sleep(20);
    cut();
    const last = Promise.allSettled([transport.send(numbered(1)), transport.lag()]);
    // Long enough for the consumer to be on its way back.
    await sleep(500);
    await Promise.all([consumer.close(), transport.close()]);
    await Promise.all([ended, last]);
    const startMs = Date.now();
    // What was under way is tried to its end; one that started again would never be silent for so long.
    for (let before = -1; before !== made();) {
      before = made();
      await sleep(SILENT_MS);
      assert.ok(Date.now() - startMs < 10 * SILENT_MS, `${String(before)} connections, and more`);
    }
    t.diagnostic(
      `${String(made())} connections, none any more after ${String(Date.now() - startMs)} ms`,
    );
  });
});

/** Kafka refuses this at first for a topic that it has just made. */
async function deleteRecords(work: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (tries >= 20) throw error;
      await sleep(100);
    }
  }
}
