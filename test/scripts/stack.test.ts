import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeFakeClone } from './fake-clone.ts';

interface Mark {
  readonly pid: number;
  readonly started: string | null;
}

interface ServerRecord {
  readonly name: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly processes: readonly Mark[];
}

interface Scripts {
  markOf(pid: number): Mark;
  isAlive(mark: Mark): boolean;
  ownedMarks(owner: string): readonly Mark[];
  choosePorts(wishes: {
    names: readonly string[];
    asked?: Readonly<Record<string, number>>;
    before?: Readonly<Record<string, number>>;
    mustKeep?: boolean;
    taken: Set<number>;
  }): Promise<Record<string, number>>;
  startDetached(plan: {
    command: string;
    args: readonly string[];
    owner: string;
    cwd: string;
    logFile: string;
  }): Promise<Mark>;
  endAll(what: { marks: readonly Mark[]; owner: string; force?: boolean }): Promise<void>;
  readRecord(folder: string, name: string): ServerRecord | undefined;
  writeRecord(folder: string, record: ServerRecord): void;
  recordedNames(folder: string): readonly string[];
  envLines(records: readonly ServerRecord[]): readonly string[];
}

const scriptOf = (name: string): URL => new URL(`../../scripts/${name}`, import.meta.url);

const modules = ['identity', 'ports', 'process-group', 'records', 'catalogue'].map(
  (name) => import(scriptOf(`servers/${name}.mjs`).href) as Promise<Partial<Scripts>>,
);
const scripts = Object.assign({}, ...(await Promise.all(modules))) as Scripts;

/** A program that does nothing for a minute, and that doesn't mind being asked to end. */
const stubborn = "process.on('SIGTERM', () => undefined); setTimeout(() => undefined, 60_000);";

async function folderOf(t: TestContext): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'reprise-stack-test-')));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function startIn(folder: string, owner: string, program: string): Promise<Mark> {
  const args = ['-e', program];
  const logFile = join(folder, 'log');
  return scripts.startDetached({ command: process.execPath, args, owner, cwd: folder, logFile });
}

async function takenPort(t: TestContext): Promise<number> {
  const server = createServer().listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('a process is known by its start too', () => {
  const mark = scripts.markOf(process.pid);
  assert.equal(scripts.isAlive(mark), true);
  assert.equal(scripts.isAlive({ ...mark, started: 'before' }), false);
  // No process has this id: it is above what any kernel hands out.
  const none = scripts.markOf(2 ** 30);
  assert.deepEqual(none, { pid: 2 ** 30, started: null });
  assert.equal(scripts.isAlive(none), false);
});

test('a process id that now belongs to another is not killed', async (t) => {
  const folder = await folderOf(t);
  const owner = join(folder, 'other');
  const other = await startIn(folder, owner, stubborn);
  t.after(() => scripts.endAll({ marks: [other], owner, force: true }));
  const stale = { ...other, started: 'before' };
  await scripts.endAll({ marks: [stale], owner: join(folder, 'mine'), force: true });
  assert.equal(scripts.isAlive(other), true);
});

test('what was started and never noted is found and ended', async (t) => {
  if (process.platform !== 'linux') {
    t.diagnostic('not tested here: only Linux says which environment a process has');
    return;
  }
  const folder = await folderOf(t);
  const owner = join(folder, 'redis');
  const child = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stubborn)}]);`;
  const mark = await startIn(folder, owner, child + stubborn);
  while (scripts.ownedMarks(owner).length < 2) await sleep(50);
  await scripts.endAll({ marks: [], owner, force: true });
  assert.equal(scripts.isAlive(mark), false);
  assert.deepEqual(scripts.ownedMarks(owner), []);
});

test('ports are asked for, kept, or chosen free and apart', async (t) => {
  const taken = new Set<number>();
  const chosen = await scripts.choosePorts({ names: ['a', 'b'], taken });
  assert.equal(new Set(Object.values(chosen)).size, 2);
  // Below what systems give to outgoing connections: nobody connects to itself.
  for (const port of Object.values(chosen)) assert.ok(port >= 20_000 && port < 32_768);
  assert.deepEqual(await scripts.choosePorts({ names: ['a', 'b'], before: chosen, taken }), chosen);
  const busy = await takenPort(t);
  const moved = await scripts.choosePorts({ names: ['a'], before: { a: busy }, taken });
  assert.notEqual(moved['a'], busy);
  const wish = { names: ['a'], taken };
  await assert.rejects(scripts.choosePorts({ ...wish, asked: { a: busy } }), {
    message: `port ${busy} is taken`,
    remedy: /--a-port N/,
  });
  await assert.rejects(scripts.choosePorts({ ...wish, before: { a: busy }, mustKeep: true }));
});

test('a record is read as it was written, and a damaged one as none', async (t) => {
  const folder = await folderOf(t);
  assert.deepEqual(scripts.recordedNames(join(folder, 'absent')), []);
  const record = { name: 'redis', ports: { redis: 20_001 }, processes: [] };
  scripts.writeRecord(folder, record);
  await mkdir(join(folder, 'kafka'));
  await writeFile(join(folder, 'kafka', 'server.json'), '{"name":');
  assert.deepEqual(scripts.readRecord(folder, 'redis'), record);
  assert.deepEqual(scripts.recordedNames(folder), ['redis']);
});

test('the environment has a line a variable, without anything that a shell would read', () => {
  const lines = scripts.envLines([
    { name: 'temporal', ports: { temporal: 5, 'temporal-ui': 6 }, processes: [] },
    { name: 'redis', ports: { redis: 3 }, processes: [] },
    { name: 'mongo', ports: { mongo: 2 }, processes: [] },
    { name: 'kafka', ports: { kafka: 1, 'kafka-controller': 9 }, processes: [] },
  ]);
  assert.deepEqual(lines, [
    'REPRISE_KAFKA_BROKERS=127.0.0.1:1',
    'REPRISE_MONGO_URL=mongodb://127.0.0.1:2',
    'REPRISE_REDIS_URL=redis://127.0.0.1:3',
    'REPRISE_TEMPORAL_ADDRESS=127.0.0.1:5',
    'REPRISE_TEMPORAL_UI_URL=http://127.0.0.1:6',
  ]);
});

const wrong: readonly (readonly [readonly string[], RegExp])[] = [
  [['fly'], /no command fly\n.*--help/],
  [['up', 'oracle'], /no server called oracle\n.*kafka/],
  [['up', '--redis-port', '99999'], /99999 is no port\n.*1 to 65535/],
  [['kill'], /which server\?\n.*kafka/],
  [['env'], /nothing runs here\n.*scripts\/stack up/],
  [['up', '--held', 'redis'], /nobody keeps the stack .*\n.*REPRISE_TEST_STACK/],
];

test('a command that asks for what there is not says what there is', async (t) => {
  const clone = await makeFakeClone();
  t.after(() => clone.remove());
  for (const [args, complaint] of wrong) {
    const env = { STACK_DIR: join(clone.root, 'stack') };
    const { code, stderr } = await clone.run(['scripts/servers/stack.mjs', ...args], env);
    assert.equal(code, 1, args.join(' '));
    assert.match(stderr, complaint);
  }
});

test('a server that cannot be had is said with its remedy', async (t) => {
  const clone = await makeFakeClone();
  t.after(() => clone.remove());
  const env = { STACK_DIR: join(clone.root, 'stack') };
  const { code, stderr } = await clone.run(
    ['scripts/servers/stack.mjs', 'up', 'redis', 'kafka'],
    env,
  );
  assert.equal(code, 1);
  assert.match(stderr, /Redis can't be had: .*\n.*remedy: install Redis/);
  assert.match(stderr, /Kafka can't be had: .*\n.*remedy: install Maven and a JDK/);
});

/** A test file that notes the shared stack's folder, and then passes or waits to be ended. */
const noting = (then: string): string => `// as if it used './stack.ts'
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
test('notes', async () => {
  writeFileSync('folder.txt', process.env.REPRISE_TEST_STACK);
  ${then}
});
`;

async function gone(file: string): Promise<boolean> {
  for (let looks = 0; looks < 200 && existsSync(file); looks += 1) await sleep(50);
  return !existsSync(file);
}

test('the runner opens one stack for all files, and it ends with the runner', async (t) => {
  const clone = await makeFakeClone();
  t.after(() => clone.remove());
  await clone.write('test/services/a.test.ts', noting(''));
  const args = ['--import', import.meta.resolve('tsx'), 'scripts/run-tests.mjs'];
  const { code, stdout } = await clone.run(args, { REPRISE_TEST_STACK: '' });
  assert.equal(code, 0, stdout);
  assert.equal(existsSync(await clone.read('folder.txt')), false);

  await rm(join(clone.root, 'folder.txt'));
  await clone.write(
    'test/services/a.test.ts',
    noting('await new Promise((r) => setTimeout(r, 30_000));'),
  );
  const { NODE_TEST_CONTEXT: _context, REPRISE_TEST_STACK: _stack, ...env } = process.env;
  const runner = spawn(process.execPath, args, { cwd: clone.root, env, stdio: 'ignore' });
  while (!existsSync(join(clone.root, 'folder.txt'))) await sleep(50);
  const folder = await clone.read('folder.txt');
  assert.equal(existsSync(folder), true);
  runner.kill('SIGKILL');
  assert.equal(await gone(folder), true);
});

test('a stack whose holder goes before it is told of it leaves nothing', async (t) => {
  const folder = await folderOf(t);
  const args = [fileURLToPath(scriptOf('servers/stack.mjs')), 'hold', '--temporary'];
  const keeper = spawn(process.execPath, args, { env: { ...process.env, TMPDIR: folder } });
  keeper.stdout.destroy();
  keeper.stderr.destroy();
  keeper.stdin.end();
  assert.deepEqual(await once(keeper, 'exit'), [0, null]);
  assert.deepEqual(await readdir(folder), []);
});

test('the launcher finds its scripts from any folder', async (t) => {
  const launcher = spawn(fileURLToPath(scriptOf('stack')), ['--help'], { cwd: await folderOf(t) });
  let said = '';
  launcher.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  assert.deepEqual(await once(launcher, 'close'), [0, null]);
  assert.match(said, /export \$\(scripts\/stack env\)/);
});
