import assert from 'node:assert/strict';
import { access, writeFile } from 'node:fs/promises';
import { beforeEach, describe, it } from 'node:test';
import type { RunFiles } from '../../activities/training/run-files.ts';
import { checkpointAt } from './checkpoint-store.contract.ts';

/** What every keeper of run files keeps to. */
export function runFilesContract(name: string, open: () => Promise<RunFiles>): void {
  describe(`${name}, run files`, () => {
    let runs: RunFiles;
    beforeEach(async () => {
      runs = await open();
    });

    it('give back tensors, checkpoints and notes', async () => {
      const rows = { shape: [2], data: Uint32Array.of(3, 4) };
      const file = await runs.writeTensors('train-v2', 'dataset', { rows }, { cut: 5 });
      await runs.writeCheckpoint('train-v2', 'parent', checkpointAt(9));
      await runs.writeNote('train-v2', 'run.json', { version: 'v2' });
      await access(file.path);
      const dataset = await runs.read('train-v2', 'dataset');
      assert.deepEqual(dataset?.tensors['rows'], rows);
      assert.deepEqual(dataset.manifest.extra, { cut: 5 });
      assert.deepEqual(await runs.read('train-v2', 'parent'), checkpointAt(9));
      assert.deepEqual(await runs.readNote('train-v2', 'run.json'), { version: 'v2' });
    });

    it('write the same bytes for the same tensors', async () => {
      const rows = { shape: [2], data: Float32Array.of(3, 4) };
      const first = await runs.writeTensors('a', 'dataset', { rows }, { cut: 5 });
      const again = await runs.writeTensors('a', 'dataset', { rows }, { cut: 5 });
      assert.equal(again.sha256, first.sha256);
    });

    it('go one file at a time, or whole', async () => {
      await runs.writeNote('a', 'one', 1);
      await runs.writeNote('a', 'two', 2);
      await runs.remove('a', ['one', 'none']);
      assert.equal(await runs.readNote('a', 'one'), undefined);
      assert.equal(await runs.readNote('a', 'two'), 2);
      await runs.remove('a');
      await runs.remove('a');
      assert.equal(await runs.readNote('a', 'two'), undefined);
      assert.equal(await runs.read('a', 'parent'), undefined);
    });

    it('are listed by run', async () => {
      assert.deepEqual(await runs.list(), []);
      await runs.writeNote('b', 'one', 1);
      await runs.writeNote('a', 'one', 1);
      await runs.writeNote('a', 'two', 2);
      assert.deepEqual(await runs.list(), ['a', 'b']);
      await runs.remove('a');
      assert.deepEqual(await runs.list(), ['b']);
    });

    it('keep what a child wrote, and refuse to keep what it did not', async () => {
      const path = await runs.path('a', 'epoch-1');
      await assert.rejects(runs.keep('a', 'epoch-1'));
      await writeFile(path, 'from a child');
      await runs.keep('a', 'epoch-1');
      assert.equal(await runs.path('a', 'epoch-1'), path);
      await access(path);
    });

    it('refuse a damaged file and a run that would leave the folder', async () => {
      await writeFile(await runs.path('a', 'parent'), 'no tensors');
      await runs.keep('a', 'parent');
      await assert.rejects(runs.read('a', 'parent'), { code: 'DAMAGED' });
      await assert.rejects(runs.path('../a', 'parent'), { code: 'INVALID' });
    });
  });
}
