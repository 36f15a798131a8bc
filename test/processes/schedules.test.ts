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

/** More often than the tests run, so that a run that nobody triggered would be seen. */
const ENV = {
  REPRISE_LEASE_MS_MAX: '2000',
  REPRISE_PREQUENTIAL_SHARE: '1',
  REPRISE_SCHEDULE_TRAIN: '6h',
  REPRISE_SCHEDULE_PROMOTE: '0 4 * * MON',
  REPRISE_PROMOTE_EVENTS_MIN: '10000',
};

describe('schedules of a core', { skip }, () => {
  let core: Core;
  let data: string;
  const start = async (env: Readonly<Record<string, string>>): Promise<void> => {
    core = await startCore({
      ...{ data, listen: { host: '127.0.0.1', port: 0 }, durable: 'eager' as const },
      config: readConfig(env),
      logger: createLogger('silent'),
    });
  };
  before(async () => {
    data = await temporaryFolder();
    await start(ENV);
    const random = new SeededRandom(2);
    const events = Array.from({ length: 900 }, (_, n) => ({
      ...{ id: `e${n}`, type: 'play', user: `u${random.below(20)}` },
      item: `t${Math.floor(random.next() ** 2 * 60)}`,
      time: new Date(1_700_000_000_000 + n * 1_000).toISOString(),
    }));
    await call('POST', '/v1/events', events);
  });
  after(() => core.close());

  async function ask(method: string, path: string, body?: unknown) {
    const response = await fetch(`${core.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: (await response.json()) as Json };
  }

  async function call(method: string, path: string, body?: unknown): Promise<Json> {
    const { status, json } = await ask(method, path, body);
    assert.ok(status < 300, `${method} ${path}: ${JSON.stringify(json)}`);
    return json;
  }

  async function schedules(): Promise<ReadonlyMap<unknown, Json>> {
    const { schedules: all } = (await call('GET', '/v1/schedules')) as { schedules: Json[] };
    return new Map(all.map((one) => [one['name'], one]));
  }

  /** Triggers a schedule and waits for the end of what it started. */
  async function triggered(name: string): Promise<Json> {
    const before = (await schedules()).get(name)?.['runs'];
    await call('POST', `/v1/schedules/${name}/trigger`, {});
    for (;;) {
      const { lastRun, runs } = (await schedules()).get(name) ?? {};
      const last = lastRun as Json | null;
      if (runs !== before && last !== null && last['state'] !== 'running') return last;
      await sleep(100);
    }
  }

  it('are those that the configuration names, with their next run', async () => {
    const all = await schedules();
    const states = [...all].map(([name, { state, when }]) => [name, state, when]);
    assert.deepEqual(states, [
      ['verify', 'on', '17 3 * * *'],
      ['train', 'on', '6h'],
      ['index', 'off', 'off'],
      ['promote', 'on', '0 4 * * MON'],
    ]);
    for (const [name, one] of all) {
      if (name === 'index') continue;
      const { scheduleId, nextRun, lastRun, note, url } = one;
      assert.equal(scheduleId, `reprise-${String(name)}`);
      assert.ok(Date.parse(String(nextRun)) > Date.now(), String(nextRun));
      assert.equal(lastRun, null);
      assert.match(String(note), /^[A-Z].*\.$/);
      assert.match(String(url), /\/namespaces\/default\/schedules\/reprise-/);
    }
    const { nextRun } = all.get('verify') ?? {};
    const minutes = new Date(String(nextRun)).getUTCMinutes();
    assert.ok(minutes === 17 || minutes === 18, `${String(nextRun)}, within the jitter`);
  });

  it('prove what is served when they are triggered', async () => {
    const { state, workflowId } = await triggered('verify');
    assert.equal(state, 'completed');
    assert.match(String(workflowId), /^scheduled-verify-\d{4}-/);
  });

  it('keep what is live where there is no shadow, or it is not shown to be better', async () => {
    assert.equal((await triggered('promote'))['state'], 'completed');
    const { workflowId } = await call('POST', '/v1/backfills', {
      settings: { learningRate: 0.2 },
    });
    for (;;) {
      const { state } = await call('GET', `/v1/backfills/${String(workflowId)}`);
      if (state === 'completed') break;
      await sleep(50);
    }
    assert.equal((await triggered('promote'))['state'], 'completed');
    assert.equal((await call('GET', '/v1/models'))['live'], 'v1');
  });

  it('train under the next name', async () => {
    assert.equal((await triggered('train'))['state'], 'completed');
    const { state, result } = await call('GET', '/v1/training-runs/train-v3');
    assert.deepEqual([state, (result as Json)['version']], ['completed', 'v3']);
    const { runs, skipped } = (await schedules()).get('train') ?? {};
    assert.deepEqual([runs, skipped], [1, 0]);
  });

  it('start nothing while they are paused, which outlives a restart, and go on when they are resumed', async () => {
    const paused = await call('POST', '/v1/schedules/verify/pause', {});
    assert.deepEqual([paused['state'], paused['nextRun']], ['paused', null]);
    await core.close();
    const { REPRISE_SCHEDULE_TRAIN: _, ...rest } = ENV;
    await start({ ...rest, REPRISE_SCHEDULE_VERIFY: '2h', REPRISE_SCHEDULE_INDEX: '1d' });
    const all = await schedules();
    const states = [...all].map(([name, { state, when }]) => [name, state, when]);
    assert.deepEqual(states, [
      ['verify', 'paused', '2h'],
      ['train', 'off', 'off'],
      ['index', 'on', '1d'],
      ['promote', 'on', '0 4 * * MON'],
    ]);
    assert.match(String(all.get('verify')?.['note']), /^Paused/);
    const resumed = await call('POST', '/v1/schedules/verify/resume', {});
    assert.equal(resumed['state'], 'on');
    const inMs = Date.parse(String(resumed['nextRun'])) - Date.now();
    assert.ok(inMs > 0 && inMs <= 7_200_000 + 120_000, `${inMs} ms`);
  });

  it('refuse what is off, unknown, or no order', async () => {
    const refused: readonly [string, number, RegExp][] = [
      ['train/trigger', 409, /train is off: set REPRISE_SCHEDULE_TRAIN/],
      ['retrain/trigger', 404, /no schedule retrain: they are verify, train, index, promote/],
    ];
    for (const [path, status, why] of refused) {
      const answer = await ask('POST', `/v1/schedules/${path}`, {});
      assert.equal(answer.status, status, path);
      assert.match(String(answer.json['detail']), why);
    }
  });
});
