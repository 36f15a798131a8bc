import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExportedInteraction } from '../../events/export-events.ts';
import { madeEvents } from '../e2e/made-events.ts';
import type { Json, SentEvent, Stand } from '../e2e/server.ts';
import { createWorld } from '../e2e/world.ts';
import type { World } from '../e2e/world.ts';
import { useStack } from '../services/stack.ts';
import { ClusterClient } from './client.ts';
import { startCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { tracesOf } from './traces-of.ts';
import { postEventsMax, postInOrder } from './post-in-order.ts';

const stack = await useStack('kafka', 'mongo', 'redis', 'temporal');

/** How long a run may take to come to a state. */
const comesMsMax = 60_000;

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

/** A cluster learns by `gmf` where nothing else is said, a data folder by the blend. */
const AS_THE_CLUSTER = { REPRISE_LEARNER: 'gmf' };

describe('a cluster of one partition', () => {
  let world: World;
  let cluster: Cluster;
  let client: ClusterClient;
  let events: readonly SentEvent[] = [];
  before(async () => {
    world = await createWorld();
    cluster = await startCluster({
      ...{ stack, partitions: 1 },
      processes: { indexer: 0 },
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
        const { exit, stderr } = await world.run(['import', file, '--data', data], AS_THE_CLUSTER);
        assert.equal(exit, 0, stderr);
      } else {
        t.diagnostic('REPRISE_DATA names no folder with ml-latest-small: made events do instead');
        const server = await world.serve(data, { partitions: 1, env: AS_THE_CLUSTER });
        await server.postAll(madeEvents(0, 8_000));
        await server.interrupt();
      }
      const server = await world.serve(data);
      const embedded = await server.stand();
      await server.interrupt();
      events = await exported(world, data);
      const places = await postInOrder(client, events);
      const stand = await client.stand(places);
      assert.equal(stand.hash, embedded.hash);
      assert.deepEqual(stand.positions, embedded.positions);
      const verified = await client.json('POST', '/v1/verifications', {});
      assert.deepEqual([verified['equal'], verified['hash']], [true, embedded.hash]);
    }));

  it('answers arms by a version that it built by replay, switches to it and back, as an embedded instance', () =>
    cluster.watch(async () => {
      const users = [...new Set(events.map(({ user }) => user))].slice(0, 24);
      const server = await world.serve(world.path('embedded'), {
        env: { REPRISE_DURABLE: 'lazy' },
      });
      const expected = await switched(
        async (method, path, body) => {
          const text = body === undefined ? undefined : JSON.stringify(body);
          const answer = await server.call(method, path, text, 'application/json');
          assert.ok(answer.status < 300, `${method} ${path}: ${answer.text}`);
          return answer.json;
        },
        () => server.stand(),
        users,
      );
      await server.interrupt();
      const { answers, stands } = await switched(
        (method, path, body) => client.json(method, path, body),
        (after) => client.stand(after),
        users,
      );
      assert.deepEqual(answers, expected.answers);
      assert.deepEqual(stands, expected.stands);
      const verified = await client.json('POST', '/v1/verifications', {});
      assert.deepEqual([verified['equal'], verified['hash']], [true, stands[1]?.hash]);
    }));
  it('comes to the state of an instance that never knew who is erased, and keeps no byte of them', () =>
    cluster.watch(async () => {
      const marked = Array.from({ length: 5 }, (_, n) => `marked-${String(n)}-of-the-erased`);
      const items = Array.from({ length: 7 }, (_, n) => `only-${String(n)}-of-theirs`);
      const theirs = events.slice(0, 400).map((event, n): SentEvent => ({
        ...event,
        id: `m${String(n)}`,
        user: marked[n % 5] ?? '',
        ...(n < items.length && { item: items[n] ?? '' }),
      }));
      const [first = ''] = new Set(events.map(({ user }) => user));
      const erased = [...marked, first];
      const never = await world.serve(world.path('never'), {
        partitions: 1,
        env: AS_THE_CLUSTER,
      });
      const others = events.filter(({ user }) => user !== first);
      for (let from = 0; from < others.length; from += postEventsMax) {
        await never.postAll(others.slice(from, from + postEventsMax));
      }
      const without = (await never.stand()).hash;
      await never.interrupt();
      const { env, folder } = cluster;
      const database = env['REPRISE_MONGO_DATABASE'] ?? '';
      const places = await postInOrder(client, theirs);
      assert.notEqual((await client.stand(places)).hash, without);
      assert.ok((await tracesOf({ env, folder }, marked)).length > 0, 'the search finds ids');
      const inMongo = async (): Promise<readonly string[]> =>
        (await tracesOf({ env, folder }, items)).filter((place) => place.startsWith(database));
      assert.ok((await inMongo()).includes(`${database}.blocks`), 'the search finds their items');
      const wish = { users: erased, now: true, purge: true };
      const started = await client.post('/v1/erasures', wish);
      assert.equal(started.status, 202, started.text);
      const path = `/v1/erasures/${String(started.json['erasureId'])}`;
      await comes(path, 'done');
      assert.equal((await client.get(path)).json['stateHash'], without);
      assert.equal((await client.stand([])).hash, without);
      assert.deepEqual(await tracesOf({ env, folder }, marked), []);
      assert.deepEqual(await inMongo(), [], 'their events are blank in the journal');
      const verified = await client.json('POST', '/v1/verifications', { full: true });
      const { faults, unlinked, checkpoints } = verified['kept'] as Json;
      assert.deepEqual([verified['equal'], faults, unlinked], [true, [], 0]);
      assert.ok(Number(checkpoints) > 0);
    }));

  it('passes over a checkpoint in which a byte was flipped, names it, and comes to the same state', () =>
    cluster.watch(async () => {
      const worker = cluster.member('worker-0');
      const newest = (): string => {
        const root = join(cluster.folder, 'shared', 'checkpoints');
        const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
        const files = names.filter((name) => name.endsWith('.safetensors'));
        const numbers = (name: string): number[] => (name.match(/\d+/g) ?? []).map(Number);
        const [last] = files.sort((a, b) => {
          const [left, right] = [numbers(a), numbers(b)];
          return (right[2] ?? 0) - (left[2] ?? 0) || (right[3] ?? 0) - (left[3] ?? 0);
        });
        return join(root, last ?? '');
      };
      await worker.kill();
      const path = newest();
      const bytes = readFileSync(path);
      bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1;
      writeFileSync(path, bytes);
      // Past its place, so that the next one does not stand in the place of the broken one.
      const more = events
        .slice(0, 50)
        .map((event, n): SentEvent => ({ ...event, id: `p${String(n)}` }));
      const places = await postInOrder(client, more);
      await worker.start();
      await worker.ready();
      const { hash } = await client.stand(places);
      const verified = await client.json('POST', '/v1/verifications', { full: true });
      assert.deepEqual([verified['equal'], verified['hash']], [true, hash]);
      const { faults } = verified['kept'] as { readonly faults: readonly { fault: string }[] };
      assert.deepEqual(
        faults.map(({ fault }) => fault),
        ['the file does not read as it was written'],
      );
    }));

  it('leaves a source out after the fact, and takes it back', () =>
    cluster.watch(async () => {
      const before = (await client.stand([])).hash;
      const bots = events.slice(0, 200).map((event, n): SentEvent => ({
        ...event,
        id: `b${String(n)}`,
        user: `bot-${String(n % 9)}`,
        source: 'bots',
      }));
      const poisoned = (await client.stand(await postInOrder(client, bots))).hash;
      assert.notEqual(poisoned, before);
      const set = await client.post('/v1/quarantines', { source: 'bots' });
      assert.equal(set.status, 202, set.text);
      assert.equal(set.json['events'], bots.length);
      const path = `/v1/quarantines/${String(set.json['quarantineId'])}`;
      await comes(path, 'active');
      assert.equal((await client.stand([])).hash, before);
      assert.equal((await client.call('DELETE', path)).status, 202);
      await comes(path, 'lifted');
      assert.equal((await client.stand([])).hash, poisoned);
    }));

  async function comes(path: string, state: string): Promise<void> {
    const endMs = performance.now() + comesMsMax;
    for (;;) {
      const { json, text } = await client.get(path);
      if (json['state'] === state) return;
      assert.ok(performance.now() < endMs, `${path} does not become ${state}: ${text}`);
      await sleep(100);
    }
  }
});

type Ask = (method: string, path: string, body?: unknown) => Promise<Json>;

/** What users are answered by the arms of an experiment with the live version and version 2, beside which it is held. */
async function armAnswers(ask: Ask, users: readonly string[]): Promise<readonly Json[]> {
  const arms = [
    { name: 'old', share: 0.5 },
    { name: 'new', share: 0.5, version: 'v2' },
  ];
  const endMs = performance.now() + comesMsMax;
  for (let isBegun = false; !isBegun;) {
    try {
      await ask('PUT', '/v1/experiments/versions', { arms });
      isBegun = true;
    } catch (error) {
      // Movers tell each second where a version stands.
      const isLate = String(error).includes('try again when it has caught up');
      if (!isLate || performance.now() > endMs) throw error;
      await sleep(100);
    }
  }
  const answers: Json[] = [];
  for (const user of users) {
    const path = `/v1/users/${encodeURIComponent(user)}/recommendations?n=10&experiment=versions`;
    let answer = await ask('GET', path);
    for (; (answer['experiment'] as Json)['uncounted'] !== undefined;) {
      assert.ok(performance.now() < endMs, JSON.stringify(answer));
      await sleep(50);
      answer = await ask('GET', path);
    }
    const { model, experiment, position, items } = answer;
    answers.push({ user, model, experiment, position, items });
  }
  await ask('DELETE', '/v1/experiments/versions');
  assert.deepEqual(new Set(answers.map(({ model }) => model)), new Set(['v1', 'v2']));
  return answers;
}

/**
 * Builds version 2, answers users by it and by the live one, makes it live and rolls it back; gives the answers, and the
 * state after each switch.
 */
async function switched(
  ask: Ask,
  stand: (after: readonly string[]) => Promise<Stand>,
  users: readonly string[],
): Promise<{ readonly answers: readonly Json[]; readonly stands: readonly Stand[] }> {
  const settings = { learningRate: 0.02 };
  const { workflowId } = await ask('POST', '/v1/backfills', { settings });
  for (let state: unknown = 'running'; state === 'running';) {
    await sleep(100);
    const run = await ask('GET', `/v1/backfills/${String(workflowId)}`);
    state = run['state'];
    assert.ok(state === 'running' || state === 'completed', JSON.stringify(run));
  }
  const answers = await armAnswers(ask, users);
  const stands: Stand[] = [];
  for (const control of ['promote', 'rollback']) {
    const { positions } = await ask('POST', `/v1/models/v2/${control}`, {});
    stands.push(await stand(positions as readonly string[]));
  }
  return { answers, stands };
}
