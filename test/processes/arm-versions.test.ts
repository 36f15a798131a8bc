import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../../processes/config.ts';
import { startCore } from '../../processes/core.ts';
import type { Core } from '../../processes/core.ts';
import { createLogger } from '../../processes/logger.ts';
import { temporaryFolder } from '../adapters/temporary-folder.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';
import { TEMPORAL } from '../doubles/workflow-stage.ts';

const skip = TEMPORAL.unavailable ?? false;

type Json = Readonly<Record<string, unknown>>;

interface Answer {
  readonly recommendationId: string;
  readonly model: string;
  readonly position: readonly string[];
  readonly items: readonly { readonly id: string }[];
  readonly experiment: { readonly arm: string; readonly uncounted?: string };
}

interface Arm {
  readonly name: string;
  readonly version: string | null;
  readonly users: number;
  readonly comparison: { readonly verdict: string } | null;
}

const LISTENERS = 300;
const ITEMS = 40;

/** A listener likes the items of one kind: even listeners even items, odd ones odd items. */
const likes = (listener: number, item: string): boolean =>
  Number(item.slice(1)) % 2 === listener % 2;

/** What listeners did before: five items of their kind each. */
function past(): object[] {
  const random = new SeededRandom(5);
  return Array.from({ length: LISTENERS * 5 }, (_, n) => {
    const listener = n % LISTENERS;
    const item = `t${String(random.below(ITEMS / 2) * 2 + (listener % 2))}`;
    const time = new Date(1_700_000_000_000 + n * 1_000).toISOString();
    return { id: `p${String(n)}`, type: 'play', user: `u${String(listener)}`, item, time };
  });
}

describe('arms of model versions', { skip }, () => {
  let core: Core;
  let data: string;
  const start = (): Promise<Core> =>
    startCore({
      ...{ data, partitions: 1, learner: 'gmf', durable: 'eager' as const },
      listen: { host: '127.0.0.1', port: 0 },
      config: readConfig({ REPRISE_LEASE_MS_MAX: '2000' }),
      logger: createLogger('silent'),
    });

  before(async () => {
    data = await temporaryFolder();
    core = await start();
    const events = past();
    for (let at = 0; at < events.length; at += 1_000) {
      await call('POST', '/v1/events', events.slice(at, at + 1_000));
    }
    // A version that hardly learns is worse; one of the same settings is the same.
    await backfill({ name: 'v2', settings: { learningRate: 1e-6 } });
  });
  after(() => core.close());

  async function ask(method: string, path: string, body?: unknown): Promise<[number, Json]> {
    const response = await fetch(`${core.url ?? ''}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return [response.status, (await response.json()) as Json];
  }

  async function call(method: string, path: string, body?: unknown): Promise<Json> {
    const [status, json] = await ask(method, path, body);
    assert.ok(status < 300, `${method} ${path}: ${JSON.stringify(json)}`);
    return json;
  }

  async function backfill(body: Json): Promise<void> {
    const { workflowId } = await call('POST', '/v1/backfills', body);
    for (;;) {
      const { state, failure } = await call('GET', `/v1/backfills/${String(workflowId)}`);
      if (state === 'completed') return;
      assert.equal(state, 'running', String(failure));
      await sleep(50);
    }
  }

  const begin = (name: string, arms: readonly object[]): Promise<Json> =>
    call('PUT', `/v1/experiments/${name}`, { arms, effect: 0.2 });

  async function refused(version: string, why: RegExp): Promise<void> {
    const arms = [
      { name: 'old', share: 0.5 },
      { name: 'new', share: 0.5, version },
    ];
    const [status, json] = await ask('PUT', '/v1/experiments/refused', { arms });
    assert.equal(status, 422, JSON.stringify(json));
    assert.match(String(json['detail']), why);
  }

  const armsOf = async (name: string): Promise<readonly Arm[]> =>
    (await call('GET', `/v1/experiments/${name}`))['arms'] as readonly Arm[];

  async function recommend(user: string, experiment: string, more = ''): Promise<Answer> {
    const path = `/v1/users/${user}/recommendations?n=1&experiment=${experiment}${more}`;
    return (await call('GET', path)) as unknown as Answer;
  }

  /** Waits until a user of every arm is answered by what the arm names. */
  async function served(experiment: string): Promise<void> {
    for (let user = 0; user < 20; user += 1) {
      while ((await recommend(`w${String(user)}`, experiment)).experiment.uncounted !== undefined) {
        await sleep(20);
      }
    }
  }

  /** Every listener asks, and clicks what fits their kind in 6 of 10 times, and other things in 1. */
  async function listen(experiment: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const random = new SeededRandom(11);
    const models = new Map<string, Set<string>>();
    const clicks: object[] = [];
    for (let listener = 0; listener < LISTENERS; listener += 1) {
      const user = `u${String(listener)}`;
      const {
        recommendationId,
        model,
        items,
        experiment: told,
      } = await recommend(user, experiment);
      assert.equal(told.uncounted, undefined);
      models.set(told.arm, (models.get(told.arm) ?? new Set<string>()).add(model));
      const [item] = items;
      assert.ok(item !== undefined);
      if (random.next() >= (likes(listener, item.id) ? 0.6 : 0.1)) continue;
      const id = `${experiment} ${user}`;
      clicks.push({ id, type: 'play', user, item: item.id, recommendationId });
    }
    await call('POST', '/v1/events', clicks);
    return models;
  }

  it('are refused where a version can not answer, and say what to do', async () => {
    await refused('v9', /arms\[1\]\.version names no model version that is known here/);
    assert.deepEqual((await call('GET', '/v1/experiments'))['experiments'], []);
  });

  it('are answered each by its version, and the better one is found', async () => {
    const arms = [
      { name: 'old', share: 0.5, version: 'v2' },
      { name: 'new', share: 0.5 },
    ];
    const begun = await begin('front', arms);
    // A read side of v2 is filled meanwhile.
    const figures = ({ uncounted: _, ...rest }: Json): Json => rest;
    assert.match(String(begun['uncounted']), /version v2 is/);
    assert.deepEqual(figures(await begin('front', arms)), figures(begun));
    await served('front');
    assert.equal((await call('GET', '/v1/experiments/front'))['uncounted'], null);
    const models = await listen('front');
    assert.deepEqual([...models].map(([arm, of]) => [arm, ...of]).sort(), [
      ['new', 'v1'],
      ['old', 'v2'],
    ]);
    const [old, better] = await armsOf('front');
    assert.deepEqual([old?.version, better?.version], ['v2', 'v1']);
    assert.equal(better?.comparison?.verdict, 'better', JSON.stringify([old, better]));
    const { rows } = (await call('GET', '/v1/metrics/click-through')) as { rows: readonly Json[] };
    const shown = new Map(rows.map(({ model, impressions }) => [model, impressions as number]));
    assert.ok((shown.get('v2') ?? 0) >= 100 && (shown.get('v1') ?? 0) >= 100);
  });

  it('give answers that are made again, equal, by their versions, and know what was posted', async () => {
    for (let n = 0; n < 8; n += 1) {
      const user = `fresh${String(n)}`;
      const event = { id: `f${String(n)}`, type: 'play', user, item: `t${String(n)}` };
      const { positions } = (await call('POST', '/v1/events', event)) as { positions: string[] };
      const [at = ''] = positions;
      const answer = await recommend(user, 'front', `&exclude=seen&after=${at}`);
      assert.equal(answer.experiment.uncounted, undefined);
      assert.ok(Number(answer.position[0]?.slice(2)) >= Number(at.slice(2)), `${at} is known`);
      assert.notEqual(answer.items[0]?.id, event.item);
      const path = `/v1/recommendations/${answer.recommendationId}`;
      const lineage = await call('GET', path);
      assert.equal((lineage['model'] as Json)['version'], answer.model);
      assert.deepEqual([lineage['user'], lineage['verdict']], [user, 'equal']);
      assert.equal((await call('GET', `${path}/verify`))['equal'], true);
    }
  });

  it('are answered through a promotion, and nothing of them is let go of', async () => {
    await call('POST', '/v1/models/v2/promote', {});
    await served('front');
    for (let n = 0; n < 12; n += 1) {
      const { model, experiment } = await recommend(`u${String(n)}`, 'front');
      assert.equal(model, experiment.arm === 'old' ? 'v2' : 'v1');
    }
    await call('POST', '/v1/models/v2/rollback', {});
    await served('front');
    // A new shadow takes the name that held the old one.
    await backfill({ name: 'v3' });
    await backfill({ name: 'v4' });
    await served('front');
  });

  it('do not differ where the versions are the same', async () => {
    const arms = [
      { name: 'one', share: 0.5, version: 'v1' },
      { name: 'same', share: 0.5, version: 'v4' },
    ];
    await begin('equal', arms);
    await served('equal');
    const models = await listen('equal');
    assert.deepEqual([...(models.get('same') ?? [])], ['v4']);
    const [, same] = await armsOf('equal');
    assert.equal(same?.comparison?.verdict, 'undecided');
    await call('DELETE', '/v1/experiments/equal');
  });

  it('are answered again after a restart, and are let go of with their experiment', async () => {
    const before = await armsOf('front');
    await core.close();
    core = await start();
    await core.ready();
    assert.deepEqual(await armsOf('front'), before);
    await served('front');
    await call('DELETE', '/v1/experiments/front');
    const isHeld = async (version: string): Promise<boolean> => {
      const { models } = (await call('GET', '/v1/models')) as { models: readonly Json[] };
      return models.find((one) => one['version'] === version)?.['positions'] !== null;
    };
    while (await isHeld('v3')) await sleep(20);
    await refused('v3', /not held beside the live version.*backfill --model v3/);
  });
});
