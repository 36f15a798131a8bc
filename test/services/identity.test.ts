import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { openIdentities } from '../../adapters/cluster/identity.ts';
import type { ClusterIdentities } from '../../adapters/cluster/identity.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo/mongo.ts';
import { surrogateToBytes } from '../../events/surrogate.ts';
import { identityContract } from '../contracts/identity.contract.ts';
import { databaseName, mongoOfStack } from './mongo-databases.ts';

let connection: MongoConnection;

before(async () => {
  connection = await mongoOfStack();
});
after(() => connection.close());

const random = (count: number): Uint8Array => randomBytes(count);

function opened(database: string, clock = (): number => 0): Promise<ClusterIdentities> {
  return openIdentities({ connection, database, random, clock, identityCacheEntriesMax: 64 });
}

identityContract('the MongoDB identity store', async () => {
  const database = databaseName('identity');
  const identities = await opened(database);
  return {
    identities,
    close: async () => {
      await identities.close();
      await connection.database(database).dropDatabase();
    },
  };
});

describe('identity stores of several processes', () => {
  it('give one identity to an id, however they race', async () => {
    const database = databaseName('identity');
    const stores = await Promise.all([opened(database), opened(database), opened(database)]);
    const ids = Array.from({ length: 1_500 }, (_, n) => `user-${String(n)}`);
    const made = await Promise.all(
      stores.map((store, i) => store.resolve(i === 1 ? [...ids].reverse() : ids)),
    );
    const bySurrogate = made.map((list) =>
      Object.fromEntries(list.map(({ id, surrogate }) => [id, surrogate])),
    );
    assert.deepEqual(bySurrogate[1], bySurrogate[0]);
    assert.deepEqual(bySurrogate[2], bySurrogate[0]);
    assert.equal(new Set(Object.values(bySurrogate[0] ?? {})).size, ids.length);
    await connection.database(database).dropDatabase();
  });

  it('notice a removal by another within the bound', async () => {
    const database = databaseName('identity');
    let nowMs = 0;
    const [one, other] = [await opened(database), await opened(database, () => nowMs)];
    const [anna] = await other.resolve(['anna']);
    assert.ok(anna !== undefined);
    assert.equal(await one.remove('anna'), true);
    nowMs = 60_000;
    assert.equal(await other.find('anna'), undefined);
    assert.deepEqual(await other.reveal(surrogateToBytes(anna.surrogate)), [undefined]);
    await other.close();
    await assert.rejects(other.find('anna'), { code: 'UNAVAILABLE' });
    await assert.rejects(one.resolve(['']), { code: 'INVALID' });
    await connection.database(database).dropDatabase();
  });

  it('never reveal who was erased by another, whatever is remembered', async () => {
    const database = databaseName('identity');
    const [one, other] = [await opened(database), await opened(database)];
    const [anna, bo] = await other.resolve(['anna', 'bo']);
    assert.ok(anna !== undefined && bo !== undefined);
    assert.equal(await one.erase([anna.surrogate, 'f'.repeat(32) as typeof anna.surrogate]), 1);
    assert.equal(await one.erase([anna.surrogate]), 0);
    const surrogates = Buffer.concat([anna, bo].map((each) => surrogateToBytes(each.surrogate)));
    assert.deepEqual(await other.reveal(surrogates), [undefined, bo]);
    const [anew] = await one.resolve(['anna']);
    assert.notEqual(anew?.surrogate, anna.surrogate);
    await connection.database(database).dropDatabase();
  });

  it('find nobody who is hidden, and whoever comes under their id after', async () => {
    const database = databaseName('identity');
    const [one, other] = [await opened(database), await opened(database)];
    const [anna] = await other.resolve(['anna']);
    assert.ok(anna !== undefined);
    assert.deepEqual(await other.find('anna'), anna);
    other.hide(new Set([anna.surrogate]));
    assert.equal(await other.find('anna'), undefined);
    assert.deepEqual(await other.reveal(surrogateToBytes(anna.surrogate)), [anna]);
    await one.erase([anna.surrogate]);
    const [anew] = await one.resolve(['anna']);
    assert.deepEqual(await other.find('anna'), anew);
    await connection.database(database).dropDatabase();
  });

  it('trust nothing that they read before they are told to forget it', async () => {
    const database = databaseName('identity');
    const [one, other] = [await opened(database), await opened(database)];
    const [anna] = await other.resolve(['anna']);
    assert.ok(anna !== undefined);
    await one.erase([anna.surrogate]);
    other.forgetRead();
    const [anew] = await other.resolve(['anna']);
    assert.notEqual(anew?.surrogate, anna.surrogate);
    await connection.database(database).dropDatabase();
  });
});
