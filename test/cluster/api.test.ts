import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { useOwnStack } from '../services/stack.ts';
import { openRedis } from '../../processes/cluster/servers/redis-link.ts';
import { readClusterConfig } from '../../processes/config/cluster.ts';
import { startCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { endLingering } from './lingering.ts';
import { openStandIns } from './stand-ins.ts';
import type { StandIns } from './stand-ins.ts';

const stack = await useOwnStack('kafka', 'mongo', 'redis', 'temporal');
endLingering();

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

interface Accepted {
  readonly accepted: number;
  readonly positions: readonly string[];
  readonly pending: readonly string[];
}

const untilMsMax = 30_000;

describe('the API of a cluster', () => {
  let cluster: Cluster;
  let standIns: StandIns;

  before(async () => {
    cluster = await startCluster({
      ...{ stack, partitions: 2 },
      processes: { api: 2, ingest: 0, worker: 0, trainer: 0, indexer: 0 },
      env: { REPRISE_ACK_WAIT_MS_MAX: '1500', REPRISE_LAG_EVENTS_MAX: '400' },
    });
    standIns = await openStandIns(cluster.env);
  });

  after(async () => {
    await standIns.close();
    await cluster.close();
  });

  async function ask(path: string, api = 0, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`${cluster.member(`api-${String(api)}`).url}${path}`, init);
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, body };
  }

  async function post(events: readonly object[], api = 0): Promise<Answer> {
    return ask('/v1/events', api, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(events),
    });
  }

  function plays(count: number, from = 0): readonly object[] {
    return Array.from({ length: count }, (_, n) => ({
      id: `play-${String(from + n)}`,
      type: 'play',
      user: `user-${String((from + n) % 17)}`,
      item: `item-${String(((from + n) * 7) % 29)}`,
    }));
  }

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const endMs = performance.now() + untilMsMax;
    while (!(await holds())) {
      assert.ok(performance.now() < endMs, `${what}: not within ${String(untilMsMax)} ms`);
      await pause(100);
    }
  }

  const recommend = (user: string, after: readonly string[] = [], api = 0): Promise<Answer> =>
    ask(`/v1/users/${user}/recommendations?after=${after.join(',')}`.replace(/\?after=$/, ''), api);

  it('answers from nothing, and says what it depends on', () =>
    cluster.watch(async () => {
      const { status, body } = await recommend('user-1');
      assert.equal(status, 200);
      assert.equal(body['basedOn'], 'popular');
      assert.equal(body['stale'], undefined);
      const ready = await ask('/health/ready');
      assert.deepEqual(Object.keys(ready.body['dependencies'] as object).sort(), [
        'kafka',
        'mongodb',
        'redis',
        'shared files',
        'temporal',
      ]);
      const { body: told } = await ask('/v1/status');
      assert.equal(told['profile'], 'cluster');
    }));

  it('answers pending without an ingest, and waits for the offset once there is one', () =>
    cluster.watch(async () => {
      const sent = await post(plays(5));
      assert.equal(sent.status, 202);
      const { positions, pending } = sent.body as unknown as Accepted;
      assert.deepEqual(positions, []);
      assert.equal(pending.length, 5);
      assert.match(pending[0] ?? '', /^\d+@\d+$/);
      const early = await recommend('user-1', pending);
      assert.equal(early.status, 504);
      standIns.startIngest();
      await standIns.startWorker();
      await until('the offsets are covered', async () => {
        const { status, body } = await recommend('user-1', pending);
        return status === 200 && body['basedOn'] === 'user';
      });
    }));

  it('acknowledges with positions that an answer waits for', () =>
    cluster.watch(async () => {
      const { status, body } = await post(plays(60, 5));
      assert.equal(status, 202);
      const { positions, pending } = body as unknown as Accepted;
      assert.deepEqual(pending, []);
      assert.equal(positions.length, 60);
      const last = positions.slice(-20);
      const answer = await recommend('user-13', last, 1);
      assert.equal(answer.status, 200);
      assert.equal(answer.body['basedOn'], 'user');
      assert.equal(answer.body['stale'], undefined);
      const again = await post(plays(60, 5));
      assert.equal(again.body['duplicates'], 60);
    }));

  it('gives the same answers from both processes', () =>
    cluster.watch(async () => {
      await sameAnswers();
    }));

  async function sameAnswers(): Promise<void> {
    const heads = standIns.stores.journal.status().heads;
    const after = heads.map((head, partition) => `${String(partition)}:${String(head)}`);
    for (let user = 0; user < 18; user += 1) {
      const name = `user-${String(user)}`;
      const [one, other] = [await recommend(name, after, 0), await recommend(name, after, 1)];
      assert.equal(one.status, 200);
      assert.deepEqual(one.body, other.body);
    }
  }

  it('goes on serving through a flushed Redis, and catches up from a checkpoint', () =>
    cluster.watch(async () => {
      const before = await recommend('user-3');
      const redis = openRedis(readClusterConfig(cluster.env, 'api'));
      await redis.run((commands) => commands.flushall());
      await redis.close();
      const still = await recommend('user-3');
      assert.equal(still.status, 200);
      assert.deepEqual(still.body['items'], before.body['items']);
      let asked = 0;
      const { body } = await post(plays(40, 100));
      const { positions } = body as unknown as Accepted;
      await until('answers have what came after', async () => {
        asked += 1;
        const { status } = await recommend('user-3');
        assert.equal(status, 200, `question ${String(asked)} while it catches up`);
        return (await recommend('user-3', positions.slice(-20))).status === 200;
      });
      await sameAnswers();
    }));

  it('serves a state from a checkpoint after a restart as the one that saw every delta', () =>
    cluster.watch(async () => {
      const member = cluster.member('api-1');
      await member.kill();
      await member.start();
      await member.ready();
      await sameAnswers();
      const { body } = await ask('/v1/verifications', 0, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      assert.equal(body['equal'], true, JSON.stringify(body));
      const hash = await ask('/v1/state-hash', 1);
      assert.equal(hash.body['hash'], body['hash']);
    }));

  it('rebuilds what it serves to the same answers', () =>
    cluster.watch(async () => {
      const before = await recommend('user-3');
      const { status, body } = await ask('/v1/projections/rebuild', 0, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      assert.equal(status, 200, JSON.stringify(body));
      const { body: same } = await recommend('user-3');
      assert.deepEqual(same['items'], before.body['items']);
      await sameAnswers();
    }));

  it('marks answers as stale while the worker is gone, and not when it is back', () =>
    cluster.watch(async () => {
      await standIns.stopWorker();
      await post(plays(5, 200));
      await until('an answer is stale', async () => {
        const { status, body } = await recommend('user-0');
        assert.equal(status, 200);
        return body['stale'] !== undefined;
      });
      await standIns.startWorker();
      await until('no answer is stale', async () => {
        const { body } = await ask('/v1/items/popular');
        return body['stale'] === undefined;
      });
    }));

  it('answers known users while each server is down, marked stale where news may be missing', () =>
    cluster.watch(async () => {
      const before = await recommend('user-3');
      assert.equal(before.body['basedOn'], 'user');
      for (const server of ['redis', 'mongo', 'temporal', 'kafka'] as const) {
        await stack.kill(server);
        const { status, body } = await recommend('user-3');
        assert.equal(status, 200, `${server}: ${JSON.stringify(body)}`);
        assert.deepEqual(body['items'], before.body['items']);
        assert.equal((await recommend('nobody')).status, 200);
        if (server === 'redis' || server === 'mongo') {
          await until(`stale without ${server}`, async () => {
            const answer = await recommend('user-3');
            assert.equal(answer.status, 200);
            assert.deepEqual(answer.body['items'], before.body['items']);
            return answer.body['stale'] !== undefined;
          });
        }
        if (server === 'kafka') {
          const refused = await post(plays(1, 900));
          assert.equal(refused.status, 503);
          assert.ok(refused.headers.get('retry-after'));
        }
        await stack.start(server);
        // The stand-in of a worker does not come back by itself.
        await standIns.stopWorker();
        await standIns.startWorker();
        await until(`fresh with ${server} again`, async () => {
          const answer = await recommend('user-3');
          assert.equal(answer.status, 200);
          return answer.body['stale'] === undefined;
        });
      }
    }));

  it('refuses more than the lag lets in, with the time to try again', () =>
    cluster.watch(async () => {
      await standIns.stopIngest();
      await until('the API refuses', async () => {
        const { status, headers } = await post(
          plays(400, 1_000).map((event, n) => ({ ...event, id: `lag-${String(n)}` })),
        );
        if (status === 503) return false;
        if (status === 202) return false;
        assert.equal(status, 429);
        assert.ok(headers.get('retry-after'));
        return true;
      });
      standIns.startIngest();
    }));
});
