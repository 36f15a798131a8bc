import assert from 'node:assert/strict';
import { access, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { openRuns } from '../../adapters/embedded/runs.ts';
import { checkpointAt } from '../contracts/checkpoint-store.contract.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('the embedded run folders', () => {
  it('give back tensors, checkpoints and notes', async () => {
    const runs = openRuns({ folder: await temporaryFolder() });
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
    const runs = openRuns({ folder: await temporaryFolder() });
    const rows = { shape: [2], data: Float32Array.of(3, 4) };
    const first = await runs.writeTensors('a', 'dataset', { rows }, { cut: 5 });
    const again = await runs.writeTensors('a', 'dataset', { rows }, { cut: 5 });
    assert.equal(again.sha256, first.sha256);
  });

  it('go one file at a time, or whole', async () => {
    const runs = openRuns({ folder: await temporaryFolder() });
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

  it('refuse a damaged file and a run that would leave the folder', async () => {
    const runs = openRuns({ folder: await temporaryFolder() });
    await writeFile(await runs.path('a', 'parent'), 'no tensors');
    await assert.rejects(runs.read('a', 'parent'), { code: 'DAMAGED' });
    await assert.rejects(runs.path('../a', 'parent'), { code: 'INVALID' });
  });
});
