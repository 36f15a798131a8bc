import { after, before } from 'node:test';
import { openFences } from '../../adapters/cluster/fences.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo/mongo.ts';
import { fencesContract } from '../contracts/fences.contract.ts';
import { databaseName, mongoOfStack } from './mongo-databases.ts';

let connection: MongoConnection;

before(async () => {
  connection = await mongoOfStack();
});
after(() => connection.close());

fencesContract('the MongoDB fences', (clock) => {
  const database = databaseName('fences');
  const fences = openFences({ connection, database, clock });
  const close = async (): Promise<void> => {
    await fences.close();
    await connection.database(database).dropDatabase();
  };
  return Promise.resolve({ fences, close });
});
