import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { NewVersion } from '../../activities/versions/version-registry.ts';
import { openVersions } from '../../adapters/cluster/versions.ts';
import type { ClusterVersions } from '../../adapters/cluster/versions.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo/mongo.ts';
import { checkpointAt } from '../contracts/checkpoint-store.contract.ts';
import { definitionOf } from '../doubles/partition-rig.ts';
import { databaseName, mongoOfStack } from './mongo-databases.ts';

let connection: MongoConnection;
const database = databaseName('versions');
const blobs = new Map<string, Uint8Array>();

before(async () => {
  connection = await mongoOfStack();
});
afterEach(async () => {
  blobs.clear();
  await connection.database(database).dropDatabase();
});
after(() => connection.close());

function opened(): ClusterVersions {
  const put = (name: string, bytes: Uint8Array): Promise<void> => {
    blobs.set(name, bytes);
    return Promise.resolve();
  };
  const get = (name: string): Promise<Uint8Array | undefined> => Promise.resolve(blobs.get(name));
  const remove = (name: string): Promise<void> => Promise.resolve(void blobs.delete(name));
  return openVersions({ connection, database, blobs: { put, get, remove } });
}

function versionNamed(version: string, createdMs = 1): NewVersion {
  const { baseSha256: _, ...definition } = definitionOf(version, {}, 2);
  const trainedBy = `train-${version}`;
  return { definition, parent: 'v1', createdMs, trainedBy, metrics: { loss: 1 } };
}

const BASES = [checkpointAt(10), checkpointAt(12, 'v1', 1)];

describe('the MongoDB version registry', () => {
  it('names the next version, gives versions back oldest first, and knows no others', async () => {
    const registry = opened();
    assert.equal(await registry.nextName(), 'v1');
    for (const name of ['v1', 'v10', 'v2']) await registry.register(versionNamed(name), null);
    assert.equal(await registry.nextName(), 'v11');
    const again = opened();
    const names = (await again.list()).map(({ definition }) => definition.version);
    assert.deepEqual(names, ['v1', 'v2', 'v10']);
    assert.equal(await again.get('v3'), undefined);
    assert.equal(await again.base('v1', 0), undefined, 'a version that starts empty has no base');
    await assert.rejects(again.base('v3', 0), { code: 'NOT_FOUND' });
    await assert.rejects(registry.register(versionNamed('../v2'), null), { code: 'INVALID' });
  });

  it('keeps the bases and knows them by their hashes', async () => {
    const registry = opened();
    const registered = await registry.register(versionNamed('v2'), BASES);
    assert.equal(registered.definition.baseSha256?.length, 2);
    assert.deepEqual(await opened().get('v2'), registered);
    assert.deepEqual(await registry.base('v2', 1), BASES[1]);
    await assert.rejects(registry.base('v2', 2), { code: 'DAMAGED' });
  });

  it('takes the same registration again, and refuses another of that name', async () => {
    const registry = opened();
    const first = await registry.register(versionNamed('v2'), BASES);
    assert.deepEqual(await registry.register(versionNamed('v2'), BASES), first);
    const later = await registry.register(versionNamed('v2', 99), BASES);
    assert.deepEqual(later, first, 'a retry has another clock');
    const other = { ...versionNamed('v2'), trainedBy: 'another run' };
    await assert.rejects(registry.register(other, BASES), { code: 'CONFLICT' });
  });

  it('refuses a base whose bytes are not the registered ones', async () => {
    const registry = opened();
    await registry.register(versionNamed('v2'), BASES);
    const [name, bytes] = [...blobs][0]!;
    blobs.set(
      name,
      bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte)),
    );
    await assert.rejects(registry.base('v2', 0), { code: 'DAMAGED', message: /registered/ });
    blobs.delete(name);
    await assert.rejects(registry.base('v2', 0), { code: 'DAMAGED', message: /missing/ });
  });

  it('retires a version, and deletes those of its bases that no other version has', async () => {
    const registry = opened();
    await registry.register(versionNamed('v1'), null);
    await registry.register(versionNamed('v2'), BASES);
    const [first] = BASES;
    assert.ok(first !== undefined);
    await registry.register(versionNamed('v3'), [first, checkpointAt(14, 'v1', 1)]);
    await registry.retire('v3');
    assert.equal((await opened().get('v3'))?.retired, true);
    await assert.rejects(registry.base('v3', 0), { code: 'NOT_FOUND' });
    assert.deepEqual(await registry.base('v2', 0), first);
    assert.equal(blobs.size, 2, 'what v2 has, too, stays');
    for (const version of ['v1', 'v9', 'v3']) await registry.retire(version);
    assert.equal((await registry.get('v1'))?.retired, undefined);
  });
});
