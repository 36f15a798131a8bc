import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { keyDigest } from '../../../api/key-ring.ts';
import { apiKeysMax, readApiKeys, writeApiKeys } from '../../../processes/access/api-keys-file.ts';
import { LiveKeys } from '../../../processes/access/live-keys.ts';
import { requestLimit } from '../../../processes/access/request-limit.ts';

/** How long a change of the file may take to be seen on a machine that is busy. */
const seenMsMax = 60_000;

const reader = { name: 'reader', scope: 'read', sha256: keyDigest('secret') } as const;

describe('the file of API keys', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reprise-keys-'));
  });
  after(() => rm(folder, { recursive: true }));

  test('is for its owner alone, holds no key, and reads as it was written', async () => {
    const path = join(folder, 'own.json');
    assert.equal(await readApiKeys(path), undefined);
    await writeApiKeys(path, [reader]);
    assert.deepEqual(await readApiKeys(path), [reader]);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.ok(!(await readFile(path, 'utf8')).includes('secret'));
  });

  for (const [what, text, said] of [
    ['no JSON', '{', /no JSON/],
    ['another format', '{"format":2,"keys":[]}', /format/],
    [
      'a scope that is none',
      '{"format":1,"keys":[{"name":"a","scope":"all","sha256":""}]}',
      /scope/,
    ],
    [
      'a space that is a path',
      JSON.stringify({ format: 1, keys: [{ ...reader, space: '../other' }] }),
      /space/,
    ],
    [
      'too many keys',
      JSON.stringify({ format: 1, keys: Array.from({ length: apiKeysMax + 1 }, () => reader) }),
      /keys/,
    ],
  ] as const) {
    test(`is refused where it holds ${what}`, async () => {
      const path = join(folder, 'odd.json');
      await writeFile(path, text);
      await assert.rejects(readApiKeys(path), { code: 'INVALID', message: said });
    });
  }
});

describe('the keys of a process', () => {
  const logged: string[] = [];
  const log = (_fields: object, message: string): void => void logged.push(message);
  const logger = { info: log, error: log } as never;

  async function opened(path: string | undefined, adminKey?: string, isFileNeeded = false) {
    return LiveKeys.open({ path, isFileNeeded, adminKey, clock: () => 1_000, logger });
  }

  async function seen(look: () => boolean): Promise<void> {
    const endMs = performance.now() + seenMsMax;
    while (!look()) {
      assert.ok(performance.now() < endMs, 'the change was never seen');
      await sleep(50);
    }
  }

  test('are asked for where there is one, and not else', async () => {
    const none = await opened(undefined);
    assert.deepEqual([none.areAsked, none.find('')], [false, undefined]);
    const own = await opened(undefined, 'of the environment');
    assert.deepEqual([own.areAsked, own.find('of the environment')?.scope], [true, 'admin']);
    await assert.rejects(opened('/nowhere/keys.json', 'a', true), {
      ...{ code: 'INVALID', message: /keys create/ },
    });
  });

  test('follow their file: added, revoked, and kept where it breaks', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reprise-keys-'));
    const path = join(folder, 'keys.json');
    await writeApiKeys(path, [reader]);
    const keys = await opened(path);
    try {
      assert.equal(keys.find('secret')?.name, 'reader');
      const sha256 = keyDigest('other');
      await writeApiKeys(path, [
        reader,
        { name: 'past', scope: 'admin', sha256, expiresMs: 1_000 },
      ]);
      await seen(() => logged.length > 0);
      assert.equal(keys.find('other'), undefined, 'it has expired');
      await writeFile(path, 'broken');
      await seen(() => logged.some((line) => line.includes('cannot be read')));
      assert.equal(keys.find('secret')?.name, 'reader');
      await writeApiKeys(path, []);
      await seen(() => keys.find('secret') === undefined);
      assert.equal(keys.areAsked, true, 'an empty file lets nobody in');
    } finally {
      keys.close();
      await rm(folder, { recursive: true });
    }
  });
});

test('a key opens its own space, and any other knows it by that name alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-keys-'));
  const path = join(folder, 'keys.json');
  const sha256 = keyDigest('of acme');
  const ended = {
    name: 'ended',
    scope: 'admin',
    sha256: keyDigest('ended'),
    space: 'acme',
  } as const;
  await writeApiKeys(path, [
    reader,
    { name: 'acme', scope: 'admin', sha256, space: 'acme' },
    { ...ended, expiresMs: 1_000 },
  ]);
  const logger = { info: () => undefined, error: () => undefined } as never;
  const common = { path, isFileNeeded: true, adminKey: undefined, clock: () => 1_000, logger };
  const seenBy = async (space: string | undefined) => {
    const keys = await LiveKeys.open({ ...common, space });
    keys.close();
    const names = (sent: string) => [keys.find(sent)?.name, keys.spaceOf(sent)];
    return ['secret', 'of acme', 'ended', '', sha256].map(names);
  };
  const nobody = [undefined, undefined];
  try {
    const main = [['reader', undefined], [undefined, 'acme'], nobody, nobody, nobody];
    assert.deepEqual(await seenBy(undefined), main);
    assert.deepEqual(await seenBy('acme'), [nobody, ['acme', undefined], nobody, nobody, nobody]);
    assert.deepEqual(await seenBy('globex'), [nobody, [undefined, 'acme'], nobody, nobody, nobody]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a limit lets in what it says, tells the rest how long to wait, and counts callers apart', async () => {
  const limit = requestLimit(10);
  const waits = await Promise.all(Array.from({ length: 100 }, () => limit.take('one')));
  assert.equal(waits.filter((ms) => ms === 0).length, 10);
  assert.ok(waits.every((ms) => ms <= 1_000));
  assert.equal(await limit.take('other'), 0);
});
