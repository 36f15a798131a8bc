import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import type { ObjectStore } from '../../../activities/object-store.ts';
import type { RunFiles } from '../../../activities/training/run-files.ts';
import { openRuns, RUN_COPIES_MAX } from '../../../adapters/cluster/runs.ts';
import { checkpointAt } from '../../contracts/checkpoint-store.contract.ts';
import { runFilesContract } from '../../contracts/run-files.contract.ts';
import { MemoryObjects } from '../../doubles/memory-objects.ts';
import { temporaryFolder } from '../temporary-folder.ts';

async function machine(objects: ObjectStore): Promise<RunFiles> {
  return openRuns({ objects, folder: await temporaryFolder(), random: randomBytes });
}

runFilesContract('the shared runs', () => machine(new MemoryObjects()));

describe('the shared run files', () => {
  it('go on on another machine with every file that was kept', async () => {
    const objects = new MemoryObjects();
    const [one, other] = [await machine(objects), await machine(objects)];
    await one.writeCheckpoint('a', 'parent', checkpointAt(3));
    await writeFile(await one.path('a', 'epoch-1'), 'first');
    await one.keep('a', 'epoch-1');
    assert.equal(await readFile(await other.path('a', 'epoch-1'), 'utf8'), 'first');
    assert.deepEqual(await other.read('a', 'parent'), checkpointAt(3));
    await writeFile(await other.path('a', 'epoch-1'), 'again');
    await other.keep('a', 'epoch-1');
    assert.equal(await readFile(await one.path('a', 'epoch-1'), 'utf8'), 'again');
  });

  it('forget what was not kept, and what another machine removed', async () => {
    const objects = new MemoryObjects();
    const [one, other] = [await machine(objects), await machine(objects)];
    const path = await one.path('a', 'epoch-1');
    await writeFile(path, 'half');
    assert.equal(await one.path('a', 'epoch-1'), path);
    await assert.rejects(access(path), { code: 'ENOENT' });
    await one.writeCheckpoint('a', 'parent', checkpointAt(3));
    await other.remove('a');
    assert.equal(await one.read('a', 'parent'), undefined);
  });

  it('fetch a copy again that was changed in its length', async () => {
    const runs = await machine(new MemoryObjects());
    const { path } = await runs.writeCheckpoint('a', 'parent', checkpointAt(3));
    await writeFile(path, 'cut');
    assert.deepEqual(await runs.read('a', 'parent'), checkpointAt(3));
  });

  it('hold copies of few runs on a machine', async () => {
    const runs = await machine(new MemoryObjects());
    for (let run = 0; run < RUN_COPIES_MAX + 3; run += 1) {
      await runs.writeCheckpoint(`run-${String(run)}`, 'parent', checkpointAt(run));
    }
    const root = dirname(dirname(await runs.path('run-6', 'parent')));
    assert.equal((await readdir(root)).length, RUN_COPIES_MAX);
    assert.deepEqual(await runs.read('run-0', 'parent'), checkpointAt(0), 'it comes again');
  });
});
