import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openJournal } from '../../adapters/embedded/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import { readConfig } from '../../processes/config.ts';
import { startCore } from '../../processes/core.ts';
import type { Core } from '../../processes/core.ts';
import { createLogger } from '../../processes/logger.ts';
import { temporaryFolder } from '../adapters/temporary-folder.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';
import { TEMPORAL } from '../doubles/workflow-stage.ts';

const skip = TEMPORAL.unavailable ?? false;

type Json = Readonly<Record<string, unknown>>;

const EVENTS_MIN = 500;
const USERS = 300;
const ITEMS = 300;

/** Few items are played by most: a version that learns foresees them, one that hardly learns does not. */
function plays(count: number, from: number): readonly object[] {
  const random = new SeededRandom(1 + from);
  return Array.from({ length: count }, (_, n) => ({
    ...{ id: `e${from + n}`, type: 'play', user: `u${random.below(USERS)}` },
    item: `t${Math.floor(random.next() ** 3 * ITEMS)}`,
    time: new Date(1_700_000_000_000 + (from + n) * 1_000).toISOString(),
  }));
}

describe('a scheduled promotion', { skip }, () => {
  let core: Core;
  let data: string;
  let sent = 0;
  before(async () => {
    data = await temporaryFolder();
    core = await startCore({
      ...{ data, listen: { host: '127.0.0.1', port: 0 }, durable: 'eager' as const },
      // A blend that hardly moves its vectors still counts what is popular, and foresees these plays by that.
      learner: 'gmf',
      config: readConfig({
        REPRISE_LEASE_MS_MAX: '2000',
        REPRISE_PREQUENTIAL_SHARE: '1',
        REPRISE_SCHEDULE_PROMOTE: '6h',
        REPRISE_PROMOTE_EVENTS_MIN: String(EVENTS_MIN),
      }),
      logger: createLogger('silent'),
    });
    await send(1_500);
    // The version that learns by the default settings gives way to one that hardly learns, and is its shadow then.
    const { workflowId } = await call('POST', '/v1/backfills', {
      settings: { learningRate: 0.000_001 },
    });
    while ((await call('GET', `/v1/backfills/${String(workflowId)}`))['state'] === 'running') {
      await sleep(50);
    }
    await settled();
    await call('POST', '/v1/models/v2/promote', {});
    assert.deepEqual(await names(), { live: 'v2', v1: ['shadow', 'previous'], v2: ['live'] });
  });
  after(() => core.close());

  async function call(method: string, path: string, body?: unknown): Promise<Json> {
    const response = await fetch(`${core.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const json = (await response.json()) as Json;
    assert.ok(response.status < 300, `${method} ${path}: ${JSON.stringify(json)}`);
    return json;
  }

  async function send(count: number): Promise<void> {
    const events = plays(count, sent);
    sent += count;
    for (let at = 0; at < count; at += 1_000) {
      await call('POST', '/v1/events', events.slice(at, at + 1_000));
    }
  }

  async function models(): Promise<readonly Json[]> {
    return (await call('GET', '/v1/models'))['models'] as readonly Json[];
  }

  /** Waits until both versions stand at the same place, twice in a row. */
  async function settled(): Promise<void> {
    for (let before = ''; ;) {
      const stands = (await models()).map(({ positions }) => JSON.stringify(positions));
      if (stands.every((one) => one === stands[0] && one === before)) return;
      before = stands[0] ?? '';
      await sleep(100);
    }
  }

  async function names(): Promise<Json> {
    const { live } = await call('GET', '/v1/models');
    const aliases = (await models()).map(
      ({ version, aliases: each }) => [String(version), each] as const,
    );
    return { live, ...Object.fromEntries<unknown>(aliases) };
  }

  async function tested(): Promise<number> {
    const { cohorts } = await call('GET', '/v1/models/compare?a=v1&b=v2');
    return (cohorts as readonly { readonly events: number }[])[0]?.events ?? 0;
  }

  /** Lets the schedule of Temporal start its workflow now, and waits for its end. */
  async function runSchedule(): Promise<void> {
    const schedule = async (): Promise<Json> => {
      const { schedules } = await call('GET', '/v1/schedules');
      return (schedules as readonly Json[]).find(({ name }) => name === 'promote') ?? {};
    };
    const { runs: before } = await schedule();
    await call('POST', '/v1/schedules/promote/trigger', {});
    for (;;) {
      const { runs, lastRun } = await schedule();
      const last = lastRun as Json | null;
      if (runs !== before && last !== null && last['state'] !== 'running') {
        assert.equal(last['state'], 'completed');
        return;
      }
      await sleep(100);
    }
  }

  it('leaves all as it is where versions were tested on too few events together', async () => {
    await send(EVENTS_MIN / 5);
    await settled();
    assert.ok((await tested()) < EVENTS_MIN, `${await tested()} events`);
    await runSchedule();
    assert.equal((await names())['live'], 'v2');
  });

  it('makes a shadow live that is shown to be better', async () => {
    await send(1_000);
    await settled();
    assert.ok((await tested()) >= EVENTS_MIN);
    await runSchedule();
    assert.deepEqual(await names(), { live: 'v1', v1: ['live'], v2: ['shadow', 'previous'] });
    const { model } = await call('GET', '/v1/users/u1/recommendations');
    assert.equal(model, 'v1');
  });

  it('leaves a shadow that is worse where it is', async () => {
    await send(600);
    await settled();
    await runSchedule();
    assert.equal((await names())['live'], 'v1');
  });

  it('stands in the journal, once for each switch', async () => {
    await core.close();
    const journal = await openJournal({ folder: `${data}/journal`, partitions: 1, clock: () => 0 });
    const promoted: string[] = [];
    for (let at = ORIGIN; at < journal.head(0);) {
      const block = await journal.read(0, at);
      assert.ok(block !== undefined);
      for (let row = 0; row < block.count; row += 1) {
        const fact = block.fact(row);
        if (fact.kind === 'ModelPromoted') promoted.push(fact.version);
      }
      at = sequence(block.firstSequence + block.count - 1);
    }
    await journal.close();
    assert.deepEqual(promoted, ['v2', 'v1']);
  });
});
