import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MongoBulkWriteError, MongoNetworkError } from 'mongodb';
import type { Collection } from 'mongodb';
import { BlockInserts } from '../../../../adapters/cluster/mongo/block-inserts.ts';
import { blockId } from '../../../../adapters/cluster/mongo/mongo-blocks.ts';
import type { BlockDocument } from '../../../../adapters/cluster/mongo/mongo-blocks.ts';

const documentOf = (partition: number): BlockDocument => ({
  ...{ _id: blockId(partition, 0), count: 1, covers: null, uncovered: 0 },
  ...{ header: new Uint8Array(128), content: new Uint8Array(8) },
});

/** A collection whose inserts are answered by the test, one after the other. */
class HeldCollection {
  readonly groups: (readonly BlockDocument[])[] = [];
  readonly answers: ((error?: Error) => void)[] = [];

  insertMany(documents: readonly BlockDocument[]): Promise<void> {
    this.groups.push(documents);
    return new Promise((resolve, reject) => {
      this.answers.push((error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  get inserts(): BlockInserts {
    return new BlockInserts(this as unknown as Collection<BlockDocument>);
  }

  get sizes(): readonly number[] {
    return this.groups.map(({ length }) => length);
  }
}

/** What the driver throws where the documents at these places were refused. */
function refusal(...codes: readonly (readonly [number, number])[]): MongoBulkWriteError {
  const writeErrors = codes.map(([index, code]) => ({ index, code }));
  const result = { getWriteConcernError: () => undefined };
  const [first] = codes;
  const said = { message: 'refused', code: first?.[1] ?? 0, writeErrors };
  return new MongoBulkWriteError(said as never, result as never);
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('inserts of blocks', () => {
  it('take what comes while one is under way together', async () => {
    const collection = new HeldCollection();
    const { inserts } = collection;
    const first = inserts.add(documentOf(0));
    await turn();
    const rest = [1, 2, 3].map((partition) => inserts.add(documentOf(partition)));
    await turn();
    assert.deepEqual(collection.sizes, [1]);
    collection.answers[0]?.();
    assert.equal(await first, true);
    await turn();
    assert.deepEqual(collection.sizes, [1, 3]);
    collection.answers[1]?.();
    assert.deepEqual(await Promise.all(rest), [true, true, true]);
  });

  it('tell each block what became of it', async () => {
    const collection = new HeldCollection();
    const { inserts } = collection;
    const added = [0, 1, 2].map((partition) => inserts.add(documentOf(partition)));
    await turn();
    collection.answers[0]?.(refusal([1, 11000], [2, 14031]));
    const told = await Promise.allSettled(added);
    assert.deepEqual(told.slice(0, 2), [
      { status: 'fulfilled', value: true },
      { status: 'fulfilled', value: false },
    ]);
    assert.equal(told[2]?.status, 'rejected');
  });

  it('fail together where the outcome is not known', async () => {
    const collection = new HeldCollection();
    const { inserts } = collection;
    const added = [0, 1].map((partition) => inserts.add(documentOf(partition)));
    await turn();
    collection.answers[0]?.(new MongoNetworkError('the connection broke'));
    for (const { status } of await Promise.allSettled(added)) assert.equal(status, 'rejected');
    const next = inserts.add(documentOf(0));
    await turn();
    collection.answers[1]?.();
    assert.equal(await next, true);
  });
});
