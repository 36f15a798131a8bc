import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changeTriesMax, FollowedRecord } from '../../activities/followed-record.ts';
import { RepriseError } from '../../events/error.ts';
import { MemoryKeptRecord } from '../doubles/memory-kept-record.ts';

type Numbers = readonly number[];

const added = (number: number) => (value: Numbers) => ({
  value: [...value, number],
  result: value.length,
});

describe('a followed record', () => {
  it('takes what others changed when it is told to look', async () => {
    const record = new MemoryKeptRecord<Numbers>();
    const [one, other] = [
      await FollowedRecord.open(record, []),
      await FollowedRecord.open(record, []),
    ];
    assert.equal(await one.change(added(1)), 0);
    assert.deepEqual([one.value, other.value], [[1], []]);
    await other.refresh();
    assert.deepEqual(other.value, [1]);
  });

  it('keeps what it knew while its store is away, and changes nothing then', async () => {
    const record = new MemoryKeptRecord<Numbers>();
    const followed = await FollowedRecord.open(record, []);
    await followed.change(added(1));
    record.trouble = new RepriseError('UNAVAILABLE', 'the server is away');
    await assert.rejects(followed.refresh(), { code: 'UNAVAILABLE' });
    await assert.rejects(followed.change(added(2)), { code: 'UNAVAILABLE' });
    assert.deepEqual(followed.value, [1]);
    record.trouble = undefined;
    assert.equal(await followed.change(added(3)), 1);
    assert.deepEqual(followed.value, [1, 3]);
  });

  it('decides anew on what another wrote meanwhile', async () => {
    const record = new MemoryKeptRecord<Numbers>();
    const followed = await FollowedRecord.open(record, []);
    let others = 3;
    record.beforeWrite = async () => {
      if (others === 0) return;
      others -= 1;
      const before = record.beforeWrite;
      record.beforeWrite = () => Promise.resolve();
      const kept = await record.read();
      await record.write([...(kept?.value ?? []), 10 + others], kept?.revision ?? 0);
      record.beforeWrite = before;
    };
    assert.equal(await followed.change(added(1)), 3);
    assert.deepEqual(followed.value, [12, 11, 10, 1]);
  });

  it('gives up where others always come first, and where nothing is to change writes nothing', async () => {
    const record = new MemoryKeptRecord<Numbers>();
    const followed = await FollowedRecord.open(record, []);
    let writes = 0;
    record.beforeWrite = async () => {
      writes += 1;
      if (writes % 2 === 0) return;
      await record.write([writes], await record.revision());
    };
    await assert.rejects(followed.change(added(1)), { code: 'UNAVAILABLE' });
    assert.equal(writes, 2 * changeTriesMax);
    assert.equal(await followed.change(() => ({ result: 'none' })), 'none');
    assert.equal(writes, 2 * changeTriesMax);
  });
});
