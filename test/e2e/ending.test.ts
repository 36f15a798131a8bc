import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { madeCsv, madeEvents } from './made-events.ts';
import { sessionOf } from './session.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

describe('ending and starting', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  test('an import that is interrupted says so, and goes on when it is run again', async () => {
    const file = world.path('ratings.csv');
    const data = world.path('import');
    await writeFile(file, madeCsv(30_000));
    const child = world.start(['import', file, '--data', data]);
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const closed = once(child, 'close');
    while (child.exitCode === null && !existsSync(world.path('import', 'imports'))) await sleep(5);
    assert.ok(child.pid !== undefined && child.exitCode === null, 'the import ended too early');
    process.kill(-child.pid, 'SIGINT');
    const [exit] = (await closed) as [number | null];
    assert.equal(exit, 130, stderr);
    assert.match(stderr, /interrupted; running the command again goes on where it ended/);
    assert.doesNotMatch(stderr, /^\s+at /m);
    const resumed = await world.json('import', file, '--data', data);
    assert.equal(resumed['events'], 30_000);
    assert.ok(Number(resumed['duplicates']) > 0);
    assert.equal((await world.json('verify', '--data', data))['equal'], true);
  });

  test('a start that is interrupted at any moment ends, and the folder is as it was', async () => {
    const data = world.path('started');
    const server = await world.serve(data);
    await server.postAll(madeEvents(0, 2_000));
    const stand = await server.stand();
    await server.kill();
    for (const delayMs of [100, 400, 800, 1_200, 1_600]) {
      const child = world.start(['start', '--no-demo', '--port', '0', '--data', data]);
      const closed = once(child, 'close');
      assert.ok(child.pid !== undefined);
      await sleep(delayMs);
      process.kill(-child.pid, delayMs === 1_600 ? 'SIGTERM' : 'SIGINT');
      const late = sleep(10_000, 'late' as const, { ref: false });
      assert.notEqual(await Promise.race([closed, late]), 'late', `after ${String(delayMs)} ms`);
      assert.deepEqual(sessionOf(child.pid), []);
    }
    const again = await world.serve(data);
    assert.deepEqual(await again.stand(), stand);
    process.kill(again.pid, 'SIGTERM');
    assert.equal(await again.ended, 0, again.stderr);
  });

  test('of several that find the lock of a dead one, one takes the folder', async () => {
    const data = world.path('taken');
    const dead = await world.serve(data);
    await dead.kill();
    assert.ok(existsSync(world.path('taken', 'lock')));
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => world.serve(data)));
    const winners = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const losers = outcomes.flatMap((one) =>
      one.status === 'rejected' ? [String(one.reason)] : [],
    );
    assert.equal(winners.length, 1, losers.join('\n'));
    for (const reason of losers) assert.match(reason, /in use by process|being opened by others/);
    await winners[0]?.interrupt();
  });

  test('a data folder whose making was cut off is made', async () => {
    const data = world.path('cut-off');
    await mkdir(data);
    await writeFile(world.path('cut-off', 'lock'), '{"pid":1073741824,"started":null}\n');
    await writeFile(world.path('cut-off', 'reprise.json.draft-1073741824'), '{"format":');
    const { events } = await world.json('import', await csv(), '--data', data);
    assert.equal(events, 500);
  });

  test('commands work beside a server that is just starting and one that is ending', async () => {
    const data = world.path('beside');
    const file = await csv();
    const starting = world.serve(data);
    while (!existsSync(world.path('beside', 'lock'))) await sleep(5);
    const imported = await world.run(['import', file, '--data', data, '--json']);
    assert.equal(imported.exit, 0, imported.stderr);
    const server = await starting;
    const [ended, recommended] = await Promise.all([
      server.interrupt(),
      world.run(['recommend', 'user-1', '--data', data, '--json']),
    ]);
    assert.equal(ended.exit, 0, server.stderr);
    assert.equal(recommended.exit, 0, recommended.stderr);
    assert.match(recommended.stdout, /"basedOn":"user"/);
  });

  async function csv(): Promise<string> {
    const path = world.path('few.csv');
    await writeFile(path, madeCsv(500));
    return path;
  }
});
