import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { RepriseError } from '../../../../events/error.ts';
import type { TransportConsumer } from '../../../../events/transport.ts';
import { consumeUntilEnd } from '../../../../processes/cluster/ingest/consuming.ts';
import { createIngestWorld, SILENT } from '../../../doubles/ingest-world.ts';
import { createMemoryBroker } from '../../../doubles/memory-transport.ts';
import { encodeMessage } from '../../../../events/transport-message.ts';
import { eventKey } from '../../../../events/event-key.ts';

function failing(error: Error): TransportConsumer {
  return { run: () => Promise.reject(error), close: () => Promise.resolve() };
}

describe('consuming', () => {
  it('makes another member of the group while the broker cannot be had, and ends when it is told to', async () => {
    const world = createIngestWorld(1);
    const broker = createMemoryBroker(1);
    const ending = new AbortController();
    const down = new RepriseError('UNAVAILABLE', 'no broker: start it');
    const members = [failing(down), failing(down)];
    const consuming = consumeUntilEnd({
      createConsumer: () => members.shift() ?? broker.createConsumer(),
      ...{ ingest: world.createIngest(), logger: SILENT, signal: ending.signal, pauseMs: 5 },
    });
    const event = { id: 'a', user: 'u', item: 'i', type: 'play', time: 1 };
    await broker.transport.send([
      { partition: 0, key: eventKey('a'), value: encodeMessage({ event }) },
    ]);
    while ((await world.count()) === 0) await sleep(5);
    assert.deepEqual(consuming.awaited(), []);
    ending.abort();
    await consuming.ended;
    assert.equal(await world.count(), 1);
  });

  it('says that it waits for kafka between two tries', async () => {
    const ending = new AbortController();
    const consuming = consumeUntilEnd({
      createConsumer: () => failing(new RepriseError('UNAVAILABLE', 'no broker: start it')),
      ...{ ingest: createIngestWorld(1).createIngest(), logger: SILENT, signal: ending.signal },
    });
    await sleep(20);
    assert.deepEqual(consuming.awaited(), ['kafka']);
    ending.abort();
    await consuming.ended;
  });

  it('ends by what another try would not mend', async () => {
    const consuming = consumeUntilEnd({
      createConsumer: () => failing(new RepriseError('CONFLICT', 'made anew: restore it')),
      ingest: createIngestWorld(1).createIngest(),
      logger: SILENT,
      signal: new AbortController().signal,
    });
    await assert.rejects(consuming.ended, { code: 'CONFLICT' });
  });
});
