import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../adapters/temporary-folder.ts';
import { madeEvents } from '../e2e/made-events.ts';
import { useStack } from '../services/stack.ts';
import { ClusterClient } from './client.ts';
import { startCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';

const stack = await useStack('kafka', 'mongo', 'redis', 'temporal');

const FOLDER_BYTES = 16 * 1_048_576;
const PIECE_BYTES = 4_096;
const SAID_MS_MAX = 60_000;

/** Mounts a disk of its own; says why where the system mounts none. */
function isMounted(folder: string, t: TestContext): boolean {
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${String(FOLDER_BYTES)}`, 'tmpfs', folder];
    execFileSync('mount', options, { stdio: 'pipe' });
    return true;
  } catch (error) {
    t.diagnostic(`no disk of its own can be mounted here: ${String(error)}`);
    return false;
  }
}

/** Takes all the room that is left. */
async function fill(folder: string, name: string): Promise<void> {
  const file = await open(join(folder, name), 'w');
  try {
    for (;;) {
      const { bavail, bsize } = await statfs(folder);
      if (bavail === 0) return;
      await file.write(Buffer.alloc(Math.max(PIECE_BYTES, Math.min(bavail * bsize, 1_048_576)), 1));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await file.close();
  }
}

/** Waits until the worker says that something does not fit. */
async function said(cluster: Cluster, words: RegExp): Promise<void> {
  const { log } = cluster.member('worker-0');
  const endMs = performance.now() + SAID_MS_MAX;
  while (!words.test(readFileSync(log, 'utf8'))) {
    assert.ok(performance.now() < endMs, `the worker never said ${String(words)}`);
    await sleep(200);
  }
}

async function goesOn(cluster: Cluster, folder: string, t: TestContext): Promise<void> {
  const client = new ClusterClient([cluster.url]);
  await client.stand(await client.postAll(madeEvents(0, 500)));
  await fill(folder, 'filling');
  await client.postAll(madeEvents(500, 1_000));
  await said(cluster, /has no room left: make room on its disk/);
  const { status, json } = await client.get('/v1/users/user-1/recommendations');
  assert.deepEqual([status, json['basedOn']], [200, 'user']);
  await rm(join(folder, 'filling'));
  const startMs = performance.now();
  await client.stand(await client.postAll(madeEvents(1_000, 1_100)));
  t.diagnostic(`all was learned ${String(Math.round(performance.now() - startMs))} ms after`);
  const verified = await client.json('POST', '/v1/verifications', {});
  assert.equal(verified['equal'], true, JSON.stringify(verified));
}

describe('a shared folder without room', () => {
  it('stops no answer and loses no event, and all goes on when there is room', async (t) => {
    const folder = await temporaryFolder();
    if (!isMounted(folder, t)) return;
    try {
      const cluster = await startCluster({
        ...{ stack, partitions: 2 },
        processes: { trainer: 0, indexer: 0 },
        env: { REPRISE_SHARED_FOLDER: folder, REPRISE_CHECKPOINT_MS_MAX: '2000' },
      });
      try {
        await cluster.watch(() => goesOn(cluster, folder, t));
      } finally {
        await cluster.close();
      }
    } finally {
      execFileSync('umount', [folder]);
    }
  });
});
