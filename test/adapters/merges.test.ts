import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openMerges } from '../../adapters/embedded/merges.ts';
import { contributionOf, mergeStoreContract } from '../contracts/merge-store.contract.ts';
import { temporaryFolder } from './temporary-folder.ts';

function refuse(path: string): never {
  throw new Error(`${path} is damaged`);
}

describe('the embedded merge store', () => {
  mergeStoreContract(async () => {
    const folder = await temporaryFolder();
    const reopen = () => Promise.resolve(openMerges({ folder, partitions: 3, onDamaged: refuse }));
    const first = reopen();
    return { open: () => first, reopen };
  });

  it('reports a damaged merge and takes it for lost', async () => {
    const folder = await temporaryFolder();
    const damaged: string[] = [];
    const onDamaged = (path: string) => damaged.push(path);
    const store = openMerges({ folder, partitions: 1, onDamaged });
    await store.contribute(contributionOf(0, 1));
    const path = join(folder, 'v1', 'm1.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 3]! ^= 1;
    await writeFile(path, bytes);
    const again = openMerges({ folder, partitions: 1, onDamaged });
    const name = { version: 'v1', barrier: 1 };
    assert.equal(await again.read(name), undefined);
    assert.deepEqual(damaged, [path]);
    assert.deepEqual(await again.missing(name), [0]);
    await again.contribute(contributionOf(0, 1));
    assert.notEqual(await again.read(name), undefined);
  });

  it('keeps no more than its bound', async () => {
    const folder = await temporaryFolder();
    const store = openMerges({ folder, partitions: 1, mergesKeptMax: 2, onDamaged: refuse });
    for (const barrier of [1, 2, 3, 4]) await store.contribute(contributionOf(0, barrier));
    assert.deepEqual(await readdir(join(folder, 'v1')), ['m3.safetensors', 'm4.safetensors']);
  });
});
