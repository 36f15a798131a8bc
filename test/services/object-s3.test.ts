import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { ObjectStore } from '../../activities/object-store.ts';
import { openCheckpoints } from '../../adapters/cluster/checkpoints.ts';
import { ObjectCache } from '../../adapters/cluster/objects/object-cache.ts';
import { openObjectS3 } from '../../adapters/cluster/objects/object-s3.ts';
import type { ObjectS3Options } from '../../adapters/cluster/objects/object-s3.ts';
import { openRuns } from '../../adapters/cluster/runs.ts';
import { temporaryFolder } from '../adapters/temporary-folder.ts';
import { checkpointStoreContract } from '../contracts/checkpoint-store.contract.ts';
import { contentOf, objectStoreContract } from '../contracts/object-store.contract.ts';
import { runFilesContract } from '../contracts/run-files.contract.ts';
import { useStack } from './stack.ts';

const stack = await useStack('s3');
const endpoint = stack.value('REPRISE_S3_ENDPOINT');
const credentials = {
  accessKeyId: stack.value('REPRISE_S3_ACCESS_KEY_ID'),
  secretAccessKey: stack.value('REPRISE_S3_SECRET_ACCESS_KEY'),
};
const region = stack.value('REPRISE_S3_REGION');

/** A client of its own, for buckets and for harm. */
async function bucketOf(bucket: string): Promise<S3Client> {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const made = await fetch(`${endpoint}/${bucket}`, { method: 'PUT' });
  assert.ok(made.ok);
  return client;
}

const sha256Of = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

let buckets = 0;
/** A bucket that no other test has. */
function newBucket(): string {
  buckets += 1;
  return `test-${randomBytes(4).toString('hex')}-${String(buckets)}`;
}

async function opened(options: Partial<ObjectS3Options> = {}): Promise<ObjectStore> {
  const spool = options.spool ?? (await temporaryFolder());
  const bucket = options.bucket ?? newBucket();
  return openObjectS3({
    ...{ bucket, endpoint, region, credentials, spool, random: randomBytes },
    ...options,
  });
}

objectStoreContract('the S3 bucket', async () => {
  const bucket = newBucket();
  const client = await bucketOf(bucket);
  const store = await opened({ bucket });
  return {
    store,
    other: await opened({ bucket }),
    overwrite: async (name, content) => {
      // As damage would, it leaves the metadata alone.
      const kept: Buffer = await contentOf(store, name).catch(() => Buffer.from('as it was'));
      const sha256 = sha256Of(kept);
      const input = { Bucket: bucket, Key: name, Body: content, Metadata: { sha256 } };
      await client.send(new PutObjectCommand(input));
    },
    close: async () => {
      client.destroy();
      await store.close();
    },
  };
});

checkpointStoreContract('the store in S3 behind a cache', async () => {
  const bucket = newBucket();
  const client = await bucketOf(bucket);
  const objects = await opened({ bucket });
  const damaged: string[] = [];
  const folder = await temporaryFolder();
  const cache = new ObjectCache({
    ...{ objects, folder, random: randomBytes, clock: Date.now },
    onTrouble: (why) => assert.fail(why),
  });
  const openAgain = () =>
    openCheckpoints({
      ...{ objects, cache, fences: { check: () => Promise.resolve() } },
      fenceOf: (partition) => ({ partition, number: 1, holder: 'test' }),
      onDamaged: (path) => damaged.push(path),
    });
  const change = async (path: string, by: (bytes: Buffer) => Buffer) => {
    const name = path.slice(`s3://${bucket}/`.length);
    const bytes = await contentOf(objects, name);
    const sha256 = sha256Of(bytes);
    const input = { Bucket: bucket, Key: name, Body: by(bytes), Metadata: { sha256 } };
    await client.send(new PutObjectCommand(input));
  };
  return {
    store: openAgain(),
    reopen: openAgain,
    damaged,
    flip: (path, fromEnd) =>
      change(path, (bytes) => {
        bytes[bytes.length - fromEnd]! ^= 1;
        return bytes;
      }),
    cut: (path, bytes) => change(path, (all) => all.subarray(0, bytes)),
  };
});

runFilesContract('the runs in S3', async () => {
  const bucket = newBucket();
  await bucketOf(bucket);
  const folder = await temporaryFolder();
  return openRuns({ objects: await opened({ bucket }), folder, random: randomBytes });
});

/** A server that answers as the test wants. */
async function serverOf(listener: RequestListener): Promise<{ url: string; close: () => void }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('the S3 store', () => {
  const bounds = { requestTriesMax: 3, requestPauseMsMin: 5, silenceMsMax: 150, answerMsMax: 400 };
  const small = () => [Buffer.from('x')];

  it('leaves nothing in its spool', async () => {
    const bucket = newBucket();
    await bucketOf(bucket);
    const spool = await temporaryFolder();
    const store = await opened({ bucket, spool });
    await store.put('a', small());
    await assert.rejects(store.putNew('a', [Buffer.from('y')]), { code: 'CONFLICT' });
    assert.deepEqual(await readdir(spool), []);
  });

  it('names the bucket that is not there, and what to do', async () => {
    const store = await opened();
    const refusal = { code: 'INVALID', message: /bucket test-.* is not there: make it/ };
    await assert.rejects(store.put('a', small()), refusal);
    await assert.rejects(contentOf(store, 'a'), refusal);
    await assert.rejects(store.list(''), refusal);
  });

  it('gives up on a server that is down, soon and with the remedy', async () => {
    const closed = await serverOf(() => undefined);
    closed.close();
    const store = await opened({ endpoint: closed.url, bounds });
    const refusal = { code: 'UNAVAILABLE', message: /ECONNREFUSED.*see that the server runs/ };
    const beganMs = performance.now();
    await assert.rejects(store.put('a', small()), refusal);
    await assert.rejects(contentOf(store, 'a'), refusal);
    await assert.rejects(store.remove('a'), refusal);
    assert.ok(performance.now() - beganMs < 3_000);
  });

  it('gives up on a server that takes requests and never answers', async () => {
    const silent = await serverOf(() => undefined);
    const store = await opened({ endpoint: silent.url, bounds });
    const beganMs = performance.now();
    await assert.rejects(store.list(''), { code: 'UNAVAILABLE' });
    await assert.rejects(store.put('a', small()), { code: 'UNAVAILABLE' });
    assert.ok(performance.now() - beganMs < 5_000);
    silent.close();
  });

  it('tries again after a failure of the server, and says when it has no room', async () => {
    let asked = 0;
    const server = await serverOf((request, response) => {
      asked += 1;
      request.resume().on('end', () => {
        response.statusCode = asked < 3 ? 503 : 200;
        response.setHeader('etag', '"e"').end();
      });
    });
    const store = await opened({ endpoint: server.url, bounds });
    assert.equal((await store.put('a', small())).tag, '"e"');
    assert.equal(asked, 3);
    server.close();
    const full = await serverOf((request, response) => {
      request.resume().on('end', () => {
        response.statusCode = 507;
        response.end('<Error><Code>XMinioStorageFull</Code><Message>full</Message></Error>');
      });
    });
    const filled = await opened({ endpoint: full.url, bounds });
    await assert.rejects(filled.put('a', small()), {
      code: 'UNAVAILABLE',
      message: /has no room left: make room/,
    });
    full.close();
  });

  it('tells of credentials that are refused, without saying them', async () => {
    const server = await serverOf((request, response) => {
      request.resume().on('end', () => {
        response.statusCode = 403;
        response.end('<Error><Code>InvalidAccessKeyId</Code><Message>no</Message></Error>');
      });
    });
    const secret = { accessKeyId: 'someone', secretAccessKey: 'whisper' };
    const store = await opened({ endpoint: server.url, credentials: secret, bounds });
    const refusal = await store.list('').catch((error: unknown) => error);
    assert.match(String(refusal), /refuses the credentials \(InvalidAccessKeyId\)/);
    assert.doesNotMatch(JSON.stringify(refusal) + String(refusal), /whisper/);
    server.close();
  });

  it('goes on behind what it has read where the answer breaks off or falls silent', async () => {
    const content = Buffer.alloc(300_000, 'reprise');
    const sha256 = sha256Of(content);
    const ranges: (string | undefined)[] = [];
    const server = await serverOf((request, response) => {
      const { range } = request.headers;
      ranges.push(range);
      const from = Number(/bytes=(\d+)-/.exec(range ?? 'bytes=0-')?.[1]);
      response.statusCode = from > 0 ? 206 : 200;
      response.setHeader('etag', '"e"').setHeader('x-amz-meta-sha256', sha256);
      response.setHeader('content-length', content.length - from);
      if (ranges.length === 3) response.end(content.subarray(from));
      else {
        response.write(content.subarray(from, from + 100_000), () => {
          // The first answer breaks off, the second falls silent.
          if (ranges.length === 1) setTimeout(() => response.destroy(), 30);
        });
      }
    });
    const store = await opened({ endpoint: server.url, bounds });
    assert.ok((await contentOf(store, 'a')).equals(content));
    assert.deepEqual(ranges, [undefined, 'bytes=100000-', 'bytes=200000-']);
    ranges.length = 0;
    server.close();
  });

  it('refuses what is larger than S3 takes, without sending it', async () => {
    const store = await opened({ bounds: { objectBytesMax: 10 } });
    await assert.rejects(store.put('a', [Buffer.alloc(11)]), { code: 'TOO_LARGE' });
  });
});
