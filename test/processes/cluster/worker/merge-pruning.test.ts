import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PartitionNote } from '../../../../activities/replay/fences.ts';
import { CHECKPOINTS_KEPT_MAX } from '../../../../adapters/checkpoint-naming.ts';
import type { CheckpointManifest } from '../../../../model/checkpoint.ts';
import { KeptBarriers } from '../../../../processes/cluster/worker/kept-barriers.ts';
import { neededFrom, pruneMerges } from '../../../../processes/cluster/worker/merge-pruning.ts';
import { createLogger } from '../../../../processes/logger.ts';

function note(partition: number, keptBarrier?: number, version = 'v1'): PartitionNote {
  return {
    fence: { partition, number: 1, holder: 'worker' },
    ...{ version, position: 100, barrier: 9, toldMs: 0 },
    ...(keptBarrier !== undefined && { keptBarrier }),
  };
}

function savedAt(version: string, barrier: number): CheckpointManifest {
  return { version, extra: { barrier } } as unknown as CheckpointManifest;
}

describe('the barriers of kept checkpoints', () => {
  it('are known once as many are saved as are kept, the oldest first', () => {
    const kept = new KeptBarriers();
    for (let n = 1; n < CHECKPOINTS_KEPT_MAX; n += 1) kept.saved(savedAt('v1', n));
    assert.equal(kept.oldest('v1'), undefined);
    kept.saved(savedAt('v1', CHECKPOINTS_KEPT_MAX));
    assert.equal(kept.oldest('v1'), 1);
    kept.saved(savedAt('v1', 50));
    assert.equal(kept.oldest('v1'), 2);
  });

  it('are those of one version', () => {
    const kept = new KeptBarriers();
    for (let n = 1; n <= CHECKPOINTS_KEPT_MAX; n += 1) kept.saved(savedAt('v1', n));
    kept.saved(savedAt('v2', 60));
    assert.equal(kept.oldest('v1'), undefined);
    assert.equal(kept.oldest('v2'), undefined);
  });
});

describe('the merges that are needed', () => {
  it('begin at the oldest kept checkpoint of all partitions', () => {
    assert.deepEqual(neededFrom([note(0, 7), note(1, 3), note(2, 9)], 3), {
      ...{ version: 'v1', barrier: 3 },
    });
  });

  it('are all of them while a partition is not told of, knows too little, or is of another version', () => {
    assert.equal(neededFrom([], 2), undefined);
    assert.equal(neededFrom([note(0, 7)], 2), undefined);
    assert.equal(neededFrom([note(0, 7), note(1)], 2), undefined);
    assert.equal(neededFrom([note(0, 7), note(1, 7, 'v2')], 2), undefined);
  });

  it('are the only ones left while partition 0 is held here', async () => {
    const over = new AbortController();
    const pruned: (readonly [string, number])[] = [];
    const ways = {
      ...{ partitions: 2, logger: createLogger('silent') },
      notes: () => Promise.resolve([note(0, 7), note(1, 5)]),
      merges: {
        prune: (version: string, before: number) => {
          pruned.push([version, before]);
          over.abort();
          return Promise.resolve();
        },
      },
    };
    await pruneMerges({ ...ways, isFirst: () => true }, over.signal);
    assert.deepEqual(pruned, [['v1', 5]]);
    const other = new AbortController();
    const isFirst = (): boolean => {
      other.abort();
      return false;
    };
    await pruneMerges({ ...ways, isFirst }, other.signal);
    assert.equal(pruned.length, 1);
  });
});
