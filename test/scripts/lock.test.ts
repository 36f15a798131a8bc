import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

type TakeLock = (file: string, hooks: { onWait: (pid: number) => void }) => Promise<() => void>;

const { takeLock } = (await import(
  new URL('../../scripts/setup/lock.mjs', import.meta.url).href
)) as {
  takeLock: TakeLock;
};

async function lockFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-lock-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'lock');
}

const neverWait = (): void => {
  throw new Error('waited');
};

test('the lock is given back', async (t) => {
  const file = await lockFile(t);
  (await takeLock(file, { onWait: neverWait }))();
  assert.equal(existsSync(file), false);
  (await takeLock(file, { onWait: neverWait }))();
});

test('a second set-up waits for the first, and says for whom', async (t) => {
  const file = await lockFile(t);
  const order: string[] = [];
  const unlock = await takeLock(file, { onWait: neverWait });
  const second = takeLock(file, {
    onWait: (pid) => {
      order.push(`waits for ${pid}`);
      unlock();
    },
  });
  (await second)();
  assert.deepEqual(order, [`waits for ${process.pid}`]);
});

test('the lock of a process that is gone is taken over', async (t) => {
  const file = await lockFile(t);
  // No process has this id: it is above what any kernel hands out.
  await writeFile(file, JSON.stringify({ pid: 2 ** 30, started: '1' }));
  (await takeLock(file, { onWait: neverWait }))();
});

test('a process id that now belongs to another holds nothing', async (t) => {
  const file = await lockFile(t);
  await writeFile(file, JSON.stringify({ pid: process.pid, started: 'long ago' }));
  (await takeLock(file, { onWait: neverWait }))();
});

test('a lock file that is damaged holds nothing, and no draft is left', async (t) => {
  const file = await lockFile(t);
  await writeFile(file, '{"pid":');
  (await takeLock(file, { onWait: neverWait }))();
  assert.deepEqual(await readdir(join(file, '..')), []);
});
