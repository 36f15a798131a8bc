import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { type FakeClone, makeFakeClone } from './fake-clone.ts';

interface PartStatus {
  readonly ok: boolean;
  readonly how?: string;
  readonly version?: string;
  readonly path?: string;
  readonly why?: string;
  readonly remedy?: string;
}

async function fakeClone(t: TestContext, pins?: (text: string) => string): Promise<FakeClone> {
  const clone = await makeFakeClone(pins);
  t.after(() => clone.remove());
  return clone;
}

async function statusOf(clone: FakeClone): Promise<Record<string, PartStatus>> {
  return JSON.parse(await clone.read('.native/status.json')) as Record<string, PartStatus>;
}

/** Lets a program of this machine stand on the clone's PATH. */
async function lend(clone: FakeClone, name: string): Promise<void> {
  const path = execFileSync('which', [name], { encoding: 'utf8' }).trim();
  await symlink(path, join(clone.root, 'programs', name));
}

const fakeTemporal = '#!/bin/sh\necho "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"\n';

test('what cannot be had is said with a remedy, and is no failure', async (t) => {
  const clone = await fakeClone(t);
  const { code, stderr } = await clone.run(['scripts/setup.mjs']);
  assert.equal(code, 0, stderr);
  const status = await statusOf(clone);
  for (const part of ['tfjs', 'faiss', 'temporal']) {
    assert.equal(status[part]?.ok, false, part);
    assert.match(status[part].why ?? '', /./);
    assert.match(status[part].remedy ?? '', /npm run setup|see /);
  }
  assert.match(stderr, /batch training is off/);
  assert.match(stderr, /approximate search is off/);
  assert.match(stderr, /durable workflows are off/);
});

test('a part that failed is tried again by set-up, but not at every start', async (t) => {
  const clone = await fakeClone(t);
  await clone.write('processes/cli.ts', "console.log('started', process.argv.slice(2).join());\n");
  await clone.run(['scripts/setup.mjs']);
  const start = await clone.run(['bin/reprise', 'status', '--json']);
  assert.deepEqual(start, { code: 0, stdout: 'started status,--json\n', stderr: '' });
  const again = await clone.run(['scripts/setup.mjs']);
  assert.match(again.stderr, /durable workflows are off/);
});

test('a temporal on the PATH is taken', async (t) => {
  const clone = await fakeClone(t);
  const program = join(clone.root, 'programs', 'temporal');
  await writeFile(program, fakeTemporal);
  await chmod(program, 0o755);
  await clone.run(['scripts/setup.mjs']);
  const { temporal } = await statusOf(clone);
  assert.equal(temporal?.ok, true);
  assert.equal(temporal.version, '1.9.1');
  assert.equal(temporal.path, program);
});

/** Serves an archive with a `temporal` in it, and pins its SHA-256 (or another). */
async function serveTemporal(t: TestContext, pin?: string): Promise<FakeClone> {
  const source = await fakeClone(t);
  await mkdir(join(source.root, 'archive'));
  const program = join(source.root, 'archive', 'temporal');
  await writeFile(program, fakeTemporal);
  await chmod(program, 0o755);
  const archive = join(source.root, 'temporal.tar.gz');
  execFileSync('tar', ['-czf', archive, '-C', join(source.root, 'archive'), 'temporal']);
  const bytes = readFileSync(archive);
  const server = createServer((_request, response) => response.end(bytes)).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const sha256 = pin ?? createHash('sha256').update(bytes).digest('hex');
  const entry = `{ url: 'http://127.0.0.1:${port}/x', sha256: '${sha256}' }`;
  const platform = `'${process.platform}-${process.arch}'`;
  const clone = await fakeClone(t, (text) =>
    text
      .replace(/archives: \{\n/, `archives: {\n    ${platform}: ${entry} };\n`)
      .replace(/(archives: \{\n.*)\};\n[\s\S]*?\n {2}\},\n/, '$1},\n'),
  );
  for (const name of ['tar', 'gzip']) await lend(clone, name);
  return clone;
}

test("Temporal's own archive is the first choice, and is kept for the next clone", async (t) => {
  const clone = await serveTemporal(t);
  await clone.run(['scripts/setup.mjs']);
  const { temporal } = await statusOf(clone);
  assert.equal(temporal?.ok, true, JSON.stringify(temporal));
  assert.match(temporal.how ?? '', /own archive/);
  assert.ok(temporal.path?.startsWith(clone.cache));

  const second = await fakeClone(t);
  await second.run(['scripts/setup.mjs'], { XDG_CACHE_HOME: clone.cache });
  assert.equal((await statusOf(second))['temporal']?.how, 'kept from before');
});

test('an archive without the pinned SHA-256 is refused', async (t) => {
  const clone = await serveTemporal(t, '0'.repeat(64));
  await clone.run(['scripts/setup.mjs']);
  const { temporal } = await statusOf(clone);
  assert.equal(temporal?.ok, false);
  assert.match(temporal.why ?? '', /SHA-256/);
});

test('nothing to do is said by silence, and what is missing by --check', async (t) => {
  const clone = await serveTemporal(t);
  const before = await clone.run(['scripts/setup.mjs', '--check']);
  assert.equal(before.code, 1);
  assert.match(before.stderr, /missing packages, tfjs, faiss, temporal/);
  await clone.write('processes/cli.ts', '');
  await clone.run(['scripts/setup.mjs']);
  assert.deepEqual(await clone.run(['bin/reprise']), { code: 0, stdout: '', stderr: '' });
});

test('packages that cannot be installed are a failure with a remedy', async (t) => {
  const clone = await fakeClone(t);
  await clone.write('package.json', '{"type":"module","dependencies":{"absent":"1.0.0"}}');
  await clone.write('package-lock.json', '{"packages":{"":{},"node_modules/absent":{}}}');
  const env = { npm_config_registry: 'http://127.0.0.1:1', npm_config_fetch_retries: '0' };
  const { code, stderr } = await clone.run(['scripts/setup.mjs'], env);
  assert.equal(code, 1);
  assert.match(stderr, /npm packages can't be installed/);
  assert.match(stderr, /remedy: /);
});

test('the command works from every folder and through a link', async (t) => {
  const clone = await fakeClone(t);
  await clone.write(
    'processes/cli.ts',
    'const where: string = process.cwd();\nconsole.log(where);\n',
  );
  await symlink(join(clone.root, 'bin', 'reprise'), join(clone.root, 'programs', 'reprise'));
  const elsewhere = join(clone.root, 'elsewhere');
  await mkdir(elsewhere);
  await clone.write('elsewhere/tsconfig.json', 'not json');
  await clone.run(['scripts/setup.mjs']);
  const env = { PATH: `${join(clone.root, 'programs')}${delimiter}` };
  const { stdout, stderr } = await clone.run(
    [join(clone.root, 'programs/reprise')],
    env,
    elsewhere,
  );
  assert.equal(stdout.trim(), elsewhere, stderr);
});
