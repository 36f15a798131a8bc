import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { TIME_ORDER_EVENTS_MAX } from '../../activities/replay/time-order.ts';
import { readConfig } from '../../processes/config.ts';
import { startCore } from '../../processes/core.ts';
import type { Core } from '../../processes/core.ts';
import { backfillOf } from '../../processes/durable/backfills.ts';
import { createLogger } from '../../processes/logger.ts';
import { temporaryFolder } from '../adapters/temporary-folder.ts';
import { RIG_LEARNER } from '../doubles/partition-rig.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';
import { TEMPORAL } from '../doubles/workflow-stage.ts';

const skip = TEMPORAL.unavailable ?? false;

type Json = Readonly<Record<string, unknown>>;

const EVENTS = 3_000;

/** Plays in the order of their times; some share one. */
function plays(count: number, from = 0): readonly object[] {
  const random = new SeededRandom(7 + from);
  return Array.from({ length: count }, (_, n) => ({
    ...{ id: `e${from + n}`, type: 'play', user: `u${random.below(40)}` },
    item: `t${Math.floor(random.next() ** 2 * 200)}`,
    time: new Date(1_700_000_000_000 + Math.floor((from + n) / 3) * 1_000).toISOString(),
  }));
}

/** As a lost connection would send them: runs of events in another order, each whole. */
function late(events: readonly object[]): readonly object[] {
  const runs: (readonly object[])[] = [];
  for (let at = 0; at < events.length; at += 30) runs.push(events.slice(at, at + 30));
  return runs.reverse().flat();
}

class Client {
  readonly core: Core;

  constructor(core: Core) {
    this.core = core;
  }

  async ask(method: string, path: string, body?: unknown): Promise<{ status: number; json: Json }> {
    const response = await fetch(`${this.core.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: (await response.json()) as Json };
  }

  async call(method: string, path: string, body?: unknown): Promise<Json> {
    const { status, json } = await this.ask(method, path, body);
    assert.ok(status < 300, `${method} ${path}: ${JSON.stringify(json)}`);
    return json;
  }

  async post(events: readonly object[]): Promise<void> {
    for (let at = 0; at < events.length; at += 1_000) {
      await this.call('POST', '/v1/events', events.slice(at, at + 1_000));
    }
  }

  /** The hash of what serves, when it has learned all that there is. */
  async hash(): Promise<unknown> {
    for (let last = ''; ;) {
      const { hash, positions } = await this.call('GET', '/v1/state-hash');
      if (JSON.stringify(positions) === last) return hash;
      last = JSON.stringify(positions);
      await sleep(300);
    }
  }

  async modelOf(version: string): Promise<Json> {
    const { models } = (await this.call('GET', '/v1/models')) as { models: readonly Json[] };
    return models.find((one) => one['version'] === version) ?? {};
  }
}

describe('a version built in the order of event times', { skip }, () => {
  let client: Client;
  let data: string;
  const open = async (): Promise<Client> =>
    new Client(
      await startCore({
        ...{ data, partitions: 1, listen: { host: '127.0.0.1', port: 0 }, durable: 'eager' },
        config: readConfig({ REPRISE_LEASE_MS_MAX: '2000', REPRISE_ERASURE_DELAY_MS_MAX: '100' }),
        logger: createLogger('silent'),
      }),
    );
  before(async () => {
    data = await temporaryFolder();
    client = await open();
    await client.post(late(plays(EVENTS)));
  });
  after(() => client.core.close());

  it('is refused where it names what is there, or an order that is none', async () => {
    for (const [body, status, why] of [
      [{ order: 'tiem' }, 400, /journal.*time/],
      [{ model: 'v1', order: 'time' }, 422, /order is what model v1 has already/],
    ] as const) {
      const answer = await client.ask('POST', '/v1/backfills', body);
      assert.equal(answer.status, status, JSON.stringify(answer.json));
      assert.match(JSON.stringify(answer.json), why);
    }
  });

  it('goes on after a restart in the middle, and ends where a journal in time order does', async () => {
    const { workflowId } = await client.call('POST', '/v1/backfills', { order: 'time' });
    await client.core.close();
    client = await open();
    await client.core.ready();
    for (;;) {
      const run = await client.call('GET', `/v1/backfills/${String(workflowId)}`);
      assert.ok(run['state'] === 'running' || run['state'] === 'completed', JSON.stringify(run));
      if (run['state'] === 'completed') break;
      await sleep(50);
    }
    const { timeOrderedTo, aliases } = await client.modelOf('v2');
    assert.deepEqual([timeOrderedTo, aliases], [[`0:${EVENTS - 1}`], ['shadow']]);
    assert.equal((await client.modelOf('v1'))['timeOrderedTo'], undefined);
    const inJournalOrder = await client.hash();
    // What comes after the events that were there is learned as it comes.
    await client.post(late(plays(90, EVENTS)));
    await client.call('POST', '/v1/models/v2/promote', {});
    const hash = await client.hash();
    assert.notEqual(hash, inJournalOrder);
    const other = await startCore({
      data: await temporaryFolder(),
      ...{ partitions: 1, listen: { host: '127.0.0.1', port: 0 }, durable: 'off' },
      config: readConfig({}),
      logger: createLogger('silent'),
    });
    try {
      const inTime = new Client(other);
      await inTime.post(plays(EVENTS));
      await inTime.post(late(plays(90, EVENTS)));
      assert.equal(hash, await inTime.hash());
    } finally {
      await other.close();
    }
  });

  it('is what a clean replay arrives at, and is built again without a user', async () => {
    const { equal } = await client.call('POST', '/v1/verifications', {});
    assert.equal(equal, true);
    await client.call('DELETE', '/v1/users/u3');
    for (;;) {
      const { erasures } = (await client.call('GET', '/v1/erasures')) as { erasures: Json[] };
      if (erasures.every(({ state }) => state === 'done')) break;
      await sleep(50);
    }
    assert.deepEqual((await client.modelOf('v3'))['timeOrderedTo'], [`0:${EVENTS - 1}`]);
    const { equal: still } = await client.call('POST', '/v1/verifications', {});
    assert.equal(still, true);
  });
});

it('more events than are ordered in memory are refused, and an earlier end is not', async () => {
  const definition = { learner: RIG_LEARNER };
  const starts = {
    registry: { get: () => Promise.resolve({ definition }), nextName: () => Promise.resolve('v2') },
    shadows: { building: [], positions: () => undefined },
    journal: { partitions: 1, head: () => 2 * TIME_ORDER_EVENTS_MAX, read: () => undefined },
    live: () => 'v1',
    lastBarrier: () => 0,
    leaseMsMax: 1,
  } as unknown as Parameters<typeof backfillOf>[0];
  const asked = backfillOf(starts, { order: 'time' });
  await assert.rejects(asked, { code: 'INVALID', message: /up to 10000000 events.*earlier to/ });
});
