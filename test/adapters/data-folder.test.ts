import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { openDataFolder } from '../../adapters/embedded/data-folder.ts';
import type { DataFolder, DataFolderOptions } from '../../adapters/embedded/data-folder.ts';
import { acquireLock, isAlive, ownMark } from '../../adapters/embedded/data-folder-lock.ts';
import { prepareSocketFolder, socketPathOf } from '../../adapters/embedded/data-folder-socket.ts';
import { hasCode } from '../../events/error.ts';
import type { ErrorCode } from '../../events/error.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import { DEFAULT_LEARNER_SETTINGS } from '../../model/settings.ts';
import { seededBytes } from '../doubles/random-bytes.ts';
import { temporaryFolder } from './temporary-folder.ts';

function open(path: string, options: Partial<DataFolderOptions> = {}): Promise<DataFolder> {
  return openDataFolder({
    path,
    settings: DEFAULT_LEARNER_SETTINGS,
    types: DEFAULT_INTERACTION_TYPES,
    random: seededBytes(1),
    ...options,
  });
}

/** The number of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

function refused(code: ErrorCode, words: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(hasCode(error, code), String(error));
    assert.ok(error.message.includes(words), error.message);
    return true;
  };
}

describe('a data folder', () => {
  it('is made where it is missing, and keeps what it fixed', async () => {
    const path = join(await temporaryFolder(), 'deep', 'data');
    const made = await open(path, { partitions: 2 });
    assert.equal(made.isNew, true);
    assert.equal(made.signingKey.length, 32);
    assert.equal((await stat(join(path, 'signing.key'))).mode & 0o777, 0o600);
    assert.equal(made.partPath('journal'), join(made.path, 'journal'));
    await made.close();
    const settings = { ...DEFAULT_LEARNER_SETTINGS, dimensions: 64 };
    const again = await open(path, { settings, types: {}, random: seededBytes(2) });
    assert.equal(again.isNew, false);
    assert.deepEqual(again.manifest, {
      format: 1,
      partitions: 2,
      settings: DEFAULT_LEARNER_SETTINGS,
      types: DEFAULT_INTERACTION_TYPES,
    });
    assert.deepEqual(again.signingKey, made.signingKey);
    await again.close();
    assert.deepEqual((await readdir(path)).sort(), ['reprise.json', 'signing.key']);
  });

  it('is refused with other partitions, a newer format, a damaged manifest or key', async () => {
    const path = await temporaryFolder();
    await assert.rejects(open(path, { partitions: 0 }), refused('INVALID', 'partitions must be'));
    await (await open(path)).close();
    await assert.rejects(open(path, { partitions: 2 }), refused('CONFLICT', '--partitions 1'));
    await assert.rejects(open(path, { learner: 'blend' }), refused('CONFLICT', '--learner gmf'));
    const file = join(path, 'reprise.json');
    const manifest = await readFile(file, 'utf8');
    await writeFile(file, manifest.replace('"format": 1', '"format": 2'));
    await assert.rejects(open(path), refused('CONFLICT', 'start a newer Reprise'));
    for (const text of ['', '{', 'null', '{"format":1}']) {
      await writeFile(file, text);
      await assert.rejects(open(path), refused('DAMAGED', 'restore it from a backup'));
    }
    await writeFile(file, manifest);
    await writeFile(join(path, 'signing.key'), 'short');
    await assert.rejects(open(path), refused('DAMAGED', 'signing.key'));
  });

  it('is never made among the files of something else', async () => {
    const path = await temporaryFolder();
    await writeFile(join(path, 'letter.txt'), 'dear');
    await assert.rejects(open(path), refused('INVALID', 'not empty'));
    assert.deepEqual(await readdir(path), ['letter.txt']);
  });

  it('is made beside API keys, which may be made first', async () => {
    const path = await temporaryFolder();
    await writeFile(join(path, 'api-keys.json'), '{"format":1,"keys":[]}');
    await (await open(path)).close();
  });

  it('is held by one at a time', async () => {
    const path = await temporaryFolder();
    const held = await open(path);
    const words = `in use by process ${String(process.pid)}: stop it, or name another folder with --data`;
    await assert.rejects(open(path), refused('CONFLICT', words));
    await held.close();
    await (await open(path)).close();
  });
});

describe('the lock of a data folder', () => {
  const stale = [
    ['of a process that has ended', () => ({ pid: deadPid(), started: null })],
    ['of another process with the same number', () => ({ pid: process.pid, started: 'boot/1' })],
    ['that makes no sense', () => 'nonsense'],
  ] as const;
  for (const [what, content] of stale) {
    it(`is taken over where it is one ${what}`, async () => {
      const path = join(await temporaryFolder(), 'lock');
      await writeFile(path, JSON.stringify(content()));
      const lock = await acquireLock(path);
      assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), ownMark());
      await lock.release();
      assert.deepEqual(await readdir(dirname(path)), []);
    });
  }

  it('goes to one of many that find it stale', async () => {
    const path = join(await temporaryFolder(), 'lock');
    await writeFile(path, JSON.stringify({ pid: deadPid(), started: null }));
    const tries = await Promise.allSettled(Array.from({ length: 12 }, () => acquireLock(path)));
    const won = tries.filter(({ status }) => status === 'fulfilled');
    assert.equal(won.length, 1);
    for (const outcome of tries) {
      assert.ok(outcome.status === 'fulfilled' || hasCode(outcome.reason, 'CONFLICT'));
    }
    assert.deepEqual(await readdir(dirname(path)), ['lock']);
  });

  it('is taken over although one who was taking it over died', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'lock');
    const mark = JSON.stringify({ pid: deadPid(), started: null });
    await writeFile(path, mark);
    const { createHash } = await import('node:crypto');
    const name = createHash('sha256').update(mark).digest('hex').slice(0, 16);
    await writeFile(join(folder, `lock.after-${name}`), mark);
    const lock = await acquireLock(path);
    await lock.release();
    assert.deepEqual(await readdir(folder), []);
  });

  it('knows a living process by its number and its start', () => {
    assert.equal(isAlive(ownMark()), true);
    assert.equal(isAlive({ pid: deadPid(), started: null }), false);
    assert.equal(isAlive(undefined), false);
  });
});

describe('the private socket of a data folder', () => {
  it('has one short path, however the folder is named', async () => {
    const folder = await temporaryFolder();
    const deep = join(folder, 'x'.repeat(120));
    await mkdir(deep);
    await symlink(deep, join(folder, 'link'));
    const path = socketPathOf(deep);
    assert.equal(socketPathOf(join(folder, 'link')), path);
    assert.equal(socketPathOf(`${deep}/../link/`), path);
    assert.ok(Buffer.byteLength(path) <= 103);
    assert.ok(Buffer.byteLength(socketPathOf(deep, `/${'t'.repeat(100)}`)) <= 103);
    assert.notEqual(socketPathOf(folder), path);
    const missing = join(folder, 'not', 'yet');
    const before = socketPathOf(missing);
    await mkdir(missing, { recursive: true });
    assert.equal(socketPathOf(missing), before);
  });

  it('is in a folder of this user alone, which goes when the data folder is closed', async () => {
    const data = await open(await temporaryFolder());
    const folder = dirname(data.socketPath);
    assert.equal(data.socketPath, socketPathOf(data.path));
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    await writeFile(data.socketPath, '');
    await data.close();
    await assert.rejects(stat(folder), { code: 'ENOENT' });
  });

  it('is refused in a folder that others can write to', async () => {
    const folder = join(await temporaryFolder(), 'shared');
    await mkdir(folder, { mode: 0o755 });
    const path = join(folder, 'api.sock');
    await assert.rejects(prepareSocketFolder(path), refused('CONFLICT', 'remove it'));
    const file = join(folder, 'file');
    await writeFile(file, '');
    await symlink(folder, join(folder, 'link'));
    const linked = join(folder, 'link', 'api.sock');
    await assert.rejects(prepareSocketFolder(linked), refused('CONFLICT', 'remove it'));
  });
});
