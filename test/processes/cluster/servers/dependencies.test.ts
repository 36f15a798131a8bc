import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { after, before, describe, it } from 'node:test';

import { dependenciesOf } from '../../../../processes/cluster/servers/dependencies.ts';
import type { Dependency } from '../../../../processes/cluster/servers/dependency.ts';
import type { ClusterProcess } from '../../../../processes/config/cluster-process.ts';
import { temporaryFolder } from '../../../adapters/temporary-folder.ts';
import { configWith } from '../../config/cluster-environment.ts';

let server: Server;
let place: string;
/** A port of the loopback where nothing listens. */
let nowhere: string;

before(async () => {
  server = createServer((socket) => socket.destroy());
  const other = createServer();
  server.listen(0, '127.0.0.1');
  other.listen(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(other, 'listening')]);
  place = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  nowhere = `127.0.0.1:${String((other.address() as AddressInfo).port)}`;
  other.close();
});

after(() => {
  server.close();
});

function dependency(
  name: string,
  changes: Readonly<Record<string, string | undefined>>,
  process: ClusterProcess = 'api',
): Dependency {
  const found = dependenciesOf(configWith(changes, process)).find((one) => one.name === name);
  assert.ok(found, name);
  return found;
}

const connect = (one: Dependency): Promise<void> => one.connect(AbortSignal.timeout(5_000));

describe('what a process of the cluster depends on', () => {
  it('is what its process needs', () => {
    const names = (process: ClusterProcess): string =>
      dependenciesOf(configWith({}, process))
        .map(({ name }) => name)
        .join(' ');
    assert.equal(names('api'), 'kafka mongodb redis temporal shared folder');
    assert.equal(names('ingest'), 'kafka mongodb redis');
    assert.equal(names('worker'), 'kafka mongodb redis temporal shared folder');
    assert.equal(names('trainer'), 'kafka mongodb redis temporal shared folder');
  });

  it('is there where one of its servers takes a connection', async () => {
    await connect(dependency('kafka', { REPRISE_KAFKA_BROKERS: `${nowhere},${place}` }));
    await connect(dependency('mongodb', { REPRISE_MONGO_URL: `mongodb://u:p@${place}/x?y=z` }));
    await connect(dependency('redis', { REPRISE_REDIS_URL: `redis://:p@${place}/1` }));
    await connect(dependency('temporal', { REPRISE_TEMPORAL_ADDRESS: place }));
    await connect(
      dependency('object storage', {
        REPRISE_SHARED_FOLDER: undefined,
        REPRISE_S3_BUCKET: 'b',
        REPRISE_S3_ENDPOINT: `http://${place}`,
      }),
    );
  });

  it('is refused with the reason where none does', async () => {
    const kafka = dependency('kafka', { REPRISE_KAFKA_BROKERS: nowhere });
    await assert.rejects(connect(kafka), { message: 'ECONNREFUSED' });
    assert.match(kafka.remedy, /REPRISE_KAFKA_BROKERS/);
  });

  it('is named without credentials', () => {
    const mongo = dependency('mongodb', { REPRISE_MONGO_URL: 'mongodb://u:p@a:1,b:2/x' });
    assert.equal(mongo.where, 'a:1,b:2');
    const redis = dependency('redis', { REPRISE_REDIS_URL: 'redis://:p@cache' });
    assert.equal(redis.where, 'cache:6379');
  });

  it('has a folder that may be written, or says which one may not', async () => {
    const folder = await temporaryFolder();
    await connect(dependency('shared folder', { REPRISE_SHARED_FOLDER: folder }));
    const missing = dependency('shared folder', { REPRISE_SHARED_FOLDER: `${folder}/missing` });
    await assert.rejects(connect(missing), { code: 'UNAVAILABLE', message: /ENOENT/ });
    assert.match(missing.remedy, /REPRISE_SHARED_FOLDER/);
  });
});
