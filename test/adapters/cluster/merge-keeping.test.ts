import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import {
  MergeKeeping,
  mergesKeptAtOnceMax,
  unkeptMergesMax,
} from '../../../adapters/cluster/merge-keeping.ts';
import type { Merge } from '../../../model/merge.ts';

const mergeOf = (barrier: number): Merge => ({ version: 'v1', barrier }) as unknown as Merge;

describe('making merges durable', () => {
  it('has a few under way at a time, and one that takes long holds no other up', async () => {
    const underWay = new Map<number, () => void>();
    let most = 0;
    const keeping = new MergeKeeping({
      keep: ({ barrier }) =>
        new Promise((resolve) => {
          underWay.set(barrier, resolve);
          most = Math.max(most, underWay.size);
        }),
      isKept: () => Promise.resolve(false),
      onUnkept: () => assert.fail('nothing failed'),
    });
    const barriers = unkeptMergesMax - 1;
    for (let barrier = 1; barrier <= barriers; barrier += 1) keeping.add(mergeOf(barrier), true);
    await keeping.room();
    const order: number[] = [];
    while (order.length < barriers - 1) {
      for (const [barrier, kept] of underWay) {
        if (barrier === 1) continue;
        underWay.delete(barrier);
        order.push(barrier);
        kept();
      }
      await turn();
    }
    assert.equal(most, mergesKeptAtOnceMax);
    assert.deepEqual(
      order,
      [...order].sort((one, other) => one - other),
    );
    let isIdle = false;
    const idle = keeping.idle().then(() => {
      isIdle = true;
    });
    await turn();
    assert.equal(isIdle, false, 'the first is not durable');
    underWay.get(1)?.();
    await idle;
  });

  it('refuses more while too many wait', async () => {
    const keeping = new MergeKeeping({
      keep: () => new Promise(() => undefined),
      isKept: () => Promise.resolve(false),
      onUnkept: () => undefined,
    });
    for (let barrier = 1; barrier <= unkeptMergesMax; barrier += 1) {
      keeping.add(mergeOf(barrier), true);
    }
    await assert.rejects(keeping.room(), { code: 'UNAVAILABLE' });
  });
});
