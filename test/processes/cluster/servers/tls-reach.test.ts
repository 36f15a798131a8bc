import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer as createPlain } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createServer } from 'node:tls';
import { awaitDependencies } from '../../../../processes/cluster/servers/awaiting.ts';
import { dependenciesOf } from '../../../../processes/cluster/servers/dependencies.ts';
import type { Dependency } from '../../../../processes/cluster/servers/dependency.ts';
import { temporaryFolder } from '../../../adapters/temporary-folder.ts';
import { makeCertificate } from '../../../doubles/certificate.ts';
import { configWith } from '../../config/cluster-environment.ts';

const HOST = '127.0.0.1';
const WAIT_MS_MAX = 600_000;

const servers: Server[] = [];
/** The authority that signed the server, another one, and a file that is none. */
const files = { right: '', wrong: '', none: '' };
/** A server of TLS for this address, one for another address, and one that answers in the clear. */
const places = { own: '', other: '', plain: '' };

async function listening(server: Server): Promise<string> {
  servers.push(server);
  server.listen(0, HOST);
  await once(server, 'listening');
  return `${HOST}:${String((server.address() as AddressInfo).port)}`;
}

before(async () => {
  const folder = await temporaryFolder();
  const [own, other] = [makeCertificate('right', HOST), makeCertificate('other', '192.0.2.1')];
  const contents = {
    right: own.cert + other.cert,
    wrong: makeCertificate('wrong', HOST).cert,
    none: '-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n',
  };
  for (const name of ['right', 'wrong', 'none'] as const) {
    files[name] = join(folder, `${name}.pem`);
    await writeFile(files[name], contents[name]);
  }
  const tls = { ALPNProtocols: ['h2'] };
  for (const [name, certificate] of [
    ['own', own],
    ['other', other],
  ] as const) {
    const server = createServer({ ...tls, ...certificate });
    server.on('tlsClientError', () => undefined);
    server.on('secureConnection', (socket) => socket.on('error', () => undefined));
    places[name] = await listening(server);
  }
  const plain = createPlain((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end('-ERR this is no request\r\n'));
  });
  places.plain = await listening(plain);
});

after(() => {
  for (const server of servers) server.close();
});

interface Asked {
  readonly name: string;
  /** What a process that speaks TLS with a server at a place is started with, and an authority from a file. */
  readonly with: (place: string, caFile: string) => Readonly<Record<string, string>>;
  readonly caVariable: RegExp;
}

const ASKED: readonly Asked[] = [
  {
    name: 'kafka',
    with: (place, caFile) => ({
      REPRISE_KAFKA_BROKERS: place,
      REPRISE_KAFKA_TLS: 'true',
      REPRISE_KAFKA_TLS_CA_FILE: caFile,
    }),
    caVariable: /REPRISE_KAFKA_TLS_CA_FILE/,
  },
  {
    name: 'mongodb',
    with: (place, caFile) => ({
      REPRISE_MONGO_URL: `mongodb://${place}/?tls=true`,
      REPRISE_MONGO_TLS_CA_FILE: caFile,
    }),
    caVariable: /REPRISE_MONGO_TLS_CA_FILE/,
  },
  {
    name: 'redis',
    with: (place, caFile) => ({
      REPRISE_REDIS_URL: `rediss://${place}`,
      REPRISE_REDIS_TLS_CA_FILE: caFile,
    }),
    caVariable: /REPRISE_REDIS_TLS_CA_FILE/,
  },
  {
    name: 'temporal',
    with: (place, caFile) => ({
      REPRISE_TEMPORAL_ADDRESS: place,
      REPRISE_TEMPORAL_TLS: 'true',
      REPRISE_TEMPORAL_TLS_CA_FILE: caFile,
    }),
    caVariable: /REPRISE_TEMPORAL_TLS_CA_FILE/,
  },
];

function dependency(name: string, changes: Readonly<Record<string, string>>): Dependency {
  const readable = Object.fromEntries(Object.values(files).map((path) => [path, '']));
  const config = configWith(changes, 'worker', readable);
  const found = dependenciesOf(config).find((one) => one.name === name);
  assert.ok(found, name);
  return found;
}

/** Waits as a process does at its start, for ten minutes if it has to. */
async function isRefusedAtOnce(one: Dependency, ...words: readonly RegExp[]): Promise<void> {
  const said: string[] = [];
  const waiting = awaitDependencies([one], {
    ...{ waitMsMax: WAIT_MS_MAX, clock: () => performance.now() },
    say: (line) => said.push(line),
    signal: AbortSignal.timeout(60_000),
  });
  await assert.rejects(waiting.done, (error: Error & { code?: unknown }) => {
    assert.equal(error.code, 'INVALID', error.message);
    for (const word of words) assert.match(error.message, word);
    return true;
  });
}

describe('a server that is reached by TLS', () => {
  for (const { name, with: asked, caVariable } of ASKED) {
    it(`is there where its certificate is trusted: ${name}`, async () => {
      await dependency(name, asked(places.own, files.right)).connect(AbortSignal.timeout(60_000));
    });

    it(`ends the start at once where another authority is named: ${name}`, async () => {
      const one = dependency(name, asked(places.own, files.wrong));
      await isRefusedAtOnce(
        one,
        new RegExp(`^${name} at ${places.own}`),
        /not trusted/,
        caVariable,
      );
    });
  }

  it('ends the start where the certificate is for another name', async () => {
    const [kafka] = ASKED;
    assert.ok(kafka);
    const one = dependency('kafka', kafka.with(places.other, files.right));
    await isRefusedAtOnce(one, /for another name/, /REPRISE_KAFKA_BROKERS/);
  });

  it('ends the start where a server answers in the clear', async () => {
    const redis = ASKED.find(({ name }) => name === 'redis');
    assert.ok(redis);
    const one = dependency('redis', redis.with(places.plain, files.right));
    await isRefusedAtOnce(one, /speaks no TLS/, /REPRISE_REDIS_TLS/);
  });

  it('ends the start where a file of TLS is none', async () => {
    const [kafka] = ASKED;
    assert.ok(kafka);
    const one = dependency('kafka', kafka.with(places.own, files.none));
    await isRefusedAtOnce(one, /REPRISE_KAFKA_TLS_/);
  });

  it('is tried again where it does not answer, and left to the driver where the address has options of its own', async () => {
    const server = createPlain();
    const nowhere = await listening(server);
    server.close();
    await once(server, 'close');
    const [kafka] = ASKED;
    assert.ok(kafka);
    const gone = dependency('kafka', kafka.with(nowhere, files.right));
    await assert.rejects(gone.connect(AbortSignal.timeout(60_000)), { message: 'ECONNREFUSED' });
    const lenient = `mongodb://${places.own}/?tls=true&tlsAllowInvalidCertificates=true`;
    await dependency('mongodb', { REPRISE_MONGO_URL: lenient }).connect(
      AbortSignal.timeout(60_000),
    );
  });
});
