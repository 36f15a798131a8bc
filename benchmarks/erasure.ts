// How long does it take until 50 of 5,000 users are out of every answer, and until the model without them has taken
// over, against a replay of the same journal? And is its state that of a journal in which they never were?
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { startCore } from '../processes/core.ts';
import type { Core } from '../processes/core.ts';
import { seededRandom } from './serving-world.ts';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '5000' },
    erased: { type: 'string', default: '50' },
    events: { type: 'string', default: '200000' },
    items: { type: 'string', default: '5000' },
  },
});
const USERS = Number(values.users);
const ERASED = Number(values.erased);
const EVENTS = Number(values.events);
const ITEMS = Number(values.items);
const BATCH = 20_000;

function userOf(number: number): string {
  return `somebody-${String(number)}-of-${String(USERS)}`;
}

const erased = Array.from({ length: ERASED }, (_, n) => userOf(n * Math.floor(USERS / ERASED)));

function lines(): readonly { readonly user: string; readonly line: string }[] {
  const random = seededRandom(11);
  return Array.from({ length: EVENTS }, (_, n) => {
    const user = userOf(n < USERS ? n : Math.floor(USERS * random() ** 2));
    const item = `item-${String(Math.floor(ITEMS * random() ** 2))}`;
    const time = new Date(Date.UTC(2025, 0, 1) + n * 1_000).toISOString();
    return { user, line: JSON.stringify({ id: `e${String(n)}`, type: 'play', user, item, time }) };
  });
}

interface Answer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

async function call(core: Core, method: string, path: string, body?: string): Promise<Answer> {
  const type = path === '/v1/events' ? 'application/x-ndjson' : 'application/json';
  const response = await fetch(`${String(core.url)}${path}`, {
    method,
    ...(body !== undefined && { body, headers: { 'content-type': type } }),
  });
  const json = (await response.json()) as Readonly<Record<string, unknown>>;
  return { status: response.status, json };
}

async function filled(data: string, told: readonly { readonly line: string }[]): Promise<Core> {
  const core = await startCore({
    ...{ data, learner: 'gmf', durable: 'off' },
    listen: { host: '127.0.0.1', port: 0 },
  });
  for (let from = 0; from < told.length; from += BATCH) {
    const batch = told.slice(from, from + BATCH).map(({ line }) => line);
    const { status } = await call(core, 'POST', '/v1/events', batch.join('\n'));
    if (status !== 202) throw new Error(`the events were answered with ${String(status)}`);
  }
  await call(core, 'GET', `/v1/state-hash?after=0:${String(told.length - 1)}`);
  return core;
}

async function hashOf(core: Core): Promise<unknown> {
  return (await call(core, 'GET', '/v1/state-hash')).json['hash'];
}

async function filesWithIds(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  let found = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    if (erased.some((user) => bytes.includes(user))) found += 1;
  }
  return found;
}

const folder = await mkdtemp(join(tmpdir(), 'reprise-erasure-'));
try {
  const told = lines();
  const never = await filled(
    join(folder, 'never'),
    told.filter(({ user }) => !erased.includes(user)),
  );
  const without = await hashOf(never);
  await never.close();
  const core = await filled(join(folder, 'data'), told);
  const startedMs = performance.now();
  const body = JSON.stringify({ users: erased, now: true });
  const asked = call(core, 'POST', '/v1/erasures', body);
  let unknownMs = 0;
  while (unknownMs === 0) {
    const { status } = await call(core, 'GET', `/v1/users/${erased[0] ?? ''}`);
    if (status === 404) unknownMs = performance.now() - startedMs;
  }
  const { json } = await asked;
  const answeredMs = performance.now() - startedMs;
  const path = `/v1/erasures/${String(json['erasureId'])}`;
  let manifest = (await call(core, 'GET', path)).json;
  while (manifest['state'] !== 'done') {
    await sleep(10);
    manifest = (await call(core, 'GET', path)).json;
  }
  const doneMs = performance.now() - startedMs;
  const replayMs = performance.now();
  const verified = (await call(core, 'POST', '/v1/projections/rebuild', '{}')).status;
  const rebuildMs = performance.now() - replayMs;
  const equal = manifest['stateHash'] === without && (await hashOf(core)) === without;
  await core.close();
  const idsFound = await filesWithIds(join(folder, 'data'));
  console.log(
    JSON.stringify({
      ...{ learner: 'gmf', users: USERS, erased: ERASED, events: EVENTS, equal, idsFound },
      ...{ unknownMs, answeredMs, doneMs },
      baseline: { rebuildMs, status: verified },
      ratio: doneMs / rebuildMs,
    }),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
