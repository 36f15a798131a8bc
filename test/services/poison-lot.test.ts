import { after, before } from 'node:test';
import { openPoisonLot } from '../../adapters/cluster/poison-lot.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo/mongo.ts';
import { poisonLotContract } from '../contracts/poison-lot.contract.ts';
import { databaseName, mongoOfStack } from './mongo-databases.ts';

let connection: MongoConnection;

before(async () => {
  connection = await mongoOfStack();
});
after(() => connection.close());

poisonLotContract('the poison lot in MongoDB', (recordsMax) => {
  const database = databaseName('poison');
  const open = () => openPoisonLot({ connection, database, recordsMax });
  const close = async (): Promise<void> => {
    await connection.database(database).dropDatabase();
  };
  return Promise.resolve({ lot: open(), reopen: open, close });
});
