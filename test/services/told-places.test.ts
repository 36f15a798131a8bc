import { after, before } from 'node:test';
import type { MongoConnection } from '../../adapters/cluster/mongo/mongo.ts';
import { openToldPlaces } from '../../adapters/cluster/told-places.ts';
import { toldPlacesContract } from '../contracts/told-places.contract.ts';
import { databaseName, mongoOfStack } from './mongo-databases.ts';

let connection: MongoConnection;

before(async () => {
  connection = await mongoOfStack();
});
after(() => connection.close());

toldPlacesContract('the told places in MongoDB', (clock) => {
  const database = databaseName('told');
  const open = () => openToldPlaces({ connection, database, topic: 'told', clock });
  const close = async (): Promise<void> => {
    await connection.database(database).dropDatabase();
  };
  return Promise.resolve({ places: open(), others: open(), close });
});
