import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BSON } from 'mongodb';
import type { UpdateFilter } from 'mongodb';
import { openJournal } from '../../adapters/cluster/journal.ts';
import type { ClusterJournal } from '../../adapters/cluster/journal.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo/mongo.ts';
import type { BlockDocument } from '../../adapters/cluster/mongo/mongo-blocks.ts';
import { RepriseError } from '../../events/error.ts';
import type { Fact } from '../../events/fact.ts';
import {
  blankedOf,
  factsWithKeys,
  redactableEntry,
  redactableSealed,
  redactableUser,
  redactingJournalContract,
} from '../contracts/redacting-journal.contract.ts';
import { databaseName, mongoOfStack } from './mongo-databases.ts';

/** Longer than another process takes a blanked event for known. */
const KNOWN_MS = 1_100;

let connection: MongoConnection;

before(async () => {
  connection = await mongoOfStack();
});
after(() => connection.close());

/** Opens the journal of a database as another process would. */
function opened(database: string, by = connection): Promise<ClusterJournal> {
  return openJournal({ connection: by, database, partitions: 2, clock: () => 0 });
}

const drop = (database: string): Promise<boolean> => connection.database(database).dropDatabase();

redactingJournalContract('the MongoDB journal', async () => {
  const database = databaseName('redacting');
  const journal = await opened(database);
  return {
    journal,
    close: async () => {
      await journal.close();
      await drop(database);
    },
  };
});

/** A journal of a partition's worth of events, in blocks of seven that cover offsets. */
async function covered(database: string): Promise<ClusterJournal> {
  const journal = await opened(database);
  for (let block = 0; block < 12; block += 1) {
    const numbers = Array.from({ length: 7 }, (_, at) => 2 * (7 * block + at));
    const entries = numbers.map((n) => redactableEntry(n));
    const offsets = { from: 7 * block, to: 7 * block + 6 };
    await journal.appendCovering(0, entries, offsets);
  }
  return journal;
}

function documentsOf(database: string): Promise<BlockDocument[]> {
  const blocks = connection.database(database).collection<BlockDocument>('blocks');
  return blocks.find({}).sort({ _id: 1 }).toArray();
}

/** All that a database holds, of every collection. */
async function bytesOf(database: string): Promise<Buffer> {
  const found: Buffer[] = [];
  for (const { name } of await connection.database(database).listCollections().toArray()) {
    const documents = await connection.database(database).collection(name).find({}).toArray();
    found.push(...documents.map((one) => Buffer.from(BSON.serialize(one))));
  }
  return Buffer.concat(found);
}

/** Whether bytes hold any that an event alone has. */
function holds(bytes: Buffer, n: number): boolean {
  const own = [redactableSealed(n), redactableEntry(n).key];
  return own.some((each) => bytes.includes(Buffer.from(each)));
}

/** A connection whose operations fail after so many. */
function failingAfter(operations: number): MongoConnection {
  let left = operations;
  return {
    where: connection.where,
    database: (name) => connection.database(name),
    epoch: () => connection.epoch(),
    close: () => Promise.resolve(),
    run: (operation) => {
      left -= 1;
      if (left < 0) throw new RepriseError('UNAVAILABLE', 'the process was killed');
      return connection.run(operation);
    },
  };
}

describe('blanking events in MongoDB', () => {
  it('leaves no byte of theirs in any collection, and headers and offsets as they were', async () => {
    const database = databaseName('redacting');
    const journal = await covered(database);
    const earlier = await documentsOf(database);
    const all = await bytesOf(database);
    for (let n = 0; n < 168; n += 2) assert.ok(holds(all, n), `${String(n)} is found`);
    await journal.redact([redactableUser(1)]);
    const left = await bytesOf(database);
    for (let n = 0; n < 168; n += 2) assert.equal(holds(left, n), n % 5 !== 1, String(n));
    const rest = ({ _id, header, count, covers, uncovered }: BlockDocument): unknown => [
      ...[_id, Buffer.from(header).toString('hex'), count, covers, uncovered],
    ];
    assert.deepEqual((await documentsOf(database)).map(rest), earlier.map(rest));
    assert.equal(await journal.uncovered(0), 84);
    await journal.close();
    await drop(database);
  });

  it('is heard of by a process that has the keys in memory', async () => {
    const database = databaseName('redacting');
    const writer = await covered(database);
    const [known] = await writer.appendCovering(0, [redactableEntry(6)], { from: 84, to: 84 });
    assert.equal(known?.duplicate, true);
    const other = await opened(database);
    await other.redact([redactableUser(1)]);
    await sleep(KNOWN_MS);
    const again = [redactableEntry(6), redactableEntry(8)];
    const appended = await writer.appendCovering(0, again, { from: 85, to: 86 });
    assert.deepEqual(
      appended.map(({ duplicate }) => duplicate),
      [false, true],
    );
    await Promise.all([writer.close(), other.close()]);
    await drop(database);
  });

  it('blanks each block whole or not at all, wherever it is cut off, and goes on to the end', async () => {
    const database = databaseName('redacting');
    const journal = await covered(database);
    const facts = await factsWithKeys(journal);
    const wanted = blankedOf(facts, [1]);
    await journal.close();
    let blank = 0;
    const isBlank = (fact: readonly [string, Fact]): boolean => fact[1].kind === 'EventRedacted';
    const inAll = wanted.flat().filter(isBlank).length;
    for (let operations = 8; blank === 0; operations += 3) {
      // Opening takes some operations; the redaction is cut off later each time.
      const failing = await opened(database, failingAfter(operations)).catch(() => undefined);
      if (failing === undefined) continue;
      await assert.rejects(failing.redact([redactableUser(1)]), { code: 'UNAVAILABLE' });
      const reader = await opened(database);
      const found = await factsWithKeys(reader);
      for (const [at, one] of (found[0] ?? []).entries()) {
        const isOne = [facts[0]?.[at], wanted[0]?.[at]].some(
          (either) => JSON.stringify(either) === JSON.stringify(one),
        );
        assert.ok(isOne, `event ${String(at)} is as it was or blank`);
      }
      blank = found.flat().filter(isBlank).length;
      await reader.close();
    }
    const last = await opened(database);
    assert.equal((await last.redact([redactableUser(1)])).events, inAll - blank);
    assert.ok(blank < inAll, 'it was cut off in the middle');
    assert.deepEqual(await factsWithKeys(last), wanted);
    await last.close();
    await drop(database);
  });

  it('is refused by a release that cannot read it, and damage of it is found', async () => {
    const database = databaseName('redacting');
    const journal = await covered(database);
    await journal.redact([redactableUser(1)]);
    await journal.close();
    const meta = connection.database(database).collection<{ _id: string; format: number }>('meta');
    assert.equal((await meta.findOne({ _id: 'journal' }))?.format, 2);
    const [first] = await documentsOf(database);
    assert.ok(first?.redaction);
    const blocks = connection.database(database).collection<BlockDocument>('blocks');
    const changes: readonly UpdateFilter<BlockDocument>[] = [
      { $unset: { redaction: '' } },
      { $set: { redaction: Buffer.from(first.redaction).fill(1, 60, 61) } },
      { $set: { content: Buffer.from(first.content).fill(1, 20, 21) } },
    ];
    for (const change of changes) {
      await blocks.updateOne({ _id: first._id }, change);
      const reader = await opened(database);
      await assert.rejects(factsWithKeys(reader), { code: 'DAMAGED', message: /damaged at 0:\d+/ });
      await reader.close();
      const { redaction, content } = first;
      await blocks.updateOne({ _id: first._id }, { $set: { redaction, content } });
    }
    await drop(database);
  });
});
