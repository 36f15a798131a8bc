import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Erasures } from '../../activities/forgetting/erasures.ts';
import type { ErasureRecord } from '../../activities/forgetting/erasure-record.ts';
import type { QuarantineRecord } from '../../activities/forgetting/quarantine-record.ts';
import { openErasures, openQuarantines } from '../../adapters/cluster/records.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo/mongo.ts';
import { hasCode } from '../../events/error.ts';
import { sequence } from '../../events/position.ts';
import { surrogateToBytes } from '../../events/surrogate.ts';
import { createMemoryIdentities } from '../doubles/memory-identities.ts';
import { createMemoryJournal } from '../doubles/memory-journal.ts';
import { seededBytes } from '../doubles/random-bytes.ts';
import { databaseName, mongoOfStack } from './mongo-databases.ts';

let connection: MongoConnection;

before(async () => {
  connection = await mongoOfStack();
});
after(() => connection.close());

async function within(work: (database: string) => Promise<void>): Promise<void> {
  const database = databaseName('records');
  try {
    await work(database);
  } finally {
    await connection.database(database).dropDatabase();
  }
}

const NEW: ErasureRecord = {
  erasure: 'e1',
  state: 'collecting',
  requestedMs: 5,
  users: 0,
  surrogates: [],
  forgotten: false,
};

describe('records in MongoDB', () => {
  it('give back what was written, oldest first by their numbers', () =>
    within(async (database) => {
      const store = openErasures({ connection, database });
      assert.equal(await store.get('e1'), undefined);
      for (const n of [10, 9, 1]) await store.write({ ...NEW, erasure: `e${String(n)}` });
      const names = (await store.list()).map(({ erasure }) => erasure);
      assert.deepEqual(names, ['e1', 'e9', 'e10']);
      const { revision, ...rest } = (await store.get('e1')) ?? NEW;
      assert.deepEqual(rest, NEW);
      assert.equal(revision, 1);
      assert.equal(await store.get('../e1'), undefined);
      await assert.rejects(store.write({ ...NEW, erasure: 'q1' }), RangeError);
    }));

  it('refuse who has not read what stands there', () =>
    within(async (database) => {
      const [one, other] = [
        openErasures({ connection, database }),
        openErasures({ connection, database }),
      ];
      const fenced = (error: unknown): boolean => hasCode(error, 'FENCED');
      await one.write(NEW);
      await assert.rejects(other.write(NEW), fenced);
      const read = await other.get('e1');
      assert.ok(read);
      // That somebody looks meanwhile makes no older copy newer.
      await one.write({ ...read, users: 1 });
      await other.list();
      await assert.rejects(other.write({ ...read, users: 2 }), fenced);
      assert.equal((await one.get('e1'))?.users, 1);
    }));

  it('tell every process once what was written since', () =>
    within(async (database) => {
      const [one, other] = [
        openErasures({ connection, database }),
        openErasures({ connection, database }),
      ];
      await one.write(NEW);
      assert.deepEqual(
        (await other.changed()).map(({ erasure }) => erasure),
        ['e1'],
      );
      assert.deepEqual(await other.changed(), []);
      const read = await one.get('e1');
      assert.ok(read);
      await one.write({ ...read, forgotten: true });
      await other.list();
      assert.deepEqual(
        (await other.changed()).map(({ forgotten }) => forgotten),
        [true],
      );
      assert.deepEqual(await other.changed(), []);
    }));

  it('keep quarantines apart from erasures', () =>
    within(async (database) => {
      const quarantines = openQuarantines({ connection, database });
      const record: QuarantineRecord = {
        ...{ quarantine: 'q1', state: 'building', requestedMs: 1, events: 2 },
        ...{ users: [], source: 's', from: [sequence(0)], to: [sequence(3)] },
      };
      await quarantines.write(record);
      assert.deepEqual(await quarantines.list(), [{ ...record, revision: 1 }]);
      assert.deepEqual(await openErasures({ connection, database }).list(), []);
    }));
});

describe('erasures that several processes take in', () => {
  it('lose no user and destroy no identity before its erasure stands in the journal', () =>
    within(async (database) => {
      const memory = createMemoryIdentities(seededBytes(1));
      const journal = createMemoryJournal(1);
      const early: string[] = [];
      const identities = {
        ...memory,
        erase: async (surrogates: Parameters<typeof memory.erase>[0]) => {
          for (const one of surrogates) {
            if (!(await journal.isErased(surrogateToBytes(one)))) early.push(one);
          }
          return memory.erase(surrogates);
        },
      };
      const made = await memory.resolve(Array.from({ length: 24 }, (_, n) => `user-${String(n)}`));
      const processes = Array.from(
        { length: 3 },
        () =>
          new Erasures({
            ...{ store: openErasures({ connection, database }), identities, journal },
            partitionOf: () => 0,
            clock: () => 1_000,
          }),
      );
      const asked = made.map(async ({ id }, n) => processes[n % 3]?.request([id]));
      const records = await Promise.all(asked);
      assert.ok(records.every((record) => record?.forgotten === true));
      const [record, ...others] = await openErasures({ connection, database }).list();
      assert.equal(others.length, 0);
      assert.deepEqual(new Set(record?.surrogates), new Set(made.map((one) => one.surrogate)));
      assert.deepEqual([record?.users, record?.forgotten], [24, true]);
      assert.deepEqual(early, []);
      for (const { id } of made) assert.equal(await memory.find(id), undefined);
    }));
});
