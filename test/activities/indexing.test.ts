import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createIndexingActivities } from '../../activities/indexing.ts';
import type { IndexingDeps } from '../../activities/indexing.ts';
import { ORIGIN } from '../../events/position.ts';
import type { IndexJob } from '../../projections/index-release.ts';
import { FAKE_MANIFEST } from '../doubles/fake-activities.ts';
import { sharedDoor } from '../doubles/fact-door.ts';
import { createMemoryJournal } from '../doubles/memory-journal.ts';
import { SILENT } from '../doubles/training-world.ts';

const INPUT = { release: 'r1', createdMs: 1, recall10Min: 0.99 };

/** The index activities of an instance of two partitions; each job of its builder is kept. */
function world(replaced: Partial<IndexingDeps> = {}) {
  const journal = createMemoryJournal(2);
  const jobs: IndexJob[] = [];
  const activities = createIndexingActivities({
    door: sharedDoor(journal),
    source: () => ({
      partitions: 2,
      indexInput: (partition) => ({
        ...{ version: 'v1', partition, sequence: 41, dimensions: 4, ids: ['x'] },
        rows: new Float32Array(5),
        queries: new Float32Array(5),
      }),
    }),
    survey: () => ({ version: 'v1', items: 2, partitions: [] }),
    builder: {
      build: (job, onProgress) => {
        jobs.push(job);
        onProgress({ stage: 'training', partition: 0, done: 0, total: 1 });
        return Promise.resolve(FAKE_MANIFEST);
      },
    },
    unavailable: undefined,
    useRelease: () => Promise.resolve(undefined),
    clock: () => 7,
    ...replaced,
  });
  return { journal, jobs, activities };
}

function run<T>(activity: () => Promise<T>): Promise<T> {
  const environment = new MockActivityEnvironment({}, { logger: SILENT });
  return environment.run<[], T, () => Promise<T>>(activity);
}

describe('the index activities', () => {
  it('build from every partition as it stands', async () => {
    const { activities, jobs } = world();
    assert.equal(await run(() => activities.buildRelease(INPUT)), FAKE_MANIFEST);
    assert.equal(jobs[0]?.release, 'r1');
    assert.deepEqual(
      jobs[0].inputs.map(({ partition }) => partition),
      [0, 1],
    );
  });

  it('announce a release once, in every partition', async () => {
    const { activities, journal } = world();
    const manifest = FAKE_MANIFEST;
    const announced = await run(() => activities.announceRelease({ manifest }));
    assert.deepEqual(announced, { positions: ['0:0', '1:0'] });
    assert.deepEqual(await run(() => activities.announceRelease({ manifest })), announced);
    const block = await journal.read(1, ORIGIN);
    assert.deepEqual(block?.fact(0), {
      ...{ kind: 'IndexReleased', release: 'r1', version: 'v1', sha256: 'd', recall10: 1 },
      timeMs: 7,
    });
  });

  it('say why a release is not in use', async () => {
    const manifest = FAKE_MANIFEST;
    const { activities } = world({ useRelease: () => Promise.resolve('no searcher') });
    const swap = await run(() => activities.swapSearch({ manifest }));
    assert.deepEqual(swap, { inUse: false, why: 'no searcher' });
  });

  it('refuse to build where Faiss is not there', async () => {
    const { activities } = world({ builder: undefined, unavailable: 'no faiss-node: set up' });
    await assert.rejects(
      run(() => activities.buildRelease(INPUT)),
      { type: 'INVALID', message: 'no faiss-node: set up' },
    );
  });
});
