import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStore } from '../../../activities/object-store.ts';
import type { MergeStore } from '../../../activities/merges/merge-store.ts';
import { openMerges } from '../../../adapters/cluster/merges.ts';
import { openObjectFolder } from '../../../adapters/cluster/objects/object-folder.ts';
import { RepriseError } from '../../../events/error.ts';
import type { Merge } from '../../../model/merge.ts';
import { packContribution } from '../../../model/merge-tensors.ts';
import { encodeCheckpoint } from '../../../model/safetensors.ts';
import { contributionOf, mergeStoreContract } from '../../contracts/merge-store.contract.ts';
import { MemoryObjects } from '../../doubles/memory-objects.ts';
import { temporaryFolder } from '../temporary-folder.ts';

function refuse(path: string): never {
  throw new Error(`${path} is damaged`);
}

const NEVER = new AbortController().signal;

const workerOf = (objects: ObjectStore, onDamaged: (path: string) => void = refuse) =>
  openMerges({ objects, partitions: 3, onDamaged });

/** Waits until a merge is durable, and nothing but it is there. */
async function isKept(objects: ObjectStore): Promise<void> {
  const isAlone = async (): Promise<boolean> => {
    const names = (await objects.list('')).map(({ name }) => name);
    return names.length === 1 && names[0]?.endsWith('merge.safetensors') === true;
  };
  while (!(await isAlone())) await sleep(5);
}

/** Waits until others can read this many contributions. */
async function told(objects: ObjectStore, count: number): Promise<void> {
  while ((await objects.list('')).length < count) await sleep(5);
}

const name = { version: 'v1', barrier: 1 };

/** The merge, as a partition waits for it. */
async function merged(worker: MergeStore): Promise<Merge> {
  const endMs = performance.now() + 30_000;
  for (;;) {
    const merge = await worker.read(name);
    if (merge !== undefined) return merge;
    assert.ok(performance.now() < endMs, 'it is never merged');
    await worker.missing(name);
    await worker.changed(name, NEVER);
  }
}

describe('the shared merge store', () => {
  mergeStoreContract(async () => {
    const root = await temporaryFolder();
    const reopen = () =>
      Promise.resolve(workerOf(openObjectFolder({ root, random: randomBytes, clock: Date.now })));
    const first = reopen();
    return { open: () => first, reopen };
  });

  it('merges what the workers contribute at once, to the same for all', async () => {
    const objects = new MemoryObjects();
    const workers = [0, 1, 2].map(() => workerOf(objects));
    await Promise.all(
      workers.map((worker, partition) => worker.contribute(contributionOf(partition, 1))),
    );
    const [first, ...others] = await Promise.all(workers.map((worker) => merged(worker)));
    assert.ok(first !== undefined);
    for (const other of others) assert.deepEqual(other, first);
    await isKept(objects);
    const names = (await objects.list('')).map((object) => object.name);
    assert.deepEqual(names, ['merges/v1/1/merge.safetensors']);
  });

  it('merges what a worker that died left whole', async () => {
    const objects = new MemoryObjects();
    for (const partition of [0, 1, 2]) {
      const content = encodeCheckpoint(packContribution(contributionOf(partition, 1)));
      await objects.put(`merges/v1/1/p${String(partition)}.safetensors`, content);
    }
    const worker = workerOf(objects);
    await worker.changed(name, new AbortController().signal);
    assert.equal((await worker.read(name))?.items.length, 4);
  });

  it('leaves a merge to whoever came last, and takes it when it is there', async () => {
    const objects = new MemoryObjects();
    let merges = 0;
    const put = async (...[file, content]: Parameters<ObjectStore['put']>) => {
      if (file.endsWith('merge.safetensors')) {
        merges += 1;
        await sleep(100);
      }
      return objects.put(file, content);
    };
    const slow: ObjectStore = {
      put,
      putNew: (file, content) => objects.putNew(file, content),
      read: (file) => objects.read(file),
      list: (prefix) => objects.list(prefix),
      remove: (file) => objects.remove(file),
      where: (file) => objects.where(file),
      close: () => objects.close(),
    };
    const [one, other] = [workerOf(slow), workerOf(slow)];
    await one.contribute(contributionOf(0, 1));
    await other.contribute(contributionOf(1, 1));
    const soon = [one.changed(name, NEVER), other.changed(name, NEVER)];
    const last = one.contribute(contributionOf(2, 1));
    await Promise.all(soon);
    const found = await Promise.all([one.read(name), one.read(name), other.read(name)]);
    assert.equal(merges, 1);
    for (const merge of found) assert.deepEqual(merge, found[0]);
    assert.equal(found[0]?.items.length, 4);
    await last;
  });

  it('takes what another worker merged while it read the contributions', async () => {
    const objects = new MemoryObjects();
    const others = workerOf(objects);
    for (const partition of [0, 1]) await others.contribute(contributionOf(partition, 1));
    await told(objects, 2);
    let isFirst = true;
    const racing = workerOf({
      put: (file, content) => objects.put(file, content),
      list: (prefix) => objects.list(prefix),
      remove: (file) => objects.remove(file),
      where: (file) => objects.where(file),
      putNew: (file, content) => objects.putNew(file, content),
      close: () => objects.close(),
      async *read(file) {
        if (isFirst) {
          isFirst = false;
          await others.contribute(contributionOf(2, 1));
          await isKept(objects);
          throw new RepriseError('UNAVAILABLE', 'it was replaced while it was read');
        }
        yield* objects.read(file);
      },
    });
    await racing.contribute(contributionOf(2, 1));
    assert.deepEqual(await merged(racing), await merged(others));
  });

  it('reports what is damaged, and takes it for lost', async () => {
    const objects = new MemoryObjects();
    const damaged: string[] = [];
    const worker = workerOf(objects, (path) => damaged.push(path));
    const first = workerOf(objects);
    await first.contribute(contributionOf(0, 1));
    await told(objects, 1);
    objects.overwrite('merges/v1/1/p0.safetensors', Buffer.from('other'));
    await worker.contribute(contributionOf(1, 1));
    await worker.contribute(contributionOf(2, 1));
    assert.equal(await worker.read(name), undefined);
    assert.deepEqual(damaged, ['memory:merges/v1/1/p0.safetensors']);
    assert.deepEqual(await worker.missing(name), [0]);
    await worker.contribute(contributionOf(0, 1));
    const merge = await worker.read(name);
    await isKept(objects);
    objects.overwrite('merges/v1/1/merge.safetensors', Buffer.from('other'));
    const other = workerOf(objects, (path) => damaged.push(path));
    assert.equal(await other.read(name), undefined);
    assert.deepEqual(await other.missing(name), [0, 1, 2]);
    assert.ok(merge !== undefined);
    await other.write(merge);
    assert.deepEqual(await workerOf(objects).read(name), merge);
  });
});
