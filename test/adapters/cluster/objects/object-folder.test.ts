import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openObjectFolder } from '../../../../adapters/cluster/objects/object-folder.ts';
import { contentOf, objectStoreContract } from '../../../contracts/object-store.contract.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const opened = (root: string) => openObjectFolder({ root, random: randomBytes, clock: Date.now });

objectStoreContract('the shared folder', async () => {
  const root = await temporaryFolder();
  const store = opened(root);
  return {
    store,
    other: opened(root),
    overwrite: (name, content) => writeFile(join(root, name), content),
    close: () => store.close(),
  };
});

describe('the shared folder of objects', () => {
  it('holds plain files, and leaves no draft and no empty folder behind', async () => {
    const root = await temporaryFolder();
    const store = opened(root);
    await store.put('a/b/c', [Buffer.from('plain')]);
    assert.equal(await readFile(store.where('a/b/c'), 'utf8'), 'plain');
    await assert.rejects(store.putNew('a/b/c', [Buffer.from('other')]), { code: 'CONFLICT' });
    const sums = join(root, 'a', 'b', '.sums');
    const [first = '', ...others] = await readdir(sums);
    assert.deepEqual(others, []);
    await utimes(join(sums, first), 1, 1);
    await store.put('a/b/c', [Buffer.from('replaced')]);
    assert.equal((await readdir(sums)).length, 1, 'the sum of what was replaced long ago is gone');
    await store.remove('a/b/c');
    assert.deepEqual(await readdir(root), ['.drafts']);
    assert.deepEqual(await readdir(join(root, '.drafts')), []);
  });

  it('is not made where it is missing, and says what to do', async () => {
    const root = join(await temporaryFolder(), 'volume');
    const store = opened(root);
    const refusal = { code: 'UNAVAILABLE', message: /volume is not there: mount its volume/ };
    await assert.rejects(store.put('a', [Buffer.from('x')]), refusal);
    await assert.rejects(store.list(''), refusal);
    await assert.rejects(contentOf(store, 'a'), refusal);
    await assert.rejects(store.remove('a'), refusal);
    await mkdir(root);
    await store.put('a', [Buffer.from('x')]);
    await rm(root, { recursive: true });
    await assert.rejects(store.put('a', [Buffer.from('x')]), refusal);
  });

  it('removes the drafts of dead processes when they are old', async () => {
    const root = await temporaryFolder();
    const drafts = join(root, '.drafts');
    await mkdir(drafts);
    for (const name of ['old', 'young']) await writeFile(join(drafts, name), 'half');
    await utimes(join(drafts, 'old'), 1, 1);
    await opened(root).list('');
    assert.deepEqual(await readdir(drafts), ['young']);
  });

  it('gives up on a volume that does not answer', async () => {
    const root = await temporaryFolder();
    const bounds = { fileCallMsMax: 0 };
    const store = openObjectFolder({ root, random: randomBytes, clock: Date.now, bounds });
    await assert.rejects(store.put('a', [Buffer.alloc(8_000_000)]), {
      code: 'UNAVAILABLE',
      message: /did not answer for 0 ms/,
    });
  });

  it('lists no more than it may', async () => {
    const root = await temporaryFolder();
    const bounds = { objectsListedMax: 2 };
    const store = openObjectFolder({ root, random: randomBytes, clock: Date.now, bounds });
    for (const name of ['a', 'b', 'c']) await store.put(name, [Buffer.from(name)]);
    await assert.rejects(store.list(''), { code: 'TOO_LARGE' });
  });
});
