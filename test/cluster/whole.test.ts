import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ExportedInteraction } from '../../events/export-events.ts';
import { readNativeParts } from '../../processes/core/native-parts.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';
import { madeEvents } from '../e2e/made-events.ts';
import type { Json, SentEvent } from '../e2e/server.ts';
import { createWorld } from '../e2e/world.ts';
import type { World } from '../e2e/world.ts';
import { useStack } from '../services/stack.ts';
import { ClusterClient } from './client.ts';
import { startCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';

const stack = await useStack('kafka', 'mongo', 'redis', 'temporal');

const postEventsMax = 2_000;

async function postInOrder(
  client: ClusterClient,
  events: readonly SentEvent[],
): Promise<readonly string[]> {
  let places: readonly string[] = [];
  for (let from = 0; from < events.length; from += postEventsMax) {
    places = await client.postAll(events.slice(from, from + postEventsMax));
  }
  return places;
}

/** The events of an embedded instance, in its order, as they may be posted. */
async function exported(world: World, data: string): Promise<readonly SentEvent[]> {
  const { exit, stdout, stderr } = await world.run(['export', '--data', data]);
  assert.equal(exit, 0, stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const { position: _, time, ...event } = JSON.parse(line) as ExportedInteraction;
      return { ...event, time: new Date(time).toISOString() };
    });
}

describe('a cluster of one partition', () => {
  let world: World;
  let cluster: Cluster;
  let client: ClusterClient;
  before(async () => {
    world = await createWorld();
    cluster = await startCluster({
      ...{ stack, partitions: 1 },
      processes: { trainer: 0, indexer: 0 },
    });
    client = new ClusterClient([cluster.url]);
  });
  after(async () => {
    await cluster.close();
    await world.close();
  });

  it('comes to the same state as an embedded instance by the same events', (t) =>
    cluster.watch(async () => {
      const file = join(process.env['REPRISE_DATA'] ?? '', 'events', 'ml-latest-small.csv.gz');
      const data = world.path('embedded');
      if (existsSync(file)) {
        await world.json('import', file, '--data', data);
      } else {
        t.diagnostic('REPRISE_DATA names no folder with ml-latest-small: made events do instead');
        const server = await world.serve(data, { partitions: 1 });
        await server.postAll(madeEvents(0, 8_000));
        await server.interrupt();
      }
      const server = await world.serve(data);
      const embedded = await server.stand();
      await server.interrupt();
      const places = await postInOrder(client, await exported(world, data));
      const stand = await client.stand(places);
      assert.equal(stand.hash, embedded.hash);
      assert.deepEqual(stand.positions, embedded.positions);
      const verified = await client.json('POST', '/v1/verifications', {});
      assert.deepEqual([verified['equal'], verified['hash']], [true, embedded.hash]);
    }));
});

/** Plays of listeners in two camps, each with its half of the tracks. */
function campPlays(count: number): readonly SentEvent[] {
  const random = new SeededRandom(4);
  return Array.from({ length: count }, (_, n) => {
    const user = random.below(60);
    // The square of a draw: few tracks are played by many.
    const item = Math.floor(random.next() ** 2 * 300) * 2 + (user % 2);
    const time = new Date(1_700_000_000_000 + n * 1_000).toISOString();
    return {
      id: `e${String(n)}`,
      type: 'play',
      user: `u${String(user)}`,
      item: `t${String(item)}`,
      time,
    };
  });
}

describe('a whole cluster', () => {
  let cluster: Cluster;
  let client: ClusterClient;
  before(async () => {
    cluster = await startCluster({
      ...{ stack, partitions: 2 },
      processes: { api: 2, worker: 2 },
      env: { REPRISE_CHECKPOINT_MS_MAX: '2000', REPRISE_LEASE_MS_MAX: '5000' },
    });
    client = new ClusterClient(cluster.ofKind('api').map(({ url }) => url));
    await postInOrder(client, campPlays(5_000));
  });
  after(() => cluster.close());

  async function itemsOf(user: string, query: string): Promise<readonly string[]> {
    const { items } = await client.json('GET', `/v1/users/${user}/recommendations?n=20${query}`);
    return (items as readonly { readonly id: string }[]).map(({ id }) => id);
  }

  it('answers otherwise when an event has come, from each of its APIs', () =>
    cluster.watch(async () => {
      const [first, second] = cluster.ofKind('api').map(({ url }) => new ClusterClient([url]));
      assert.ok(first && second);
      const [top = ''] = await itemsOf('u1', '');
      const event = { id: 'top', type: 'play', user: 'u1', item: top };
      const { positions, pending } = (await first.json('POST', '/v1/events', event)) as {
        readonly positions: readonly string[];
        readonly pending: readonly string[];
      };
      const [place = ''] = [...positions, ...pending];
      const path = `/v1/users/u1/recommendations?n=20&after=${place}`;
      const both = () => Promise.all([first, second].map((api) => api.json('GET', path)));
      let answers = await both();
      // A barrier that comes between the two moves one of them on.
      const endMs = performance.now() + 60_000;
      const placeOf = (at: number): string => JSON.stringify(answers[at]?.['position']);
      while (placeOf(0) !== placeOf(1)) {
        assert.ok(performance.now() < endMs, 'two APIs never stand at the same position');
        answers = await both();
      }
      const ids = answers.map(({ items }) => JSON.stringify(items));
      assert.equal(ids[0], ids[1], 'two APIs answer alike');
      assert.ok(!ids[0]?.includes(`"${top}"`), `${top} was played and is still there`);
    }));

  it('takes the place in the transport for what is pending, as a position', () =>
    cluster.watch(async () => {
      await cluster.member('ingest-0').kill();
      const event = { id: 'late', type: 'play', user: 'u2', item: 'never-met' };
      const { positions, pending } = await client.json('POST', '/v1/events', event);
      assert.deepEqual(positions, []);
      const [place = ''] = pending as readonly string[];
      assert.match(place, /^[01]@\d+$/);
      await cluster.member('ingest-0').start();
      await cluster.member('ingest-0').ready();
      await client.stand([place]);
      const { json, status, text } = await client.get(
        `/v1/users/u2/recommendations?n=100&exclude=none&after=${place}`,
      );
      assert.equal(status, 200, text);
      assert.equal(json['basedOn'], 'user');
    }));

  it('trains a version and promotes it', (t) =>
    cluster.watch(async () => {
      const { unavailable } = readNativeParts().tfjs;
      if (unavailable !== undefined) {
        t.diagnostic(`no training here: ${unavailable}`);
        return;
      }
      const { workflowId } = await client.json('POST', '/v1/training-runs', { epochs: 3, seed: 3 });
      const run = await client.ended(`/v1/training-runs/${String(workflowId)}`);
      assert.equal(run['state'], 'completed', JSON.stringify(run));
      const { promoted, version, why } = run['result'] as Json;
      assert.equal(promoted, true, String(why));
      const { live } = await client.json('GET', '/v1/models');
      assert.equal(live, version);
      assert.ok((await itemsOf('u3', '')).length > 0);
    }));

  it('builds an index of what is live', (t) =>
    cluster.watch(async () => {
      const { unavailable } = readNativeParts().faiss;
      if (unavailable !== undefined) {
        t.diagnostic(`no index here: ${unavailable}`);
        return;
      }
      const { workflowId } = await client.json('POST', '/v1/index-releases', {});
      const run = await client.ended(`/v1/index-releases/${String(workflowId)}`);
      assert.equal(run['state'], 'completed', JSON.stringify(run));
      const { recall10, version, items } = run['result'] as Json;
      assert.ok((recall10 as number) >= 0.99);
      const { live } = await client.json('GET', '/v1/models');
      assert.equal(version, live);
      assert.ok((items as number) > 0);
    }));

  it('verifies, and ends in order', () =>
    cluster.watch(async () => {
      const verified = await client.json('POST', '/v1/verifications', {});
      assert.equal(verified['equal'], true, JSON.stringify(verified));
      await Promise.all(cluster.members.map((member) => member.end()));
    }));
});
