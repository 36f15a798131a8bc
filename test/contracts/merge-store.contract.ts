import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { MergeStore } from '../../activities/merges/merge-store.ts';
import type { Contribution } from '../../model/merge.ts';

const NEVER = new AbortController().signal;

/** What a merge store's tests are run with. */
export interface MergeStoreSubject {
  /** Opens the store of a fresh place, or the one that was opened before, for three partitions. */
  open(): Promise<MergeStore>;
  /** Opens it again as another process would. */
  reopen(): Promise<MergeStore>;
}

/** A contribution of a partition: its own item, and one that all contribute to. */
export function contributionOf(partition: number, barrier: number, version = 'v1'): Contribution {
  return {
    ...{ version, partition, barrier, width: 2 },
    items: ['shared é', `own ${partition}`],
    base: Float32Array.of(1, 2, 10, 20),
    change: Float32Array.of(0.5, partition, 0.25, 1),
  };
}

async function contributeAll(
  store: MergeStore,
  barrier: number,
  order: readonly number[] = [0, 1, 2],
): Promise<void> {
  for (const partition of order) await store.contribute(contributionOf(partition, barrier));
}

/** Runs the contract of merge stores. */
export function mergeStoreContract(create: () => Promise<MergeStoreSubject>): void {
  it('gives a merge when all partitions have contributed, and says who is awaited', async () => {
    const store = await (await create()).open();
    const name = { version: 'v1', barrier: 1 };
    assert.deepEqual(await store.missing(name), [0, 1, 2]);
    await store.contribute(contributionOf(2, 1));
    await store.contribute(contributionOf(0, 1));
    await store.contribute(contributionOf(0, 1));
    assert.deepEqual(await store.missing(name), [1]);
    assert.equal(await store.read(name), undefined);
    await store.contribute(contributionOf(1, 1));
    assert.deepEqual(await store.missing(name), []);
    assert.deepEqual(await store.read(name), {
      ...{ version: 'v1', barrier: 1, width: 2 },
      items: ['shared é', 'own 0', 'own 1', 'own 2'],
      rows: Float32Array.of(2.5, 5, 10.25, 21, 10.25, 21, 10.25, 21),
    });
  });

  it('gives the same merge in whatever order contributions came', async () => {
    const store = await (await create()).open();
    await contributeAll(store, 1, [0, 1, 2]);
    const first = await store.read({ version: 'v1', barrier: 1 });
    const other = await (await create()).open();
    await contributeAll(other, 1, [2, 0, 1]);
    assert.deepEqual(await other.read({ version: 'v1', barrier: 1 }), first);
  });

  it('keeps a merge for another process, and passes later contributions to it over', async () => {
    const subject = await create();
    await contributeAll(await subject.open(), 3);
    const before = await (await subject.open()).read({ version: 'v1', barrier: 3 });
    const store = await subject.reopen();
    await store.contribute(contributionOf(1, 3));
    const name = { version: 'v1', barrier: 3 };
    // The one that merged makes it durable soon.
    const endMs = performance.now() + 30_000;
    while ((await store.missing(name)).length > 0) {
      assert.ok(performance.now() < endMs, 'the merge was never durable');
      await store.changed(name, NEVER);
    }
    assert.deepEqual(await store.read(name), before);
  });

  it('keeps versions apart', async () => {
    const store = await (await create()).open();
    await contributeAll(store, 1);
    assert.equal(await store.read({ version: 'v2', barrier: 1 }), undefined);
    assert.deepEqual(await store.missing({ version: 'v2', barrier: 1 }), [0, 1, 2]);
  });

  it('keeps a merge that was derived again', async () => {
    const store = await (await create()).open();
    const merge = {
      version: 'v1',
      barrier: 9,
      width: 2,
      items: ['a'],
      rows: Float32Array.of(1, 2),
    };
    await store.write(merge);
    assert.deepEqual(await store.read(merge), merge);
    assert.deepEqual(await store.missing(merge), []);
  });

  it('wakes who waits for a merge, and who no longer wants to', async () => {
    const store = await (await create()).open();
    const name = { version: 'v1', barrier: 1 };
    const woken = store.changed(name, NEVER);
    await contributeAll(store, 1);
    await woken;
    const end = new AbortController();
    const ended = store.changed({ ...name, barrier: 2 }, end.signal);
    end.abort();
    await ended;
  });

  it('drops the merges before a barrier, and keeps the others', async () => {
    const store = await (await create()).open();
    for (const barrier of [1, 2, 3]) await contributeAll(store, barrier);
    await store.prune('v1', 3);
    assert.equal(await store.read({ version: 'v1', barrier: 2 }), undefined);
    assert.notEqual(await store.read({ version: 'v1', barrier: 3 }), undefined);
    await store.prune('v7', 3);
  });
}
