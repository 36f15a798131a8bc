import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openKeptRecord } from '../../adapters/cluster/kept-record.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo/mongo.ts';
import { keptRecordContract, readNames } from '../contracts/kept-record.contract.ts';
import { databaseName, mongoOfStack } from './mongo-databases.ts';

let connection: MongoConnection;

before(async () => {
  connection = await mongoOfStack();
});
after(() => connection.close());

keptRecordContract('a record that is kept in MongoDB', () => {
  const database = databaseName('records');
  const open = () => openKeptRecord({ connection, database, name: 'names', parse: readNames });
  return Promise.resolve({
    ...{ record: open(), other: open(), reopen: open },
    async damage() {
      const records = connection
        .database(database)
        .collection<{ _id: string; text: string }>('records');
      await records.updateOne({ _id: 'names' }, { $set: { text: '["ada' } });
    },
    async close() {
      await connection.database(database).dropDatabase();
    },
  });
});

test('records of one database stand beside each other', async () => {
  const database = databaseName('records');
  const [one, two] = ['one', 'two'].map((name) =>
    openKeptRecord({ connection, database, name, parse: readNames }),
  );
  assert.ok(one && two);
  await one.write(['ada'], 0);
  assert.deepEqual([await two.read(), await two.write(['bo'], 0)], [undefined, true]);
  assert.deepEqual((await one.read())?.value, ['ada']);
  await connection.database(database).dropDatabase();
});
