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

const USERS = 30;
const ERASED = 'u3';

function plays(count: number): readonly Json[] {
  const random = new SeededRandom(11);
  return Array.from({ length: count }, (_, n) => ({
    ...{ id: `e${n}`, type: 'play', user: `u${n % USERS}` },
    item: `t${Math.floor(random.next() ** 2 * 120)}`,
    time: new Date(1_700_000_000_000 + n * 1_000).toISOString(),
  }));
}

const events = plays(2_000);

async function started(data: string): Promise<Core> {
  return startCore({
    ...{ data, listen: { host: '127.0.0.1', port: 0 }, durable: 'eager' as const },
    config: readConfig({ REPRISE_LEASE_MS_MAX: '2000', REPRISE_PREQUENTIAL_SHARE: '1' }),
    logger: createLogger('silent'),
  });
}

async function call(core: Core, method: string, path: string, body?: unknown): Promise<Json> {
  const response = await fetch(`${core.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const json = (await response.json()) as Json;
  assert.ok(response.status < 300, `${method} ${path}: ${JSON.stringify(json)}`);
  return json;
}

/** Posts events and waits until they are learned from. */
async function postAll(core: Core, sent: readonly Json[]): Promise<void> {
  let last: string | undefined;
  for (let at = 0; at < sent.length; at += 1_000) {
    const { positions } = await call(core, 'POST', '/v1/events', sent.slice(at, at + 1_000));
    last = (positions as readonly string[]).at(-1);
  }
  await call(core, 'GET', `/v1/items/t0?after=${String(last)}`);
}

/** Polls a run until it has ended. */
async function ended(core: Core, path: string, isOver: (state: Json) => boolean): Promise<Json> {
  for (;;) {
    const state = await call(core, 'GET', path);
    if (isOver(state)) return state;
    await sleep(50);
  }
}

/** The version that is live, and where each version stands. */
async function models(
  core: Core,
): Promise<{ live: unknown; at: ReadonlyMap<unknown, string | undefined> }> {
  const { live, models: listed } = await call(core, 'GET', '/v1/models');
  const at = (listed as readonly Json[]).map(
    ({ version, positions }) => [version, JSON.stringify(positions)] as const,
  );
  return { live, at: new Map(at) };
}

/** Resolves when a version stands where the live one does. */
async function caughtUp(core: Core, version: string): Promise<void> {
  for (;;) {
    const { live, at } = await models(core);
    const head = at.get(live);
    if (head !== 'null' && head !== undefined && at.get(version) === head) return;
    await sleep(50);
  }
}

async function hashOf(core: Core): Promise<unknown> {
  return (await call(core, 'GET', '/v1/state-hash'))['hash'];
}

describe('a user who is erased beside a shadow', { skip }, () => {
  let core: Core;
  let never: Core;
  let expected: unknown;
  before(async () => {
    never = await started(await temporaryFolder());
    const kept = events.filter(({ user }) => user !== ERASED);
    await postAll(never, kept);
    expected = await hashOf(never);
    await never.close();
    core = await started(await temporaryFolder());
    await postAll(core, events);
  });
  after(() => core.close());

  it('is gone from what serves, and what served before cannot bring them back', async () => {
    const { workflowId } = await call(core, 'POST', '/v1/backfills', { name: 'v2' });
    const path = `/v1/backfills/${String(workflowId)}`;
    const built = await ended(core, path, ({ state }) => state !== 'running');
    assert.equal(built['state'], 'completed', JSON.stringify(built));
    const asked = await call(core, 'GET', '/v1/users/u4/recommendations');
    const erasure = await call(core, 'DELETE', `/v1/users/${ERASED}?now=true`);
    const id = String(erasure['erasureId']);
    await ended(core, `/v1/erasures/${id}`, ({ state }) => state === 'done');
    assert.equal(await hashOf(core), expected);
    const { live } = await models(core);
    await caughtUp(core, 'v1');
    const { version } = await call(core, 'POST', `/v1/models/${String(live)}/rollback`);
    assert.equal(version, 'v1');
    assert.equal(await hashOf(core), expected);
    const verified = await call(core, 'POST', '/v1/verifications', {});
    assert.equal(verified['equal'], true, JSON.stringify(verified));
    const proof = await call(
      core,
      'GET',
      `/v1/recommendations/${String(asked['recommendationId'])}/verify`,
    );
    assert.deepEqual([proof['equal'], proof['changedByErasure']], [false, true]);
  });

  it('leaves the shadow equal to the version that serves, for its settings are the same', async () => {
    await caughtUp(core, 'v2');
    await call(core, 'POST', '/v1/models/v2/promote', {});
    assert.equal(await hashOf(core), expected);
  });
});
