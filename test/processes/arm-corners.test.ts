import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { partitionOf } from '../../events/partition-of.ts';
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
  readonly items: readonly { readonly id: string; readonly pinned?: boolean }[];
  readonly experiment: { readonly arm: string; readonly uncounted?: string };
}

const PARTITIONS = 2;
const LISTENERS = 40;
const ITEMS = 30;
const ARMS = [
  { name: 'old', share: 0.5 },
  { name: 'new', share: 0.5, version: 'v2', scenario: 'picked' },
];

function past(): object[] {
  const random = new SeededRandom(7);
  return Array.from({ length: LISTENERS * 12 }, (_, n) => {
    const item = `t${String(random.below(ITEMS))}`;
    const time = new Date(1_700_000_000_000 + n * 1_000).toISOString();
    return { id: `p${String(n)}`, type: 'play', user: `u${String(n % LISTENERS)}`, item, time };
  });
}

describe('arms of versions of a blend over two partitions', { skip }, () => {
  let core: Core;
  /** Answers that did not say that they are counted to no arm. */
  let counted = 0;

  before(async () => {
    core = await startCore({
      ...{ data: await temporaryFolder(), partitions: PARTITIONS, durable: 'eager' as const },
      learner: 'blend',
      listen: { host: '127.0.0.1', port: 0 },
      config: readConfig({ REPRISE_LEASE_MS_MAX: '2000' }),
      logger: createLogger('silent'),
    });
    await call('POST', '/v1/events', past());
    const body = { name: 'v2', settings: { learningRate: 0.2 } };
    const { workflowId } = await call('POST', '/v1/backfills', body);
    const path = `/v1/backfills/${String(workflowId)}`;
    const run = await ended(path, ({ state }) => state !== 'running');
    assert.equal(run['state'], 'completed', JSON.stringify(run));
    const rules = { pinned: ['t3'], blocked: ['t4', 't5', 't6'] };
    await call('PUT', '/v1/scenarios/picked', rules);
    await call('PUT', '/v1/experiments/front', { arms: ARMS });
  });
  after(() => core.close());

  async function call(method: string, path: string, body?: unknown): Promise<Json> {
    const response = await fetch(`${core.url ?? ''}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const json = (await response.json()) as Json;
    assert.ok(response.ok, `${method} ${path}: ${JSON.stringify(json)}`);
    return json;
  }

  async function ended(path: string, isOver: (state: Json) => boolean): Promise<Json> {
    for (;;) {
      const state = await call('GET', path);
      if (isOver(state)) return state;
      await sleep(20);
    }
  }

  async function recommend(user: string, more = ''): Promise<Answer> {
    const path = `/v1/users/${user}/recommendations?n=8&experiment=front${more}`;
    const answer = (await call('GET', path)) as unknown as Answer;
    if (answer.experiment.uncounted === undefined) {
      counted += 1;
      assert.equal(answer.model, answer.experiment.arm === 'new' ? 'v2' : 'v1');
    }
    return answer;
  }

  /** Waits until users of either partition are answered by what their arms name. */
  async function served(): Promise<void> {
    for (let listener = 0; listener < LISTENERS; listener += 1) {
      const user = `u${String(listener)}`;
      while ((await recommend(user)).experiment.uncounted !== undefined) await sleep(20);
    }
  }

  const sumOf = async (): Promise<number> => {
    const { arms } = (await call('GET', '/v1/experiments/front')) as { arms: readonly Json[] };
    return arms.reduce((sum, { answers }) => sum + Number(answers), 0);
  };

  it('are answered each by its version and by its rules, in either partition', async () => {
    await served();
    const met = new Set<string>();
    for (let listener = 0; listener < LISTENERS; listener += 1) {
      const user = `u${String(listener)}`;
      const { items, experiment } = await recommend(user, '&exclude=none');
      met.add(`${experiment.arm} ${String(partitionOf(user, PARTITIONS))}`);
      const ids = items.map(({ id }) => id);
      if (experiment.arm === 'old') assert.ok(!items[0]?.pinned, 'the rules are of the other arm');
      else {
        assert.deepEqual([items[0]?.id, items[0]?.pinned], ['t3', true]);
        assert.ok(
          ids.every((id) => !['t4', 't5', 't6'].includes(id)),
          ids.join(' '),
        );
      }
    }
    assert.equal(met.size, 2 * PARTITIONS, [...met].join(', '));
    assert.equal(await sumOf(), counted);
  });

  it('know what was posted just before, and are proven by their versions', async () => {
    for (let n = 0; n < 8; n += 1) {
      const user = `fresh${String(n)}`;
      const event = { id: `f${String(n)}`, type: 'play', user, item: `t${String(n + 10)}` };
      const [at = ''] = (await call('POST', '/v1/events', event))['positions'] as string[];
      const answer = await recommend(user, `&exclude=seen&after=${at}`);
      assert.equal(answer.experiment.uncounted, undefined);
      assert.ok(answer.items.every(({ id }) => id !== event.item));
      const own = answer.position.find((place) => place.startsWith(at.slice(0, 2))) ?? '';
      assert.ok(Number(own.slice(2)) >= Number(at.slice(2)), `${own} knows ${at}`);
      const path = `/v1/recommendations/${answer.recommendationId}/verify`;
      assert.equal((await call('GET', path))['equal'], true, JSON.stringify(answer));
    }
  });

  it('stand still through an erasure, and come back without the user', async () => {
    const { erasureId } = await call('DELETE', '/v1/users/u7?now=true');
    const over = { isDone: false };
    const done = ended(`/v1/erasures/${String(erasureId)}`, ({ state }) => state === 'done').then(
      () => {
        over.isDone = true;
      },
    );
    const why = new Set<string>();
    for (let n = 0; !over.isDone; n += 1) {
      const { model, experiment } = await recommend(`u${String(n % 7)}`);
      // Whatever serves then: the answer says why no arm is counted.
      if (experiment.uncounted !== undefined) why.add(`${model}: ${experiment.uncounted}`);
      await sleep(1);
    }
    await done;
    assert.ok(why.size > 0, 'some answers were by live while the versions were built again');
    await served();
    assert.equal(await sumOf(), counted, [...why].join('; '));
    assert.notEqual((await call('GET', '/v1/models'))['live'], 'v1');
    const found = await fetch(`${core.url ?? ''}/v1/users/u7`);
    assert.equal(found.status, 404);
    const { recommendationId } = await recommend('u1');
    const proof = await call('GET', `/v1/recommendations/${recommendationId}/verify`);
    assert.equal(proof['equal'], true, JSON.stringify(proof));
  });
});
