import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { openJournal } from '../../adapters/embedded/journal.ts';
import { eventKey } from '../../events/event-key.ts';
import { INTERACTION } from '../../events/fact.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import type { Json, SentEvent, Server } from './server.ts';
import { createWorld, lastJson } from './world.ts';
import type { World } from './world.ts';

const USERS = 600;
const ERASED = 50;
const env = { REPRISE_CHECKPOINT_EVENTS_MAX: '1500', REPRISE_CHECKPOINT_MS_MAX: '500' };

function userOf(number: number): string {
  return `someone-${String(number)}-of-${((number * 2_654_435_761) % 2 ** 32).toString(16)}`;
}

/** Those who are erased are spread over all: the first, and every twelfth. */
const erased = Array.from({ length: ERASED }, (_, i) => userOf(i * 12));

function event(number: number): SentEvent {
  const user = (number * 7 + Math.floor(number / 11)) % USERS;
  return {
    id: `n-${String(number)}`,
    type: number % 13 === 12 ? 'skip' : 'play',
    user: userOf(user),
    item: `song-${String((number * 31 + (user % 5) * 17) % 200)}`,
    time: new Date(1_700_000_000_000 + number * 1_000).toISOString(),
  };
}

const events = Array.from({ length: 6_000 }, (_, number) => event(number));

/** The files of a folder that hold a text in one of the ways in which something may write it. */
function filesWith(folder: string, texts: readonly string[]): readonly string[] {
  const needles = texts.flatMap((text) => [
    Buffer.from(text),
    Buffer.from(text, 'utf16le'),
    Buffer.from(Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -1)),
    Buffer.from(Buffer.from(text).toString('hex')),
  ]);
  for (;;) {
    try {
      const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
      const paths = names.map((name) => join(folder, name));
      const files = paths.filter((path) => statSync(path).isFile());
      assert.ok(files.length > 0);
      return files.filter((path) => {
        const bytes = readFileSync(path);
        return needles.some((needle) => bytes.includes(needle));
      });
    } catch (error) {
      // A server that runs gives a checkpoint its name meanwhile: then all is looked at again.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** The sealed bytes and keys of events, by id, as the journal of a folder that nobody has open holds them. */
async function storedBytes(folder: string, ids: readonly string[]): Promise<readonly Buffer[]> {
  const wanted = new Set(ids.map((id) => Buffer.from(eventKey(id)).toString('hex')));
  const journal = await openJournal({ folder, partitions: 1, clock: () => 0 });
  const bytes: Buffer[] = [];
  for (let after = ORIGIN; ;) {
    const block = await journal.read(0, after);
    if (block === undefined) break;
    for (let row = 0; row < block.count; row += 1) {
      const key = Buffer.from(block.keys.slice(4 * row, 4 * row + 4).buffer);
      if (block.kind[row] !== INTERACTION || !wanted.has(key.toString('hex'))) continue;
      const fact = block.fact(row);
      if (fact.kind === 'InteractionRecorded') bytes.push(Buffer.from(fact.sealed), key);
    }
    after = sequence(block.firstSequence + block.count - 1);
  }
  await journal.close();
  return bytes;
}

/** The files of a folder that hold any of these bytes. */
function filesWithBytes(folder: string, needles: readonly Buffer[]): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
  return files.filter((path) => {
    const bytes = readFileSync(path);
    return needles.some((needle) => bytes.includes(needle));
  });
}

async function done(server: Server, erasure: string): Promise<Json> {
  for (;;) {
    const { json, text } = await server.get(`/v1/erasures/${erasure}`);
    assert.equal(json['failure'], undefined, text);
    if (json['state'] === 'done') return json;
    await sleep(50);
  }
}

async function verify(server: Server): Promise<Json> {
  const { json } = await server.call('POST', '/v1/verifications', '{}', 'application/json');
  return json;
}

function erase(server: Server, users: readonly string[]): ReturnType<Server['call']> {
  const body = JSON.stringify({ users, now: true });
  return server.call('POST', '/v1/erasures', body, 'application/json');
}

describe('erasing 50 users among 600', () => {
  let world: World;
  let server: Server;
  let without: string;
  before(async () => {
    world = await createWorld();
    const never = await world.serve(world.path('never'), { env });
    await never.postAll(events.filter(({ user }) => !erased.includes(user)));
    without = (await never.stand()).hash;
    await never.interrupt();
    server = await world.serve(world.path('data'), { env });
    await server.postAll(events);
    await server.stand();
  });
  after(() => world.close());

  test('changes nothing where one of them is unknown, or none is named', async () => {
    const { hash } = await server.stand();
    const unknown = await erase(server, [erased[0] ?? '', 'nobody']);
    assert.equal(unknown.status, 404, unknown.text);
    assert.ok(!unknown.text.includes('nobody'));
    assert.equal((await erase(server, [])).status, 400);
    assert.equal((await server.call('DELETE', '/v1/users/nobody')).status, 404);
    assert.equal((await server.get('/v1/erasures/e1')).status, 404);
    assert.equal((await server.stand()).hash, hash);
    assert.equal((await server.get(`/v1/users/${erased[0] ?? ''}`)).status, 200);
  });

  test('may be preceded by an export of all that is held of one', async () => {
    const [user = ''] = erased;
    const own = { ...event(0), id: 'with-context', user, context: { device: 'car' } };
    await server.post(own);
    const { hash } = await server.stand();
    const { status, text } = await server.get(`/v1/users/${user}/export`);
    assert.equal(status, 200);
    const [learned = {}, ...theirs] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);
    const sent = events.filter((each) => each.user === user).map(({ id }) => id);
    assert.deepEqual(
      theirs.map(({ id }) => id),
      [...sent, own.id],
    );
    assert.deepEqual(theirs.at(-1)?.['context'], own.context);
    const items = new Set(theirs.map(({ item }) => item));
    assert.deepEqual(new Set(learned['seenItems'] as readonly string[]), items);
    assert.deepEqual([learned['user'], learned['events']], [user, theirs.length]);
    assert.equal((learned['vector'] as readonly number[]).length, 32);
    assert.equal((await server.stand()).hash, hash);
  });

  test('leaves the state of a journal in which they never were', async () => {
    assert.ok(filesWith(world.path('data'), erased.slice(0, 1)).length > 0, 'the search finds ids');
    const started = await erase(server, erased);
    assert.equal(started.status, 202, started.text);
    assert.equal(started.json['identitiesDestroyed'], true);
    const manifest = await done(server, String(started.json['erasureId']));
    assert.equal(manifest['stateHash'], without);
    assert.equal((await server.stand()).hash, without);
    const theirs = events.filter(({ user }) => erased.includes(user)).length;
    assert.deepEqual([manifest['users'], manifest['events']], [ERASED, theirs + 1]);
    assert.equal(manifest['parent'], 'v1');
    const verified = await verify(server);
    assert.deepEqual([verified['equal'], verified['hash']], [true, without]);
  });

  test('leaves no byte of their ids in any file or answer', async () => {
    assert.deepEqual(filesWith(world.path('data'), erased), []);
    const paths = ['/v1/events/export', '/v1/status', '/v1/models', '/v1/erasures'].concat([
      '/v1/dead-letters',
      '/v1/items/popular?n=100',
      `/v1/users/${userOf(1)}/recommendations?n=100`,
    ]);
    for (const path of paths) {
      const { status, text } = await server.get(path);
      assert.equal(status, 200, text);
      assert.ok(!erased.some((user) => text.includes(user)), path);
    }
    assert.deepEqual(readdirSync(world.path('data', 'checkpoints')), ['v2']);
  });

  test('answers them as it answers a stranger, and erasing twice as erasing a stranger', async () => {
    for (const user of erased.slice(0, 5)) {
      assert.equal((await server.get(`/v1/users/${user}`)).status, 404);
      const { json } = await server.get(`/v1/users/${user}/recommendations`);
      assert.equal(json['basedOn'], 'popular');
    }
    assert.equal((await server.call('DELETE', `/v1/users/${erased[0] ?? ''}`)).status, 404);
  });

  test('takes who comes back for a new person', async () => {
    const [user = ''] = erased;
    assert.equal((await server.get(`/v1/users/${user}/export`)).status, 404);
    const { json } = await server.post({ ...event(0), id: 'anew', user });
    const [position = ''] = json['positions'] as readonly string[];
    const path = `/v1/users/${user}/recommendations?after=${position}`;
    assert.equal((await server.get(path)).json['basedOn'], 'user');
    assert.equal((await server.get(`/v1/users/${user}`)).json['events'], 1);
    assert.equal((await verify(server))['equal'], true);
  });

  test('says that it is pending where others may come, and that no verification means anything', async () => {
    const { json } = await server.call('DELETE', `/v1/users/${userOf(2)}`);
    assert.equal(json['state'], 'collecting');
    const joined = await server.call('DELETE', `/v1/users/${userOf(3)}`);
    assert.deepEqual([joined.json['erasureId'], joined.json['users']], [json['erasureId'], 2]);
    const pending = (await server.get('/v1/status')).json['erasures'];
    assert.deepEqual(pending, [{ erasureId: json['erasureId'], state: 'collecting', users: 2 }]);
    const refused = await server.call('POST', '/v1/verifications', '{}', 'application/json');
    assert.equal(refused.status, 409);
    assert.match(String(refused.json['detail']), /e2 is pending/);
    assert.equal((await erase(server, [userOf(4)])).json['users'], 3);
    assert.equal((await done(server, String(json['erasureId'])))['users'], 3);
    assert.equal((await server.get('/v1/status')).json['erasures'], undefined);
  });

  test('is gone on with after a kill, and a start after that finds nothing to do', async () => {
    for (let round = 0; round < 3; round += 1) {
      const user = userOf(round * 12 + 5);
      const asked = server.call('DELETE', `/v1/users/${user}?now=true`).catch(() => undefined);
      // The first kill falls into the request, the others into what follows it.
      if (round > 0) await asked;
      await sleep([4, 0, 60][round]);
      await server.kill();
      await asked;
      server = await world.serve(world.path('data'), { env });
      const { json } = await server.get('/v1/erasures');
      const erasures = json['erasures'] as readonly Json[];
      for (const { erasureId } of erasures) await done(server, String(erasureId));
      const { status } = await server.get(`/v1/users/${user}`);
      if (round > 0) assert.equal(status, 404);
      if (status === 404) assert.deepEqual(filesWith(world.path('data'), [user]), []);
      assert.equal((await verify(server))['equal'], true);
    }
    await server.interrupt();
  });

  test('works by the command line without a server, many partitions too', async () => {
    const data = world.path('two');
    const two = await world.serve(data, { partitions: 2, env });
    await two.postAll(events);
    await two.stand();
    await two.interrupt();
    const ran = await world.run(['erase', ...erased.slice(0, 9), '--data', data, '--json']);
    assert.equal(ran.exit, 0, ran.stderr);
    const erasure = lastJson(ran.stdout);
    assert.deepEqual([erasure['state'], erasure['users']], ['done', 9]);
    assert.equal((await world.json('verify', '--data', data))['equal'], true);
    assert.deepEqual(filesWith(data, erased.slice(0, 9)), []);
    const again = await world.run(['erase', erased[0] ?? '', '--data', data]);
    assert.equal(again.exit, 2);
  });

  test('with purge, blanks the events in the journal, and ends in the same state as without', async () => {
    const [purged, kept] = [world.path('purged'), world.path('kept')];
    const before = await world.serve(purged, { env });
    await before.postAll(events);
    await before.stand();
    await before.interrupt();
    cpSync(purged, kept, { recursive: true });
    const users = erased.slice(0, 5);
    const ids = events.filter(({ user }) => users.includes(user)).map(({ id }) => id);
    const bytes = await storedBytes(join(purged, 'journal'), ids);
    assert.equal(bytes.length, 2 * ids.length);
    const alone = await world.run(['erase', ...users, '--data', kept, '--json']);
    assert.ok(filesWithBytes(kept, bytes).length > 0, 'without purge they stay, and are found');
    const ran = await world.run(['erase', ...users, '--purge', '--data', purged, '--json']);
    assert.equal(ran.exit, 0, ran.stderr);
    const erasure = lastJson(ran.stdout);
    assert.deepEqual([erasure['state'], erasure['purged']], ['done', 5]);
    assert.equal(erasure['stateHash'], lastJson(alone.stdout)['stateHash']);
    assert.deepEqual(filesWithBytes(purged, bytes), []);
    assert.deepEqual(filesWith(purged, users), []);
    const after = await world.serve(purged, { env });
    assert.equal((await after.stand()).hash, erasure['stateHash']);
    const verified = await verify(after);
    assert.deepEqual([verified['equal'], verified['hash']], [true, erasure['stateHash']]);
    const { text } = await after.get('/v1/events/export');
    assert.equal(text.trimEnd().split('\n').length, events.length - ids.length);
    const other = await after.get(`/v1/users/${userOf(1)}/recommendations?asOf=0:3000`);
    assert.ok([200, 202].includes(other.status), other.text);
    const path = `/v1/users/${users[0] ?? ''}?purge=true`;
    assert.equal((await after.call('DELETE', path)).status, 404);
    assert.equal((await after.call('DELETE', `/v1/users/${userOf(1)}?purge=yes!`)).status, 400);
    await after.interrupt();
  });
});
