import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openUsers } from '../../adapters/cluster/users.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo.ts';
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
    for (let n = 0; n < 2_500; n += 1) world.happen({ user: `user-${String(n)}`, item: 'a' });
    await users.apply(world.take(), 1);
    assert.equal(await users.count(0), 2_500);
    const documents = connection.database(database).collection('users');
    await documents.deleteMany({ partition: 0 });
    world.happen({ user: 'user-7', item: 'b' });
    await assert.rejects(users.apply(world.take(), 1), { code: 'CONFLICT' });
    assert.equal(await users.place(0), undefined);
    await users.apply(world.whole(), 1);
    assert.equal(await users.count(0), 2_500);
    await connection.database(database).dropDatabase();
  });

  it('of one that stalled while another took over stay as the newer one wrote them', async () => {
    const database = databaseName('users');
    const users = openUsers({ connection, database });
    const world = new DeltaWorld();
    world.happen({ user: 'anna', item: 'a' });
    await users.apply(world.take(), 1);
    const documents = connection.database(database).collection('users');
    // The older writer had claimed its delta, and was stopped before its documents were written.
    world.happen({ user: 'anna', item: 'b' });
    const delta = world.take();
    await users.apply(delta, 2);
    const before = await documents.find({}).toArray();
    await assert.rejects(users.apply(delta, 1), { code: 'FENCED' });
    assert.deepEqual(await documents.find({}).toArray(), before);
    await connection.database(database).dropDatabase();
  });
});
