import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readConfig } from '../../../processes/config.ts';
import { startCore } from '../../../processes/core.ts';
import type { Core } from '../../../processes/core.ts';
import { createLogger } from '../../../processes/logger.ts';
import { temporaryFolder } from '../../adapters/temporary-folder.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';

type Json = Readonly<Record<string, unknown>>;

const PARTITIONS = 4;

describe('a core of many partitions', () => {
  let core: Core;
  let data = '';
  let told = 0;
  const random = new SeededRandom(11);

  before(async () => {
    data = await temporaryFolder();
    core = await start();
  });
  after(() => core.close());

  const start = (): Promise<Core> =>
    startCore({
      data,
      partitions: PARTITIONS,
      listen: { host: '127.0.0.1', port: 0 },
      durable: 'off',
      config: readConfig({ REPRISE_CHECKPOINT_EVENTS_MAX: '150' }),
      logger: createLogger('silent'),
    });

  async function call(method: string, path: string, body?: unknown): Promise<Json> {
    const response = await fetch(`${core.url ?? ''}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Json;
    assert.ok(response.ok, JSON.stringify(answer));
    return answer;
  }

  /** Sends plays in small batches, with time for barriers between them. */
  async function play(batches: number): Promise<void> {
    for (let batch = 0; batch < batches; batch++) {
      const events = Array.from({ length: 40 }, () => ({
        id: `e${told++}`,
        type: 'play',
        user: `u${random.below(80)}`,
        item: `i${Math.floor(random.next() ** 2 * 120)}`,
        time: new Date(1_700_000_000_000 + told * 1_000).toISOString(),
      }));
      await call('POST', '/v1/events', events);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  async function caughtUp(): Promise<Json> {
    for (;;) {
      const status = await call('GET', '/v1/status');
      if ((status['replay'] as Json)['behind'] === 0) return status;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function restart(): Promise<void> {
    await core.close();
    core = await start();
    await core.ready();
  }

  async function verified(): Promise<void> {
    await caughtUp();
    const report = await call('POST', '/v1/verifications', { full: true });
    assert.deepEqual([report['differing'], report['parted']], [[], []]);
    assert.equal(report['equal'], true);
    const { faults, marks } = report['kept'] as Json;
    assert.deepEqual(faults, []);
    assert.ok((marks as number) > PARTITIONS, `${String(marks)} marks`);
  }

  it('sets barriers while events come, and a clean replay gives what is served', async () => {
    await play(30);
    const { counts, journal } = await caughtUp();
    const events = (journal as { heads: string[] }).heads.reduce(
      (sum, head) => sum + Number(head.split(':')[1]) + 1,
      0,
    );
    const barriers = (events - (counts as { events: number }).events) / PARTITIONS;
    assert.ok(barriers >= 5 && Number.isInteger(barriers), `${barriers} barriers`);
    await verified();
  });

  it('goes on from checkpoints and merges after a restart', async () => {
    await restart();
    await play(10);
    await verified();
  });

  it('derives merges again where they are lost', async () => {
    await core.close();
    await rm(join(data, 'merges'), { recursive: true });
    // One partition begins anew and needs what the others no longer have.
    const folder = join(data, 'checkpoints', 'v1');
    for (const name of await readdir(folder)) {
      if (name.startsWith('p0-')) await rm(join(folder, name));
    }
    core = await start();
    await core.ready();
    const { warnings } = (await call('GET', '/v1/status')) as { warnings: { message: string }[] };
    assert.match(warnings[0]?.message ?? '', /merge of barrier 1 of v1 is lost/);
    await play(5);
    await verified();
  });

  it('rebuilds projections that equal the ones before', async () => {
    await caughtUp();
    const before = await call('GET', '/v1/state-hash');
    await call('POST', '/v1/projections/rebuild', {});
    const { hash } = await call('GET', '/v1/state-hash');
    assert.equal(hash, before['hash']);
    await play(5);
    await verified();
  });
});
