import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTransport } from '../../adapters/cluster/transport.ts';
import type { ClusterTransport } from '../../adapters/cluster/transport.ts';
import { eventKey } from '../../events/event-key.ts';
import { partitionOf } from '../../events/partition-of.ts';
import { encodeMessage } from '../../events/transport-message.ts';
import { SILENT } from '../doubles/ingest-world.ts';
import { useOwnStack } from '../services/stack.ts';
import { startCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { LearnedJournal } from './learned-journal.ts';

const stack = await useOwnStack('kafka', 'mongo', 'redis', 'temporal');

const PARTITIONS = 4;
const LEARNED_MS_MAX = 60_000;
const BARRIERS_MIN = 3;
const BATCHES_MIN = 6;
const BATCHES_MAX = 40;

describe('the partitions of a cluster', () => {
  let cluster: Cluster;
  let world: LearnedJournal;
  let transport: ClusterTransport;
  let sent = 0;

  before(async () => {
    cluster = await startCluster({
      ...{ stack, partitions: PARTITIONS },
      processes: { api: 0, trainer: 0, indexer: 0, worker: 2 },
    });
    const { env } = cluster;
    world = await LearnedJournal.open({ ...env, REPRISE_PROFILE: 'cluster' });
    const topic = env['REPRISE_KAFKA_TOPIC'] ?? '';
    transport = await openTransport({
      ...{ topic, partitions: PARTITIONS, replicas: 1, retentionMs: 3_600_000, logger: SILENT },
      ...{ brokers: [env['REPRISE_KAFKA_BROKERS'] ?? ''], clientId: 'test' },
      groupId: `${topic}-test`,
    });
  });

  after(async () => {
    await transport.close();
    await world.close();
    await cluster.close();
  });

  const send = async (count: number): Promise<void> => {
    const messages = Array.from({ length: count }, () => {
      sent += 1;
      const id = `event-${String(sent)}`;
      const user = `user-${String(sent % 211)}`;
      const item = `item-${String(sent % 97)}`;
      const event = { id, user, item, type: 'play', time: 1_700_000_000_000 + sent };
      const partition = partitionOf(user, PARTITIONS);
      return { partition, key: eventKey(id), value: encodeMessage({ event }) };
    });
    await transport.send(messages);
  };

  /** Waits until everything is learned, and barriers have come to an end; returns the last one. */
  const passed = async (): Promise<number> => {
    const endMs = performance.now() + LEARNED_MS_MAX;
    for (let still = 0; ;) {
      const isThere = (await world.events()) - world.barrier * PARTITIONS === sent;
      still = isThere && (await world.isLearned()) ? still + 1 : 0;
      if (still === 8) break;
      assert.ok(performance.now() < endMs, `not learned within ${String(LEARNED_MS_MAX)} ms`);
      await sleep(250);
    }
    for (const { barrier } of await world.notes()) assert.equal(barrier, world.barrier);
    return world.barrier;
  };

  const standTogether = async (): Promise<void> => {
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const made = await world.checkpointedHash(partition);
      assert.equal(made, await world.cleanHash(partition), `partition ${String(partition)}`);
    }
  };

  it('meet at barriers that a worker sets while events come', (t) =>
    cluster.watch(async () => {
      let barrier = 0;
      // A worker sets them by its clock: on a quick machine a few batches see one or two.
      for (let batch = 1; barrier < BARRIERS_MIN; batch += 1) {
        assert.ok(batch < BATCHES_MAX, `${String(barrier)} barriers in ${String(batch)} batches`);
        await send(100);
        await sleep(400);
        if (batch >= BATCHES_MIN) barrier = await passed();
      }
      t.diagnostic(`${String(barrier)} barriers`);
      await standTogether();
    }));

  it('go on from the same merges when a worker is killed', () =>
    cluster.watch(async () => {
      const before = await passed();
      await send(100);
      await cluster.member('worker-0').kill();
      await send(200);
      assert.ok((await passed()) > before);
      await standTogether();
    }));
});
