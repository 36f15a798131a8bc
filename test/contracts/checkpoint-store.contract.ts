import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { CheckpointStore } from '../../activities/replay/checkpoint-store.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';

/** A store in a place of its own, and ways to do harm to what it keeps. */
export interface OpenedCheckpoints {
  readonly store: CheckpointStore;
  /** What was reported as damaged. */
  readonly damaged: readonly string[];
  /** Opens the same place again. */
  readonly reopen: () => CheckpointStore;
  /** Flips one bit of a kept file, counted from its end. */
  readonly flip: (path: string, fromEnd: number) => Promise<void>;
  /** Cuts a kept file to a length. */
  readonly cut: (path: string, bytes: number) => Promise<void>;
}

/** A checkpoint whose tensors follow from its sequence. */
export function checkpointAt(sequence: number, version = 'v1', partition = 0): Checkpoint {
  const data = Float32Array.from({ length: 12 }, (_, at) => sequence + at / 10);
  return {
    manifest: {
      ...{ version, partition, sequence, settings: { dimensions: 4 } },
      ...{ parent: null, createdMs: 1, extra: { events: sequence + 1 } },
    },
    tensors: { rows: { shape: [3, 4], data }, ids: { shape: [2], data: Uint8Array.of(1, 2) } },
  };
}

/** What every checkpoint store keeps to. */
export function checkpointStoreContract(
  name: string,
  open: () => Promise<OpenedCheckpoints>,
): void {
  describe(`${name}, a checkpoint store`, () => {
    let opened: OpenedCheckpoints;
    beforeEach(async () => {
      opened = await open();
    });

    it('has nothing at first', async () => {
      assert.equal(await opened.store.newest({ partition: 0 }), undefined);
      assert.deepEqual(await opened.store.list(0), []);
    });

    it('gives back what was saved, bit for bit, opened again as well', async () => {
      const saved = await opened.store.save(checkpointAt(41));
      const loaded = await opened.reopen().newest({ partition: 0 });
      assert.deepEqual(loaded?.checkpoint, checkpointAt(41));
      assert.equal(loaded.saved.sha256, saved.sha256);
      assert.equal(loaded.saved.bytes, saved.bytes);
      assert.match(saved.sha256, /^[0-9a-f]{64}$/);
    });

    it('finds the newest by version, partition and bound', async () => {
      for (const sequence of [10, 20, 30]) await opened.store.save(checkpointAt(sequence));
      await opened.store.save(checkpointAt(25, 'v2'));
      await opened.store.save(checkpointAt(99, 'v1', 1));
      const sequenceOf = async (query: Parameters<CheckpointStore['newest']>[0]) =>
        (await opened.store.newest(query))?.checkpoint.manifest.sequence;
      assert.equal(await sequenceOf({ partition: 0 }), 30);
      assert.equal(await sequenceOf({ partition: 0, atMost: 29 }), 25);
      assert.equal(await sequenceOf({ partition: 0, atMost: 29, version: 'v1' }), 20);
      assert.equal(await sequenceOf({ partition: 0, version: 'v2' }), 25);
      assert.equal(await sequenceOf({ partition: 0, atMost: 9 }), undefined);
      assert.equal(await sequenceOf({ partition: 1 }), 99);
    });

    it('keeps the newest three of each version and partition', async () => {
      for (const sequence of [1, 2, 3, 4, 5]) await opened.store.save(checkpointAt(sequence));
      await opened.store.save(checkpointAt(1, 'v2'));
      await opened.store.save(checkpointAt(1, 'v1', 1));
      const kept = (await opened.store.list(0)).map(({ version, sequence }) => [version, sequence]);
      assert.deepEqual(kept, [
        ['v1', 5],
        ['v1', 4],
        ['v1', 3],
        ['v2', 1],
      ]);
      assert.equal((await opened.store.list(1)).length, 1);
    });

    it('falls back to the one before where a byte was changed, and says so', async () => {
      await opened.store.save(checkpointAt(10));
      const newest = await opened.store.save(checkpointAt(20));
      await opened.flip(newest.path, 3);
      const loaded = await opened.store.newest({ partition: 0 });
      assert.equal(loaded?.checkpoint.manifest.sequence, 10);
      assert.deepEqual(opened.damaged, [newest.path]);
    });

    it('falls back through several that were cut short, to none at last', async () => {
      const paths: string[] = [];
      for (const sequence of [10, 20, 30]) {
        paths.unshift((await opened.store.save(checkpointAt(sequence))).path);
      }
      for (const [at, path] of paths.entries()) await opened.cut(path, at * 40);
      assert.equal(await opened.store.newest({ partition: 0 }), undefined);
      assert.deepEqual(opened.damaged, paths);
    });

    it('replaces the checkpoint of the same sequence', async () => {
      await opened.store.save(checkpointAt(10));
      const { manifest, tensors } = checkpointAt(10);
      const again = { manifest: { ...manifest, createdMs: 2 }, tensors };
      await opened.store.save(again);
      assert.deepEqual((await opened.store.newest({ partition: 0 }))?.checkpoint, again);
      assert.equal((await opened.store.list(0)).length, 1);
    });

    it('refuses a version whose name would leave its place', async () => {
      await assert.rejects(opened.store.save(checkpointAt(1, '../v1')), { code: 'INVALID' });
    });
  });
}
