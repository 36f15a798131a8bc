import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectMongo } from '../../adapters/cluster/mongo/mongo.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo/mongo.ts';
import { openUsers } from '../../adapters/cluster/users.ts';
import { readNativeParts } from '../../processes/core/native-parts.ts';
import type { Json } from '../e2e/server.ts';
import { useStack } from '../services/stack.ts';
import { Load } from './chaos/load.ts';
import { ClusterClient } from './client.ts';
import { startCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { LearnedJournal } from './learned-journal.ts';

const stack = await useStack('kafka', 'mongo', 'redis', 'temporal');

const PARTITIONS = 2;
const UNTIL_MS_MAX = 90_000;
/** Made events have 120 items: enough for an index where so few are scanned. */
const EXACT_SCAN_ITEMS = '10';

describe('what is derived, dropped under load', () => {
  let cluster: Cluster;
  let client: ClusterClient;
  let world: LearnedJournal;
  let mongo: MongoConnection;
  let load: Load;

  before(async () => {
    cluster = await startCluster({
      ...{ stack, partitions: PARTITIONS },
      processes: { api: 2, trainer: 0 },
      env: { REPRISE_EXACT_SCAN_ITEMS_MAX: EXACT_SCAN_ITEMS },
    });
    client = new ClusterClient(cluster.ofKind('api').map(({ url }) => url));
    world = await LearnedJournal.open({ ...cluster.env, REPRISE_PROFILE: 'cluster' });
    mongo = await connectMongo({ url: cluster.env['REPRISE_MONGO_URL'] ?? '' });
  });
  after(async () => {
    await mongo.close();
    await world.close();
    await cluster.close();
  });
  beforeEach(() => {
    load = new Load({ client, eventsPerSecond: 50, requestsPerSecond: 20 });
  });
  afterEach(() => load.end());

  async function until(what: string, holds: () => Promise<boolean>): Promise<number> {
    const startMs = performance.now();
    while (!(await holds())) {
      assert.ok(performance.now() - startMs < UNTIL_MS_MAX, `${what}: not in time`);
      await sleep(100);
    }
    return Math.round(performance.now() - startMs);
  }

  /** Tells whether so many more requests were answered, none of them refused. */
  async function answersGoOn(): Promise<void> {
    const { answered } = load;
    await until('answers go on', () => Promise.resolve(load.answered >= answered + 20));
    assert.deepEqual(load.said, []);
  }

  /** Ends the load; resolves when all that it sent is learned and stored. */
  async function settled(): Promise<void> {
    await load.end();
    let still = 0;
    await until('all is learned', async () => {
      const before = world.stores.journal.status().heads.join();
      await world.events();
      const isStill = before === world.stores.journal.status().heads.join();
      still = isStill && (await world.isLearned()) ? still + 1 : 0;
      return still === 8;
    });
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const head = world.stores.journal.head(partition);
      await until('the users are stored', async () => {
        return (await world.users.place(partition))?.position === head;
      });
    }
  }

  /** Every user that a database holds, without what tells of how they came there. */
  async function usersIn(database: string): Promise<readonly unknown[]> {
    const found = await mongo
      .database(database)
      .collection('users')
      .find({ vector: { $exists: true } }, { projection: { fence: 0, generation: 0, slot: 0 } })
      .toArray();
    return found.map((content) => JSON.stringify(content)).sort();
  }

  const database = (): string => cluster.env['REPRISE_MONGO_DATABASE'] ?? '';

  it('users come back with equal content, while answers go on', (t) =>
    cluster.watch(async () => {
      await answersGoOn();
      await until('users are stored', async () => (await world.users.place(0)) !== undefined);
      await mongo.database(database()).collection('users').drop();
      const ms = await until('they are stored again', async () => {
        const places = [await world.users.place(0), await world.users.place(1)];
        return !places.includes(undefined);
      });
      t.diagnostic(`stored again after ${String(ms)} ms`);
      await answersGoOn();
      await settled();
      const scratch = `${database()}-clean`;
      const clean = openUsers({ connection: mongo, database: scratch });
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        await clean.apply(await (await world.cleanRuntime(partition)).takeWhole(), 1);
      }
      const users = await usersIn(database());
      assert.ok(users.length > 30);
      assert.deepEqual(users, await usersIn(scratch));
    }));

  /** What an API says of itself. */
  function status(api: number): Promise<Json> {
    return new ClusterClient([cluster.member(`api-${String(api)}`).url]).json('GET', '/v1/status');
  }

  async function isSearchedWithAnother(api: number, before?: unknown): Promise<boolean> {
    const { mode, release } = (await status(api))['search'] as Json;
    return mode === 'approximate' && release !== before;
  }

  /** Waits for a warning of an API. */
  async function warns(api: number, words: RegExp): Promise<void> {
    await until(`api ${String(api)} warns ${String(words)}`, async () =>
      words.test(JSON.stringify((await status(api))['warnings'])),
    );
  }

  it('an index comes back, while answers go on from a copy or by a scan', (t) =>
    cluster.watch(async () => {
      const { unavailable } = readNativeParts().faiss;
      if (unavailable !== undefined) {
        t.diagnostic(`no index here: ${unavailable}`);
        return;
      }
      const { workflowId } = await client.json('POST', '/v1/index-releases', {});
      const run = await client.ended(`/v1/index-releases/${String(workflowId)}`);
      assert.equal(run['state'], 'completed', JSON.stringify(run));
      await until('it is searched', () => isSearchedWithAnother(0));
      const { release } = (await status(0))['search'] as Json;
      const other = cluster.member('api-1');
      await other.end();
      for (const name of ['shared', 'scratch/api-0', 'scratch/api-1']) {
        await rm(join(cluster.folder, name, 'indexes'), { recursive: true, force: true });
      }
      await warns(0, /no index release of v1 .* this process's copy of r/);
      await answersGoOn();
      // One that starts anew has no copy.
      await other.start();
      await other.ready();
      await warns(1, /no index release of v1 .* answers scan all items/);
      // The APIs have asked for another one; builds that nobody asks for by hand come minutes apart.
      const next = await client.json('POST', '/v1/index-releases', {});
      const rebuilt = await client.ended(`/v1/index-releases/${String(next['workflowId'])}`);
      assert.equal(rebuilt['state'], 'completed', JSON.stringify(rebuilt));
      const ms = await until('both search another', async () => {
        return (await isSearchedWithAnother(0, release)) && isSearchedWithAnother(1, release);
      });
      t.diagnostic(`another release was searched ${String(ms)} ms after`);
      await answersGoOn();
    }));

  it('all that there is comes to what a clean replay comes to', () =>
    cluster.watch(async () => {
      await settled();
      const verified = await client.json('POST', '/v1/verifications', {});
      assert.equal(verified['equal'], true, JSON.stringify(verified));
    }));
});
