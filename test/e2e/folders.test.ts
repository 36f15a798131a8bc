import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { madeCsv, madeEvents } from './made-events.ts';
import type { Server } from './server.ts';
import { createWorld, lastJson } from './world.ts';
import type { World } from './world.ts';

let world: World;
let data: string;
let server: Server;

before(async () => {
  world = await createWorld();
  data = world.path('data');
  server = await world.serve(data, { partitions: 1 });
  await server.postAll(madeEvents(0, 200));
});

after(async () => {
  await server.interrupt();
  await world.close();
});

/** Expects a command to end with an exit code and one line that says why and what to do. */
async function refused(argv: readonly string[], exit: number, words: RegExp): Promise<void> {
  const ran = await world.run(argv);
  assert.equal(ran.exit, exit, ran.stderr);
  assert.match(ran.stderr, words);
  assert.match(ran.stderr, /^reprise: [^\n]+ \([A-Z_]+\)\n$/m);
  assert.doesNotMatch(ran.stderr + ran.stdout, /^\s+at /m, 'a stack trace was printed');
}

const starting = (folder: string, ...more: string[]): readonly string[] => [
  ...['start', '--no-demo', '--port', '0', '--data', folder],
  ...more,
];

describe('a start is refused', () => {
  test('where the data folder is in use', async () => {
    const used = new RegExp(`in use by process ${String(server.pid)}: stop it, or name another`);
    await refused(starting(data), 3, used);
    await refused(starting(`${data}/../data/.`), 3, used);
    assert.equal((await server.get('/health/ready')).status, 200);
  });

  test('where the port is in use, and the data folder is free again', async () => {
    const other = world.path('other');
    const port = String(server.port);
    await refused(
      ['start', '--no-demo', '--port', port, '--data', other],
      3,
      /port \d+ of 127\.0\.0\.1 is in use: choose another with --port/,
    );
    const { server: running } = await world.json('status', '--data', other);
    assert.equal(running, false);
  });

  test('where the data folder is a file, or cannot be made', async () => {
    const file = world.path('file');
    await writeFile(file, 'I am no folder');
    await refused(starting(file), 2, /file.*--data/);
    await refused(starting(`${file}/below`), 2, /file.*--data/);
    await refused(starting('/proc/reprise'), 2, /--data/);
    await refused(['import', file, '--data', file], 2, /file.*--data/);
    assert.equal(await readFile(file, 'utf8'), 'I am no folder');
  });

  test('where the folder holds other things, and nothing is written to it', async () => {
    const foreign = world.path('foreign');
    await mkdir(foreign);
    await writeFile(`${foreign}/letter.txt`, 'dear');
    await refused(starting(foreign), 2, /no data folder and not empty/);
    assert.deepEqual(await readdir(foreign), ['letter.txt']);
  });

  test('with another number of partitions, with and without a server', async () => {
    const words = /made with --partitions 1, which is fixed, and not 3/;
    const folder = world.path('one');
    await world.json('import', await csv('small', 20), '--data', folder);
    await refused(starting(folder, '--partitions', '3'), 3, words);
    await refused(['import', world.path('small'), '--data', folder, '--partitions', '3'], 3, words);
  });

  test('of a newer format, and nothing is changed', async () => {
    const folder = world.path('newer');
    await world.json('import', await csv('few', 20), '--data', folder);
    const path = `${folder}/reprise.json`;
    const manifest = JSON.parse(await readFile(path, 'utf8')) as { readonly format: number };
    const newer = JSON.stringify({ ...manifest, format: manifest.format + 1, unheard: 'of' });
    await writeFile(path, newer);
    const words = /has format 2 and this Reprise knows up to 1: start a newer Reprise/;
    await refused(starting(folder), 3, words);
    await refused(['verify', '--data', folder], 3, words);
    assert.equal(await readFile(path, 'utf8'), newer);
    await writeFile(path, '{"format":');
    await refused(starting(folder), 1, /reprise\.json is damaged: restore it from a backup/);
  });
});

describe('a command is refused', () => {
  test('where there is no data folder, and none is made', async () => {
    for (const argv of [['recommend', 'user-1'], ['verify'], ['status'], ['export']]) {
      await refused([...argv, '--data', world.path('nowhere')], 2, /there is no data folder at/);
    }
    assert.ok(!(await readdir(world.folder)).includes('nowhere'));
  });

  test('where the file is missing or a folder', async () => {
    await refused(['import', world.path('missing.csv'), '--data', data], 2, /does not exist/);
    await refused(['import', world.folder, '--data', data], 2, /is a folder/);
  });
});

test('a CSV whose line 50,001 is broken goes in but for that line, which is told', async () => {
  const lines = madeCsv(50_100).split('\n');
  lines[50_000] = 'user-1,odd-1,not,a "time';
  const file = world.path('broken.csv');
  await writeFile(file, lines.join('\n'));
  const folder = world.path('broken');
  const ran = await world.run(['import', file, '--data', folder, '--json']);
  assert.equal(ran.exit, 1, ran.stderr);
  const report = lastJson(ran.stdout);
  assert.deepEqual([report['events'], report['accepted'], report['broken']], [50_099, 50_099, 1]);
  const [error] = report['errors'] as readonly { readonly line: number; readonly reason: string }[];
  assert.equal(error?.line, 50_001);
  assert.ok(error.reason.length > 0);
  const again = await world.run(['import', file, '--data', folder]);
  assert.equal(again.exit, 1, again.stderr);
  assert.match(again.stdout, /duplicates +50,099/);
  assert.match(again.stdout, /1 lines were not imported:\n {2}line 50,001: /);
});

async function csv(name: string, rows: number): Promise<string> {
  const path = world.path(name);
  await writeFile(path, madeCsv(rows));
  return path;
}
