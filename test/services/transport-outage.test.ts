import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTransport } from '../../adapters/cluster/transport.ts';
import { hasCode } from '../../events/error.ts';
import { eventKey } from '../../events/event-key.ts';
import { partitionOf } from '../../events/partition-of.ts';
import { encodeMessage } from '../../events/transport-message.ts';
import { createIngestWorld } from '../doubles/ingest-world.ts';
import { transportOptions } from './kafka-rig.ts';
import { useOwnStack } from './stack.ts';

const PARTITIONS = 2;
const RECOVERY_MS_MAX = 15_000;

const stack = await useOwnStack('kafka');
const [broker = ''] = stack.value('REPRISE_KAFKA_BROKERS').split(',');

function messageOf(n: number) {
  const user = `user-${String(n % 10)}`;
  const id = `event-${String(n)}`;
  const event = { id, type: 'play', user, item: `item-${String(n)}`, time: n };
  return {
    partition: partitionOf(user, PARTITIONS),
    key: eventKey(id),
    value: encodeMessage({ event }),
  };
}

it('loses and doubles nothing when Kafka is killed and comes back', async (t) => {
  const transport = await openTransport(transportOptions(broker, PARTITIONS));
  const world = createIngestWorld(PARTITIONS);
  const ingest = world.createIngest();
  const consumer = transport.createConsumer();
  const ended = consumer.run(ingest.handle, ingest);
  let sent = 0;
  let refusals = 0;
  let longestMs = 0;
  /** Sends ten more events, again and again under the same ids until Kafka has them. */
  const send = async (): Promise<void> => {
    const messages = Array.from({ length: 10 }, (_, n) => messageOf(sent + n));
    const startMs = Date.now();
    for (;;) {
      try {
        await transport.send(messages);
        break;
      } catch (error) {
        assert.ok(hasCode(error, 'UNAVAILABLE'), String(error));
        refusals += 1;
        await sleep(100);
      }
    }
    longestMs = Math.max(longestMs, Date.now() - startMs);
    sent += 10;
  };
  for (let i = 0; i < 20; i += 1) await send();
  const away = (async () => {
    await stack.kill('kafka');
    await sleep(3_000);
    await stack.start('kafka');
    return Date.now();
  })();
  let backMs = 0;
  void away.then((ms) => {
    backMs = ms;
  });
  while (backMs === 0) await send();
  for (let i = 0; i < 20; i += 1) await send();
  while ((await world.count()) < sent) {
    assert.ok(Date.now() - backMs < RECOVERY_MS_MAX, 'the ingest did not come back');
    await sleep(20);
  }
  t.diagnostic(
    `${String(Date.now() - backMs)} ms until all was in the journal; the longest sending ${String(longestMs)} ms, ` +
      `${String(refusals)} refusals`,
  );
  await world.assertWhole(sent);
  await consumer.close();
  await ended;
  await transport.close();
});
