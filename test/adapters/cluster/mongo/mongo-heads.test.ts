import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EMPTY_END } from '../../../../adapters/cluster/mongo/mongo-blocks.ts';
import type { StoredEnd } from '../../../../adapters/cluster/mongo/mongo-blocks.ts';
import { MongoHeads, POLL_BOUNDS } from '../../../../adapters/cluster/mongo/mongo-heads.ts';
import { sequence } from '../../../../events/position.ts';

/** Chains of blocks of one event each, with the questions that were asked of them. */
function chainsOf(...counts: readonly number[]) {
  const asked = { ends: 0, followings: 0 };
  const endAt = (count: number): StoredEnd =>
    count === 0
      ? EMPTY_END
      : { ...EMPTY_END, head: sequence(count - 1), firstSequence: sequence(count - 1) };
  const blocks = {
    end: (partition: number) => {
      asked.ends += 1;
      return Promise.resolve(endAt(counts[partition] ?? 0));
    },
    following: (ends: ReadonlyMap<number, StoredEnd>) => {
      asked.followings += 1;
      const found = [...ends].filter(([partition, { head }]) => head + 1 < counts[partition]!);
      return Promise.resolve(
        new Map(found.map(([partition, { head }]) => [partition, endAt(head + 2)])),
      );
    },
    stands: () => Promise.resolve(true),
  };
  const heads = new MongoHeads({ epoch: () => 1 }, blocks, counts.length, POLL_BOUNDS);
  return { heads, asked };
}

describe('the heads of a journal in MongoDB', () => {
  it('follows a few blocks one by one', async () => {
    const { heads, asked } = chainsOf(3, 0);
    assert.equal(await heads.refresh([0, 1]), true);
    assert.deepEqual(heads.heads(), [2, -1]);
    assert.equal(asked.ends, 0);
    assert.equal(await heads.refresh([0, 1]), false);
  });

  it('takes what its writer tells of where it continues the chain, and nothing else', () => {
    const { heads, asked } = chainsOf(0, 0);
    const told = { ...EMPTY_END, partition: 0, count: 3, hash: new Uint8Array(32).fill(1) };
    const header = { ...told, previous: EMPTY_END.hash, firstSequence: sequence(0) };
    heads.hear({ ...header, firstSequence: sequence(1) } as never, 9);
    heads.hear({ ...header, previous: new Uint8Array(32).fill(2) } as never, 9);
    assert.deepEqual(heads.heads(), [-1, -1]);
    heads.hear(header as never, 9);
    assert.deepEqual(heads.heads(), [2, -1]);
    assert.equal(heads.end(0).uncovered, 9);
    assert.equal(asked.ends + asked.followings, 0);
  });

  it('looks up where a chain ends that others moved far', async () => {
    const { heads, asked } = chainsOf(10_000, 2);
    assert.equal(await heads.refresh([0, 1]), true);
    assert.deepEqual(heads.heads(), [9_999, 1]);
    assert.equal(asked.ends, 1);
    assert.ok(asked.followings < 20, `${String(asked.followings)} questions`);
  });
});
