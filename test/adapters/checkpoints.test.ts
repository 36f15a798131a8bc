import assert from 'node:assert/strict';
import { open, readdir, readFile, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openCheckpoints } from '../../adapters/embedded/checkpoints.ts';
import { checkpointAt, checkpointStoreContract } from '../contracts/checkpoint-store.contract.ts';
import { temporaryFolder } from './temporary-folder.ts';

checkpointStoreContract('the embedded store', async () => {
  const folder = await temporaryFolder();
  const damaged: string[] = [];
  const openAgain = () => openCheckpoints({ folder, onDamaged: (path) => damaged.push(path) });
  return {
    store: openAgain(),
    reopen: openAgain,
    damaged,
    flip: async (path, fromEnd) => {
      const bytes = await readFile(path);
      bytes[bytes.length - fromEnd]! ^= 1;
      await writeFile(path, bytes);
    },
    cut: (path, bytes) => truncate(path, bytes),
  };
});

describe('the embedded checkpoint store', () => {
  it('does not take a file under another name for what it is not', async () => {
    const folder = await temporaryFolder();
    const damaged: string[] = [];
    const store = openCheckpoints({ folder, onDamaged: (path) => damaged.push(path) });
    const { path } = await store.save(checkpointAt(10));
    const other = path.replace('p0-10', 'p0-11');
    await rename(path, other);
    assert.equal(await store.newest({ partition: 0 }), undefined);
    assert.deepEqual(damaged, [other]);
  });

  it('passes over drafts and strangers, and leaves no draft behind', async () => {
    const folder = await temporaryFolder();
    const store = openCheckpoints({ folder, onDamaged: () => assert.fail('nothing is damaged') });
    const { path } = await store.save(checkpointAt(10));
    await writeFile(`${path}.draft-1`, 'half');
    await writeFile(join(folder, 'note.txt'), 'not a version');
    assert.equal((await store.newest({ partition: 0 }))?.saved.path, path);
    await store.save(checkpointAt(11));
    const names = await readdir(join(folder, 'v1'));
    assert.deepEqual(
      names.filter((name) => name.includes('draft')),
      ['p0-10.safetensors.draft-1'],
    );
  });

  it('lets the event loop turn while it writes and reads much', async () => {
    const folder = await temporaryFolder();
    const store = openCheckpoints({ folder, onDamaged: () => assert.fail('nothing is damaged') });
    const data = new Float32Array(3 * 1_048_576).fill(0.5);
    const { manifest } = checkpointAt(1);
    const count = async (work: () => Promise<unknown>): Promise<number> => {
      let turns = 0;
      let counting = true;
      const turn = () => {
        turns += 1;
        if (counting) setImmediate(turn);
      };
      setImmediate(turn);
      await work();
      counting = false;
      return turns;
    };
    const big = { manifest, tensors: { rows: { shape: [data.length], data } } };
    assert.ok((await count(() => store.save(big))) > 12, 'a turn a megabyte at least');
    assert.ok((await count(() => store.newest({ partition: 0 }))) > 12);
  });

  it('writes what is read where it is expected to stand', async () => {
    const folder = await temporaryFolder();
    const store = openCheckpoints({ folder, onDamaged: () => undefined });
    const { path } = await store.save(checkpointAt(7, 'v2', 3));
    assert.equal(path, join(folder, 'v2', 'p3-7.safetensors'));
    const file = await open(path, 'r');
    assert.equal((await file.stat()).mode & 0o777, 0o600, 'only the owner reads it');
    await file.close();
  });
});
