import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Json, SentEvent, Server } from './server.ts';
import { createWorld, lastJson } from './world.ts';
import type { World } from './world.ts';

const USERS = 400;
/** One in a hundred is a fake who plays one item over and over. */
const FAKES = 4;
const fakes = Array.from({ length: FAKES }, (_, n) => `fake-${String(n)}`);

function event(number: number): SentEvent {
  const isFake = number % 8 === 7;
  const user = (number * 7) % USERS;
  return {
    id: `n-${String(number)}`,
    type: 'play',
    user: isFake ? (fakes[Math.floor(number / 8) % FAKES] ?? '') : `user-${String(user)}`,
    item: isFake ? 'pushed' : `song-${String((number * 31 + user) % 150)}`,
    time: new Date(1_700_000_000_000 + number * 1_000).toISOString(),
    source: isFake ? 'urn:bot' : 'urn:app',
  };
}

const events = Array.from({ length: 4_000 }, (_, number) => event(number));

async function popular(server: Server): Promise<readonly string[]> {
  const { json } = await server.get('/v1/items/popular?n=100');
  return (json['items'] as readonly { readonly id: string }[]).map(({ id }) => id);
}

async function settled(server: Server, quarantine: string): Promise<Json> {
  for (;;) {
    const { json, text } = await server.get(`/v1/quarantines/${quarantine}`);
    assert.equal(json['failure'], undefined, text);
    if (json['state'] === 'active' || json['state'] === 'lifted') return json;
    await sleep(20);
  }
}

async function verified(server: Server): Promise<unknown> {
  const { json } = await server.call('POST', '/v1/verifications', '{}', 'application/json');
  return json['equal'];
}

describe('an attack of 1 % fake users who push one item', () => {
  let world: World;
  let server: Server;
  let without: string;
  let attacked: string;
  let file: string;
  before(async () => {
    world = await createWorld();
    const never = await world.serve(world.path('never'));
    await never.postAll(events.filter(({ user }) => !fakes.includes(user)));
    without = (await never.stand()).hash;
    await never.interrupt();
    server = await world.serve(world.path('data'));
    await server.postAll(events);
    attacked = (await server.stand()).hash;
    file = world.path('fakes.txt');
    writeFileSync(file, `${fakes.join('\n')}\n`);
  });
  after(() => world.close());

  test('works before it is seen', async () => {
    assert.equal((await popular(server))[0], 'pushed');
    assert.notEqual(attacked, without);
  });

  test('is gone from every answer with a quarantine, as if it had never been', async () => {
    const data = world.path('data');
    const ran = await world.run(['quarantine', '--users', file, '--data', data, '--json']);
    assert.equal(ran.exit, 0, ran.stderr);
    const answer = lastJson(ran.stdout);
    assert.deepEqual(
      [answer['quarantineId'], answer['state'], answer['inForce'], answer['users']],
      ['q1', 'active', true, FAKES],
    );
    assert.equal(answer['events'], events.length / 8);
    assert.equal((await server.stand()).hash, without);
    assert.ok(!(await popular(server)).includes('pushed'));
    assert.equal((await server.get('/v1/users/fake-0')).status, 404);
    assert.equal(await verified(server), true);
    const list = await world.run(['quarantine', '--data', data]);
    assert.match(list.stdout, /q1 +active +4 +500 +v2 +yes/);
  });

  test('is gone by its source alone, too, and the export still tells who sent what', async () => {
    const data = world.path('data');
    for (const argv of [
      ['--lift', 'q1'],
      ['--source', 'urn:bot'],
    ]) {
      const ran = await world.run(['quarantine', ...argv, '--data', data, '--json']);
      assert.equal(ran.exit, 0, ran.stderr);
      if (argv[0] === '--lift') assert.equal((await server.stand()).hash, attacked);
    }
    assert.equal((await server.stand()).hash, without);
    const { json } = await server.get('/v1/quarantines/q2');
    assert.deepEqual(
      [json['source'], json['users'], json['events'], json['inForce']],
      ['urn:bot', 0, events.length / 8, true],
    );
    assert.equal(await verified(server), true);
    const list = await world.run(['quarantine', '--data', data]);
    assert.match(list.stdout, /q2 +active +source urn:bot +500 +v4 +yes/);
    const lines = (await server.get('/v1/events/export')).text.trimEnd().split('\n');
    const exported = lines.map((line) => JSON.parse(line) as SentEvent);
    assert.deepEqual(
      new Map(exported.map(({ id, source }) => [id, source])),
      new Map(events.map(({ id, source }) => [id, source])),
    );
  });

  test('is refused where it does not fit, with the remedy', async () => {
    const data = world.path('data');
    const refused = [
      { args: ['--source', 'urn:none'], message: /source has no event/ },
      { args: ['--source', 'urn:bot', '--users', file], message: /cannot be used with/ },
      { args: ['--from', '0:1'], message: /name users/ },
      { args: ['--users', file, '--from', '0:999999'], message: /past the head/ },
      { args: ['--users', file, '--to', 'x'], message: /position such as/ },
      { args: ['--users', world.path('nothing')], message: /does not exist/ },
      { args: ['--lift', 'q7'], message: /no quarantine q7/ },
    ];
    for (const { args, message } of refused) {
      const ran = await world.run(['quarantine', ...args, '--data', data]);
      assert.equal(ran.exit, 2, ran.stderr);
      assert.match(ran.stderr, message);
    }
    assert.equal((await server.stand()).hash, without);
  });

  test('comes back where it is lifted, after a kill, too', async () => {
    const { status } = await server.call('DELETE', '/v1/quarantines/q2');
    assert.equal(status, 202);
    await server.kill();
    server = await world.serve(world.path('data'));
    assert.equal((await settled(server, 'q2'))['state'], 'lifted');
    assert.equal((await server.stand()).hash, attacked);
    assert.equal((await popular(server))[0], 'pushed');
    assert.equal(await verified(server), true);
    assert.equal((await server.call('DELETE', '/v1/quarantines/q2')).status, 409);
  });

  test('stays out where a user is erased beside it', async () => {
    const body = JSON.stringify({ users: fakes });
    const { json } = await server.call('POST', '/v1/quarantines', body, 'application/json');
    await settled(server, String(json['quarantineId']));
    await server.call('DELETE', '/v1/users/user-7?now=true');
    for (;;) {
      const { json: status } = await server.get('/v1/status');
      if (status['erasures'] === undefined) break;
      await sleep(20);
    }
    assert.equal((await settled(server, 'q3'))['inForce'], true);
    assert.ok(!(await popular(server)).includes('pushed'));
    assert.equal(await verified(server), true);
    await server.interrupt();
  });
});
