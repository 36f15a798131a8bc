import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openUsers } from '../../adapters/cluster/users.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo/mongo.ts';
import { userStoreContract } from '../contracts/user-store.contract.ts';
import { DeltaWorld } from '../projections/delta-world.ts';
import { databaseName, mongoOfStack } from './mongo-databases.ts';

let connection: MongoConnection;

before(async () => {
  connection = await mongoOfStack();
});
after(() => connection.close());

userStoreContract('the users in MongoDB', () => {
  const database = databaseName('users');
  const users = openUsers({ connection, database });
  const close = async (): Promise<void> => {
    await users.close();
    await connection.database(database).dropDatabase();
  };
  return Promise.resolve({ users, close });
});

describe('users whose documents were taken away by hand', () => {
  it('are noticed with the next change of them, and made again by a whole delta', async () => {
    const database = databaseName('users');
    const users = openUsers({ connection, database });
    const world = new DeltaWorld();
    for (let n = 0; n < 1_200; n += 1) world.happen({ user: `user-${String(n)}`, item: 'a' });
    await users.apply(world.take(), 1);
    assert.equal(await users.count(0), 1_200);
    const documents = connection.database(database).collection('users');
    await documents.deleteMany({ partition: 0 });
    world.happen({ user: 'user-7', item: 'b' });
    await assert.rejects(users.apply(world.take(), 1), { code: 'CONFLICT' });
    assert.equal(await users.place(0), undefined);
    await users.apply(world.whole(), 1);
    assert.equal(await users.count(0), 1_200);
    await connection.database(database).dropDatabase();
  });

  it('stay as a newer fence wrote them, even where an older writer had claimed its delta before', async () => {
    const database = databaseName('users');
    const users = openUsers({ connection, database });
    const world = new DeltaWorld();
    world.happen({ user: 'anna', item: 'a' });
    await users.apply(world.take(), 1);
    world.happen({ user: 'anna', item: 'b' });
    await users.apply(world.take(), 2);
    // As the older writer saw the place when it claimed the delta that it writes only now.
    const documents = connection.database(database).collection<{ _id: string }>('users');
    const claimed = { fence: 1, position: 0, complete: true };
    await documents.updateOne({ _id: '0:place' }, { $set: claimed });
    const before = await documents.find({ partition: 0 }).toArray();
    world.happen({ user: 'anna', item: 'c' });
    const late = { ...world.take(), from: 0 };
    await assert.rejects(users.apply(late, 1), { code: 'CONFLICT' });
    assert.deepEqual(await documents.find({ partition: 0 }).toArray(), before);
    await connection.database(database).dropDatabase();
  });
});
