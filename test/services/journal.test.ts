import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openJournal } from '../../adapters/cluster/journal.ts';
import type { JournalBounds } from '../../adapters/cluster/journal.ts';
import { connectMongo } from '../../adapters/cluster/mongo/mongo.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo/mongo.ts';
import type { CoveringJournal } from '../../events/blocks/covering-journal.ts';
import { eventKey } from '../../events/event-key.ts';
import type { JournalEntry } from '../../events/journal.ts';
import { ORIGIN, formatPosition, sequence } from '../../events/position.ts';
import { journalContract } from '../contracts/journal.contract.ts';
import { entryOf, interactionOf, surrogateOf } from '../doubles/facts.ts';
import { databaseName, mongoOfStack, mongoUrl } from './mongo-databases.ts';

let connection: MongoConnection;

before(async () => {
  connection = await mongoOfStack();
});
after(() => connection.close());

interface Reopening {
  readonly partitions?: number;
  readonly clock?: () => number;
  readonly bounds?: Partial<JournalBounds>;
}

/** Opens the journal of a database as another process would. */
function opened(database: string, options: Reopening = {}): Promise<CoveringJournal> {
  return openJournal({ connection, database, partitions: 1, clock: () => 0, ...options });
}

function entries(from: number, to: number): JournalEntry[] {
  return Array.from({ length: to - from }, (_, i) => entryOf(from + i));
}

const drop = (database: string): Promise<boolean> => connection.database(database).dropDatabase();

journalContract('the MongoDB journal', async (partitions) => {
  const database = databaseName('journal');
  const journal = await opened(database, { partitions });
  return {
    journal,
    close: async () => {
      await journal.close();
      await drop(database);
    },
  };
});

describe('an append that covers offsets', () => {
  it('is one block, whose offsets are covered with it', async () => {
    const database = databaseName('covering');
    const journal = await opened(database);
    assert.equal(await journal.uncovered(0), 0);
    const appended = await journal.appendCovering(0, entries(0, 3), { from: 10, to: 12 });
    assert.deepEqual(
      appended.map(({ positions }) => positions.map(formatPosition)),
      [['0:0'], ['0:1'], ['0:2']],
    );
    assert.equal(await journal.uncovered(0), 13);
    await journal.append(entries(3, 4));
    assert.equal(await journal.uncovered(0), 13, 'a plain append covers nothing');
    const again = await journal.appendCovering(0, [...entries(1, 5), entryOf(4)], {
      from: 11,
      to: 15,
    });
    assert.deepEqual(
      again.map(({ duplicate, positions }) => [duplicate, positions[0]?.sequence]),
      [
        [true, 1],
        [true, 2],
        [true, 3],
        [false, 4],
        [true, 4],
      ],
    );
    const known = await journal.appendCovering(0, entries(0, 2), { from: 16, to: 17 });
    assert.ok(known.every(({ duplicate }) => duplicate));
    assert.equal(await journal.uncovered(0), 16, 'where nothing is new no block is written');
    await drop(database);
  });

  it('takes shared facts as one of its partition, and nothing of another or too large', async () => {
    const database = databaseName('covering');
    const bounds = { coveringEventsMax: 4, coveringBytesMax: 1_000 };
    const journal = await opened(database, { partitions: 2, bounds });
    const fact = { kind: 'ItemPublished', item: 'a', metadata: {}, timeMs: 1 } as const;
    const offsets = { from: 0, to: 0 };
    for (const partition of [1, 0]) {
      const appended = await journal.appendCovering(partition, [entryOf(0, 'all', fact)], offsets);
      const position = { partition, sequence: sequence(0) };
      assert.deepEqual(appended, [{ positions: [position], duplicate: false }]);
    }
    assert.equal((await journal.find(eventKey('event-0')))?.length, 2);
    const strange = journal.appendCovering(0, [entryOf(1, 1)], offsets);
    await assert.rejects(strange, { code: 'INVALID' });
    const many = journal.appendCovering(0, entries(1, 6), offsets);
    await assert.rejects(many, { code: 'TOO_LARGE' });
    const heavy = { ...interactionOf(1), sealed: new Uint8Array(1_001) };
    const large = journal.appendCovering(0, [entryOf(1, 0, heavy)], offsets);
    await assert.rejects(large, { code: 'TOO_LARGE' });
    assert.deepEqual(journal.status().heads, [0, 0]);
    await drop(database);
  });

  it('fences the writer that another one came before, which then goes on from there', async () => {
    const database = databaseName('fenced');
    const [stale, newer] = [await opened(database), await opened(database)];
    await stale.appendCovering(0, entries(0, 2), { from: 0, to: 1 });
    await newer.appendCovering(0, entries(1, 4), { from: 1, to: 3 });
    const late = stale.appendCovering(0, entries(2, 5), { from: 2, to: 4 });
    await assert.rejects(late, { code: 'FENCED' });
    assert.equal(await stale.uncovered(0), 4);
    const again = await stale.appendCovering(0, entries(2, 5), { from: 2, to: 4 });
    assert.deepEqual(
      again.map(({ duplicate, positions }) => [duplicate, positions[0]?.sequence]),
      [
        [true, 2],
        [true, 3],
        [false, 4],
      ],
    );
    await drop(database);
  });

  it('keeps every event once where two writers run into each other all the time', async () => {
    const database = databaseName('race');
    const writers = await Promise.all([opened(database), opened(database), opened(database)]);
    const run = async (journal: CoveringJournal, seed: number): Promise<void> => {
      for (let n = 0; n < 60; n += 3) {
        const batch = entries(n, n + 3 + (seed % 3));
        const offsets = { from: n, to: n + 2 + (seed % 3) };
        for (let tries = 0; ; tries += 1) {
          try {
            await journal.appendCovering(0, batch, offsets);
            break;
          } catch (error) {
            assert.equal((error as { code?: unknown }).code, 'FENCED');
            assert.ok(tries < 100);
          }
        }
        await journal.append([entryOf(1_000 + n)]);
      }
    };
    await Promise.all(writers.map(run));
    const reader = await opened(database);
    const seen = new Set<string>();
    for (let at = ORIGIN; ;) {
      const block = await reader.read(0, at);
      if (block === undefined) break;
      for (let row = at + 1 - block.firstSequence; row < block.count; row += 1) {
        seen.add(Buffer.from(block.keys.slice(4 * row, 4 * row + 4).buffer).toString('hex'));
      }
      at = sequence(block.firstSequence + block.count - 1);
    }
    assert.equal(seen.size, 62 + 20);
    assert.equal(reader.head(0), seen.size - 1);
    await drop(database);
  });
});

describe('a MongoDB journal in several processes', () => {
  it('wakes followers of other processes, and shows them the head', async () => {
    const database = databaseName('followers');
    const writer = await opened(database, { partitions: 2 });
    const reader = await opened(database, { partitions: 2 });
    const { signal } = new AbortController();
    const woken = Promise.all([0, 1].map((p) => reader.changed(p, ORIGIN, signal)));
    await writer.append([entryOf(0, 0), entryOf(1, 1)]);
    await woken;
    assert.deepEqual(reader.status().heads, [0, 0]);
    await writer.append([entryOf(2, 0)]);
    assert.deepEqual((await reader.read(0, sequence(0)))?.fact(0), interactionOf(2));
    assert.equal(reader.head(0), 1);
    assert.ok(reader.status().bytes > 0);
    const waiting = reader.changed(0, sequence(1), signal);
    await reader.close();
    await waiting;
    await writer.close();
    await assert.rejects(writer.append([entryOf(3)]), { code: 'UNAVAILABLE' });
    await drop(database);
  });

  it('recognises every event after a takeover, within the bounds, and no event beyond', async () => {
    const database = databaseName('takeover');
    const bounds = {
      ...{ idempotencyEventsMin: 40, idempotencyAgeMsMin: 1_000, idempotencyEventsMax: 200 },
    };
    let nowMs = 0;
    const options = { bounds, clock: (): number => nowMs };
    const known = async (journal: CoveringJournal, n: number): Promise<boolean> =>
      (await journal.find(eventKey(`event-${String(n)}`))) !== undefined;
    let journal = await opened(database, options);
    for (let n = 0; n < 100; n += 5) await journal.append(entries(n, n + 5));
    for (const n of [0, 50, 99]) assert.ok(await known(journal, n));
    nowMs = 2_000;
    for (let n = 100; n < 160; n += 5) await journal.append(entries(n, n + 5));
    for (const again of [journal, (journal = await opened(database, options))]) {
      for (const [n, isKnown] of [
        [0, false],
        [90, false],
        [100, true],
        [159, true],
      ] as const) {
        assert.equal(await known(again, n), isKnown, String(n));
      }
    }
    for (let n = 160; n < 600; n += 5) await journal.append(entries(n, n + 5));
    assert.deepEqual([await known(journal, 395), await known(journal, 405)], [false, true]);
    await drop(database);
  });

  it('remembers whom it erased, and refuses another number of partitions', async () => {
    const database = databaseName('shape');
    const journal = await opened(database, { partitions: 2 });
    await journal.append([entryOf(0, 1, { kind: 'UserErased', user: surrogateOf(1), timeMs: 0 })]);
    const again = await opened(database, { partitions: 2 });
    assert.equal(await again.isErased(Buffer.from(surrogateOf(1), 'hex')), true);
    await assert.rejects(opened(database), { code: 'CONFLICT', message: /2 partitions, not 1/ });
    await assert.rejects(opened(database, { partitions: 0 }), { code: 'INVALID' });
    const meta = connection.database(database).collection<{ _id: string }>('meta');
    await meta.updateOne({ _id: 'journal' }, { $set: { format: 3 } });
    await assert.rejects(opened(database, { partitions: 2 }), {
      code: 'INVALID',
      message: /newer/,
    });
    await drop(database);
  });

  it('tells damage and gaps with their place', async () => {
    const database = databaseName('damage');
    const journal = await opened(database);
    for (let n = 0; n < 6; n += 2) await journal.append(entries(n, n + 2));
    const blocks = connection
      .database(database)
      .collection<{ _id: string; content: Uint8Array }>('blocks');
    const id = '00000:000000000000002';
    const whole = await blocks.findOne({ _id: id });
    assert.ok(whole !== null);
    const content = Uint8Array.from(whole.content);
    content[40]! ^= 1;
    await blocks.updateOne({ _id: id }, { $set: { content } });
    const reader = await opened(database);
    const damaged = { code: 'DAMAGED', message: /damaged at 0:2/ };
    await assert.rejects(reader.read(0, sequence(1)), damaged);
    await assert.rejects(reader.find(eventKey('event-0')), damaged);
    await blocks.deleteOne({ _id: id });
    await assert.rejects(reader.read(0, sequence(2)), { code: 'DAMAGED', message: /a gap/ });
    assert.equal(
      (await reader.read(0, sequence(3)).catch((e: unknown) => e)) instanceof Error,
      true,
    );
    await drop(database);
  });

  it('takes for damage only what stays: a tail that is gone is gone, and a gap may be filled', async () => {
    const database = databaseName('unsettled');
    const journal = await opened(database);
    for (let n = 0; n < 6; n += 2) await journal.append(entries(n, n + 2));
    const blocks = connection.database(database).collection<{ _id: string }>('blocks');
    const [, middle, last] = await blocks.find().sort({ _id: 1 }).toArray();
    assert.ok(middle !== undefined && last !== undefined);
    const [filled, cut] = [await opened(database), await opened(database)];
    await blocks.deleteOne({ _id: middle._id });
    const reading = filled.read(0, sequence(1));
    await blocks.insertOne(middle);
    assert.ok(((await reading)?.count ?? 0) > 0);
    await blocks.deleteMany({ _id: { $in: [middle._id, last._id] } });
    assert.equal(await cut.read(0, sequence(1)), undefined);
    assert.equal(cut.head(0), 1);
    await drop(database);
  });

  it('starts at the beginning where the server came back without its memory', async () => {
    const database = databaseName('amnesia');
    const own = await connectMongo({ url: mongoUrl });
    const options = { connection: own, database, partitions: 1, clock: (): number => 0 };
    const journal = await openJournal(options);
    await journal.appendCovering(0, entries(0, 5), { from: 0, to: 4 });
    await drop(database);
    // A new socket is what a restarted server looks like: many questions at once open some.
    const epoch = own.epoch();
    await Promise.all(Array.from({ length: 8 }, () => own.database(database).command({ ping: 1 })));
    assert.ok(own.epoch() > epoch);
    assert.equal(await journal.uncovered(0), 0);
    const again = await journal.appendCovering(0, entries(0, 6), { from: 0, to: 5 });
    assert.deepEqual(
      again.map(({ duplicate, positions }) => [duplicate, positions[0]?.sequence]),
      [0, 1, 2, 3, 4, 5].map((n) => [false, n]),
    );
    assert.equal((await journal.read(0, ORIGIN))?.count, 6);
    await own.close();
    await drop(database);
  });
});
