import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { MongoServerError } from 'mongodb';
import { openJournal } from '../../adapters/cluster/journal.ts';
import { connectMongo } from '../../adapters/cluster/mongo/mongo.ts';
import { connectError, repriseError } from '../../adapters/cluster/mongo/mongo-errors.ts';
import { hasCode } from '../../events/error.ts';
import type { Appended } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import { entryOf } from '../doubles/facts.ts';
import { useOwnStack } from './stack.ts';

const BOUNDS = { serverSelectionMsMax: 400, socketMsMax: 1_000 };
const SECRET = 'hunter2';

/** Fails unless connecting fails within a few of its bounds, with this code and without a word of the password. */
async function assertRefused(url: string, code: string, message: RegExp): Promise<void> {
  const startedMs = performance.now();
  await assert.rejects(connectMongo({ url, bounds: BOUNDS }), (error: Error) => {
    assert.ok(hasCode(error, code as 'INVALID'), error.message);
    assert.match(error.message, message);
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error)}`, new RegExp(SECRET));
    return true;
  });
  assert.ok(performance.now() - startedMs < 5_000);
}

describe('a connection to MongoDB', () => {
  it('fails in time where nobody listens or nobody answers, and says where', async (t) => {
    const silent = createServer();
    silent.listen(0, '127.0.0.1');
    t.after(() => silent.close());
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as AddressInfo;
    const url = `mongodb://anna:${SECRET}@127.0.0.1:${String(port)}`;
    await assertRefused(url, 'UNAVAILABLE', new RegExp(`127.0.0.1:${String(port)} cannot be had`));
    await assertRefused('mongodb://127.0.0.1:1', 'UNAVAILABLE', /127.0.0.1:1 cannot be had/);
  });

  it('tells an address that cannot be used', async () => {
    await assertRefused(`http://anna:${SECRET}@127.0.0.1`, 'INVALID', /address/);
    await assertRefused(`mongodb://anna:${SECRET}@127.0.0.1/?colour=red`, 'INVALID', /colour/);
  });

  it('tells refused credentials, a full disk and an outage apart', () => {
    const said = (code: number): MongoServerError =>
      new MongoServerError({ message: 'no', code, errmsg: 'no' });
    const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
    assert.equal(codeOf(connectError(said(18), 'there')), 'INVALID');
    assert.match(
      (connectError(said(18), 'there') as Error).message,
      /there refuses the credentials/,
    );
    assert.equal(codeOf(repriseError(said(13), 'there')), 'UNAVAILABLE');
    assert.match((repriseError(said(14031), 'there') as Error).message, /disk .* full/);
    assert.equal(codeOf(repriseError(said(10107), 'there')), 'UNAVAILABLE');
    const other = said(2);
    assert.equal(repriseError(other, 'there'), other);
  });
});

describe('a journal whose MongoDB is killed', () => {
  it('refuses in time, and goes on without a gap when it is back', async (t) => {
    const stack = await useOwnStack('mongo');
    const url = stack.value('REPRISE_MONGO_URL');
    const connection = await connectMongo({ url, bounds: BOUNDS });
    const options = { connection, database: 'reprise', partitions: 1, clock: (): number => 0 };
    const journal = await openJournal(options);
    const append = (from: number, to: number): Promise<readonly Appended[]> => {
      const entries = Array.from({ length: to - from }, (_, i) => entryOf(from + i));
      return journal.appendCovering(0, entries, { from, to: to - 1 });
    };
    await append(0, 20);
    await stack.kill('mongo');
    await assert.rejects(append(20, 30), { code: 'UNAVAILABLE' });
    await assert.rejects(journal.changed(0, sequence(19), new AbortController().signal), {
      code: 'UNAVAILABLE',
    });
    await stack.start('mongo');
    const uncovered = await journal.uncovered(0);
    t.diagnostic(`after the kill the first offset to read again is ${String(uncovered)}`);
    const appended = await append(uncovered, 30);
    assert.deepEqual(
      appended.map(({ positions }) => positions[0]?.sequence),
      Array.from({ length: 30 - uncovered }, (_, i) => uncovered + i),
    );
    let rows = 0;
    for (let after = ORIGIN; after < 29;) {
      const block = await journal.read(0, after);
      assert.ok(block !== undefined);
      rows += block.count;
      after = sequence(block.firstSequence + block.count - 1);
    }
    assert.equal(rows, 30);
    await journal.close();
    await connection.close();
    await stack.end();
  });
});
