import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { CheckpointStore } from '../../../activities/replay/checkpoint-store.ts';
import type { Fence } from '../../../activities/replay/fences.ts';
import type { ObjectStore } from '../../../activities/object-store.ts';
import { openCheckpoints } from '../../../adapters/cluster/checkpoints.ts';
import { ObjectCache } from '../../../adapters/cluster/objects/object-cache.ts';
import { openObjectFolder } from '../../../adapters/cluster/objects/object-folder.ts';
import { RepriseError } from '../../../events/error.ts';
import {
  checkpointAt,
  checkpointStoreContract,
} from '../../contracts/checkpoint-store.contract.ts';
import { MemoryObjects } from '../../doubles/memory-objects.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const fenceOf = (partition: number, number = 1): Fence => ({ partition, number, holder: 'test' });

checkpointStoreContract('the shared store', async () => {
  const root = await temporaryFolder();
  const damaged: string[] = [];
  const openAgain = () =>
    openCheckpoints({
      objects: openObjectFolder({ root, random: randomBytes, clock: Date.now }),
      fences: { check: () => Promise.resolve() },
      fenceOf,
      onDamaged: (path) => damaged.push(path),
    });
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

/** Movers of one partition, of which only the newest may write. */
class Movers {
  readonly objects = new MemoryObjects();
  newest = 0;

  take(check?: () => void): CheckpointStore {
    this.newest += 1;
    const own = this.newest;
    return openCheckpoints({
      objects: this.objects,
      fenceOf: (partition) => fenceOf(partition, own),
      fences: {
        check: (fence) => {
          check?.();
          if (fence.number === this.newest) return Promise.resolve();
          return Promise.reject(new RepriseError('FENCED', 'a newer mover took over'));
        },
      },
      onDamaged: () => assert.fail('nothing is damaged'),
    });
  }
}

/** The same objects with some of their ways changed. */
function changed(objects: ObjectStore, by: Partial<ObjectStore>): ObjectStore {
  return {
    put: (name, content) => objects.put(name, content),
    putNew: (name, content) => objects.putNew(name, content),
    read: (name) => objects.read(name),
    list: (prefix) => objects.list(prefix),
    remove: (name) => objects.remove(name),
    where: (name) => objects.where(name),
    close: () => objects.close(),
    ...by,
  };
}

const sequencesOf = async (store: CheckpointStore) =>
  (await store.list(0)).map(({ sequence }) => sequence);

describe('the shared checkpoints', () => {
  it('are taken by nobody who lost the partition, and by nobody who never had it', async () => {
    const movers = new Movers();
    const before = movers.take();
    await before.save(checkpointAt(10));
    const after = movers.take();
    await assert.rejects(before.save(checkpointAt(20)), { code: 'FENCED' });
    assert.deepEqual(await sequencesOf(after), [10]);
    const reader = openCheckpoints({
      objects: movers.objects,
      fenceOf: () => undefined,
      fences: { check: () => Promise.resolve() },
      onDamaged: () => undefined,
    });
    await assert.rejects(reader.save(checkpointAt(20)), { code: 'FENCED' });
    assert.equal((await reader.newest({ partition: 0 }))?.checkpoint.manifest.sequence, 10);
  });

  it('of versions beside the live one are found by nobody who recovers that', async () => {
    const objects = new MemoryObjects();
    const common = {
      ...{ objects, fenceOf, fences: { check: () => Promise.resolve() } },
      onDamaged: () => assert.fail('nothing is damaged'),
    };
    const live = openCheckpoints(common);
    const held = openCheckpoints({ ...common, folder: 'shadows' });
    await live.save(checkpointAt(10));
    await held.save(checkpointAt(20));
    assert.deepEqual([await sequencesOf(live), await sequencesOf(held)], [[10], [20]]);
    assert.equal((await held.newest({ partition: 0 }))?.checkpoint.manifest.sequence, 20);
  });

  it('are not published where the fence is lost while they are written', async () => {
    const movers = new Movers();
    let checks = 0;
    const store = movers.take(() => {
      checks += 1;
      if (checks === 2) movers.newest += 1;
    });
    await assert.rejects(store.save(checkpointAt(10)), { code: 'FENCED' });
    assert.deepEqual(await movers.objects.list(''), []);
  });

  it('of a paused mover stand behind those of its successors, and push none of them out', async () => {
    const movers = new Movers();
    let resume = (): void => undefined;
    const paused = new Promise<void>((resolve) => {
      resume = resolve;
    });
    const objects = changed(movers.objects, {
      put: async (name, content) => {
        // It is stopped after its last look at the fence, and goes on when another has the partition.
        await paused;
        return movers.objects.put(name, content);
      },
    });
    movers.newest = 1;
    const stale = openCheckpoints({
      objects,
      fenceOf: (partition) => fenceOf(partition, 1),
      fences: { check: () => Promise.resolve() },
      onDamaged: () => undefined,
    });
    const saving = stale.save(checkpointAt(900));
    const successor = movers.take();
    for (const sequence of [100, 200, 300]) await successor.save(checkpointAt(sequence));
    resume();
    await saving;
    assert.deepEqual(await sequencesOf(successor), [300, 200, 100]);
    assert.equal((await successor.newest({ partition: 0 }))?.checkpoint.manifest.sequence, 300);
  });

  it('are not begun anew where the store is away', async () => {
    const away = { next: () => Promise.reject(new RepriseError('UNAVAILABLE', 'away')) };
    const store = openCheckpoints({
      objects: changed(new MemoryObjects(), {
        read: () => ({ [Symbol.asyncIterator]: () => away }),
      }),
      fences: { check: () => Promise.resolve() },
      fenceOf,
      onDamaged: () => assert.fail('nothing is damaged'),
    });
    await store.save(checkpointAt(1));
    await assert.rejects(store.newest({ partition: 0 }), { code: 'UNAVAILABLE' });
  });
});

describe('the cache of objects', () => {
  const opened = async (cacheBytesMax: number) => {
    const folder = await temporaryFolder();
    const objects = new MemoryObjects();
    const troubles: string[] = [];
    let nowMs = 1_000_000;
    let reads = 0;
    const cache = new ObjectCache({
      ...{ folder, random: randomBytes, cacheBytesMax, onTrouble: (why) => troubles.push(why) },
      objects: {
        read: (name) => {
          reads += 1;
          return objects.read(name);
        },
      },
      clock: () => (nowMs += 1_000),
    });
    const put = async (name: string, text: string) => {
      await objects.put(name, [Buffer.from(text)]);
      const [listed] = (await objects.list('')).filter((one) => one.name === name);
      assert.ok(listed !== undefined);
      return listed;
    };
    return { cache, folder, troubles, put, reads: () => reads };
  };

  it('reads an object once, and again when it was replaced', async () => {
    const { cache, put, reads } = await opened(1_000);
    const first = await put('a', 'one');
    for (let i = 0; i < 3; i += 1) assert.equal(String(await cache.read(first)), 'one');
    assert.equal(reads(), 1);
    assert.equal(String(await cache.read(await put('a', 'two'))), 'two');
    assert.equal(reads(), 2);
  });

  it('stays within its bytes, the least used going first', async () => {
    const { cache, folder, put, reads } = await opened(10);
    const [a, b, c] = [await put('a', 'aaaa'), await put('b', 'bbbb'), await put('c', 'cccc')];
    for (const object of [a, b, a, c]) await cache.read(object);
    assert.equal((await readdir(folder)).length, 2);
    await cache.read(a);
    assert.equal(reads(), 3);
    await cache.read(b);
    assert.equal(reads(), 4);
    assert.equal(String(await cache.read(await put('d', 'too large for it'))), 'too large for it');
  });

  it('notices a damaged copy, says so, and takes another', async () => {
    const { cache, folder, troubles, put } = await opened(1_000);
    const object = await put('a', 'one');
    await cache.read(object);
    const [name = ''] = await readdir(folder);
    await writeFile(`${folder}/${name}`, 'onf');
    assert.equal(String(await cache.read(object)), 'one');
    assert.match(troubles.join(), /was damaged: it is fetched again/);
  });

  it('goes on without keeping where its folder cannot be had', async () => {
    const folder = `${await temporaryFolder()}/file`;
    await writeFile(folder, '');
    const objects = new MemoryObjects();
    const troubles: string[] = [];
    const onTrouble = (why: string) => troubles.push(why);
    const cache = new ObjectCache({
      objects,
      folder,
      random: randomBytes,
      clock: () => 1,
      onTrouble,
    });
    const { tag } = await objects.put('a', [Buffer.from('x')]);
    assert.equal(String(await cache.read({ name: 'a', bytes: 1, tag })), 'x');
    assert.ok(troubles.length > 0);
  });
});
