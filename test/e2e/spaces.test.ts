import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { socketPathOf } from '../../adapters/embedded/data-folder-socket.ts';
import type { ProcessMark } from '../../adapters/embedded/data-folder-lock.ts';
import { spaceFolder } from '../../processes/spaces/spaces.ts';
import { madeEvents } from './made-events.ts';
import type { Answer, Server } from './server.ts';
import { sessionOf } from './session.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

const SPACES = ['acme', 'globex'] as const;
type Space = (typeof SPACES)[number] | 'main';

/** How long a space may take to come back on a machine that is busy. */
const backMsMax = 120_000;

describe('two spaces beside the main one', () => {
  let world: World;
  let server: Server;
  const keys = new Map<Space, string>();

  before(async () => {
    world = await createWorld();
    const data = world.path('data');
    for (const space of ['main', ...SPACES] as const) {
      const argv = ['keys', 'create', '--name', space, '--scope', 'admin', '--data', data];
      const made = await world.json(...argv, ...(space === 'main' ? [] : ['--space', space]));
      keys.set(space, String(made['key']));
    }
    await serve();
  });

  after(async () => {
    const folders = SPACES.map((space) => dirname(socketPathOf(folderOf(space))));
    try {
      // That nothing is left in the session is part of it.
      await server.interrupt();
      assert.deepEqual(
        folders.filter((folder) => existsSync(folder)),
        [],
        'sockets are left',
      );
    } finally {
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
      await world.close();
    }
  });

  function folderOf(space: Space): string {
    return spaceFolder(world.path('data'), space);
  }

  async function serve(): Promise<void> {
    server = await world.serve(world.path('data'), { env: { REPRISE_SPACES: SPACES.join() } });
    for (const space of SPACES) await untilUp(space);
  }

  async function call(space: Space, method: string, path: string, body = ''): Promise<Answer> {
    const key = { 'x-api-key': keys.get(space) ?? '' };
    const type = { 'content-type': 'application/x-ndjson' };
    const sent = body === '' ? { headers: key } : { headers: { ...key, ...type }, body };
    const response = await fetch(`${server.url}${path}`, { method, ...sent });
    const text = await response.text();
    const json = /^\{[^\n]*\}$/.test(text) ? (JSON.parse(text) as Answer['json']) : {};
    return { status: response.status, headers: response.headers, text, json };
  }

  async function get(space: Space, path: string): Promise<Answer> {
    const answer = await call(space, 'GET', path);
    assert.equal(answer.status, 200, answer.text);
    return answer;
  }

  /** Waits for a space to answer; what it says until then has to be a 503 that names it and when to ask again. */
  async function untilUp(space: Space): Promise<void> {
    const endMs = performance.now() + backMsMax;
    for (;;) {
      const { status, headers, json } = await call(space, 'GET', '/v1/status');
      if (status === 200) return;
      assert.equal(status, 503);
      assert.match(String(json['detail']), new RegExp(`the space ${space}`));
      assert.ok(Number(headers.get('retry-after')) > 0);
      assert.ok(performance.now() < endMs, 'the space never came up');
      await sleep(50);
    }
  }

  /** Sends events of the same ids and users, each space's with items of its own, and waits for the last. */
  async function fill(space: Space): Promise<string> {
    const events = madeEvents(0, 400).map((one) => ({ ...one, item: `${space}-${one.item}` }));
    const body = events.map((event) => JSON.stringify(event)).join('\n');
    const answer = await call(space, 'POST', '/v1/events', body);
    assert.deepEqual([answer.status, answer.json['accepted']], [202, 400], answer.text);
    return String((answer.json['positions'] as readonly string[]).at(-1));
  }

  const itemsOf = ({ json }: Answer): readonly string[] =>
    (json['items'] as readonly { readonly id: string }[]).map(({ id }) => id);

  test('the same users and event ids in each: answers, what is popular and exports are its own', async () => {
    const last = new Map<Space, string>();
    for (const space of SPACES) last.set(space, await fill(space));
    for (const space of SPACES) {
      const after = `?after=${last.get(space) ?? ''}`;
      const own = itemsOf(await get(space, `/v1/users/user-1/recommendations${after}`));
      const popular = itemsOf(await get(space, `/v1/items/popular`));
      assert.ok(own.length > 0 && popular.length > 0);
      for (const item of [...own, ...popular]) assert.ok(item.startsWith(`${space}-`), item);
      const lines = (await get(space, '/v1/events/export')).text.trimEnd().split('\n');
      assert.equal(lines.length, 400);
      assert.ok(lines.every((line) => line.includes(`"item":"${space}-`)));
      const { counts } = (await get(space, '/v1/status')).json as { counts: { events: number } };
      assert.equal(counts.events, 400);
      assert.match((await get(space, '/metrics')).text, /^# HELP/);
    }
    const { counts } = (await get('main', '/v1/status')).json as { counts: { events: number } };
    assert.equal(counts.events, 0);
    assert.equal((await get('main', '/v1/events/export')).text, '');
    const { spaces } = (await get('main', '/v1/spaces')).json;
    assert.deepEqual(
      (spaces as readonly { name: string; state: string }[]).map(({ name, state }) => [
        name,
        state,
      ]),
      SPACES.map((name) => [name, 'up']),
    );
    assert.deepEqual((await get('acme', '/v1/spaces')).json, { spaces: [] });
  });

  test('a user who is erased in one is still there in the other', async () => {
    const erased = await call('acme', 'DELETE', '/v1/users/user-2');
    assert.ok(erased.status < 300, erased.text);
    assert.equal((await call('acme', 'GET', '/v1/users/user-2')).status, 404);
    const { json } = await get('globex', '/v1/users/user-2');
    assert.ok(Number(json['events']) > 0);
  });

  test('a space that is killed comes back with all it had, and the others answer on', async () => {
    const before = (await get('acme', '/v1/events/export')).text;
    const lock = join(folderOf('acme'), 'lock');
    const { pid } = JSON.parse(readFileSync(lock, 'utf8')) as ProcessMark;
    process.kill(pid, 'SIGKILL');
    let answered = 0;
    const watching = (async () => {
      for (; answered < 40; answered += 1) {
        await get('globex', '/v1/users/user-1/recommendations');
        await get('main', '/v1/status');
      }
    })();
    await untilUp('acme');
    await watching;
    assert.equal((await get('acme', '/v1/events/export')).text, before);
    const { hash: first } = (await get('acme', '/v1/state-hash')).json;
    const { hash: other } = (await get('globex', '/v1/state-hash')).json;
    assert.notEqual(first, other);
  });

  test('a stream of a space is a stream through the one port', async () => {
    const leaving = new AbortController();
    const response = await fetch(`${server.url}/v1/live`, {
      headers: { 'x-api-key': keys.get('globex') ?? '' },
      signal: leaving.signal,
    });
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
    const first = await response.body?.getReader().read();
    assert.ok((first?.value?.length ?? 0) > 0);
    leaving.abort();
  });

  test('spaces end with the server that is killed, and come back with it', async () => {
    const before = (await get('globex', '/v1/events/export')).text;
    process.kill(server.pid, 'SIGKILL');
    await server.ended;
    const endMs = performance.now() + backMsMax;
    while (sessionOf(server.pid).length > 0) {
      assert.ok(performance.now() < endMs, 'a space outlives its server');
      await sleep(50);
    }
    await serve();
    assert.equal((await get('globex', '/v1/events/export')).text, before);
  });

  test('without any key the start is refused, for nothing would tell spaces apart', async () => {
    const argv = ['start', '--no-demo', '--port', '0', '--data', world.path('keyless')];
    const ran = await world.run(argv, { REPRISE_SPACES: 'acme' });
    assert.equal(ran.exit, 2, ran.stdout);
    assert.match(ran.stderr, /REPRISE_SPACES: spaces are told apart by API keys.*keys create/);
  });
});
