import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DayCounts } from '../../../adapters/cluster/day-counts.ts';
import { RepriseError } from '../../../events/error.ts';
import { QUOTA_WAIT_MS_MAX, ClusterDayQuota } from '../../../processes/access/cluster-day-quota.ts';

const DAY_MS = 86_400_000;
const NOON_MS = Date.UTC(2026, 10, 28, 12);
const TODAY = Math.floor(NOON_MS / DAY_MS);
const AWAY = new RepriseError('UNAVAILABLE', 'redis is away');
const shop = { name: 'shop', scope: 'read', requestsPerDayMax: 5 } as const;

/** A Redis that can be away, hang or be emptied, and APIs that share it. */
function createRig() {
  const world = { nowMs: NOON_MS, used: 0, trouble: undefined as Error | undefined, hangs: false };
  const asked: number[] = [];
  const counts: DayCounts = {
    async take(_name, most, known) {
      asked.push(world.nowMs);
      if (world.hangs) await sleep(10 * QUOTA_WAIT_MS_MAX, undefined, { ref: false });
      if (world.trouble !== undefined) throw world.trouble;
      if (known.day === TODAY) world.used = Math.max(world.used, known.used) + known.more;
      if (world.used >= most) return { day: TODAY, used: world.used, waitMs: DAY_MS / 2 };
      world.used += 1;
      return { day: TODAY, used: world.used, waitMs: 0 };
    },
  };
  const warnings: string[] = [];
  const logger = { warn: (_fields: unknown, text: string) => void warnings.push(text) } as never;
  const open = () => new ClusterDayQuota({ counts, logger, clock: () => world.nowMs });
  return { world, asked, warnings, open };
}

describe('a quota of the day that APIs share', () => {
  it('is counted over all of them, and goes on in one that starts later', async () => {
    const { open } = createRig();
    const [one, other] = [open(), open()];
    assert.equal(await one.take({ name: 'free', scope: 'admin' }), 0);
    for (const quota of [one, other, one, other]) assert.equal(await quota.take(shop), 0);
    assert.equal(await open().take(shop), 0);
    assert.deepEqual([await one.take(shop), await other.take(shop)], [DAY_MS / 2, DAY_MS / 2]);
  });

  it('goes on from what an API heard last while Redis is away, and is added when it is back', async () => {
    const { world, asked, warnings, open } = createRig();
    const quota = open();
    for (let n = 0; n < 2; n += 1) await quota.take(shop);
    world.trouble = AWAY;
    const away = [await quota.take(shop), await quota.take(shop)];
    assert.deepEqual(away, [0, 0]);
    assert.equal(asked.length, 3, 'Redis is let alone for a while');
    assert.equal(warnings.length, 1);
    world.trouble = undefined;
    world.nowMs += 1_000;
    assert.equal(await quota.take(shop), 0);
    assert.equal(world.used, 5);
    assert.equal(await quota.take(shop), DAY_MS / 2);
    world.trouble = AWAY;
    assert.equal(await quota.take(shop), DAY_MS / 2 - 1_000, 'it is used up here, too');
  });

  it('is put back where Redis was emptied', async () => {
    const { world, open } = createRig();
    const quota = open();
    for (let n = 0; n < 4; n += 1) await quota.take(shop);
    world.used = 0;
    assert.deepEqual([await quota.take(shop), await quota.take(shop)], [0, DAY_MS / 2]);
  });

  it('holds no request up for longer than its bound', async () => {
    const { world, open } = createRig();
    const quota = open();
    world.hangs = true;
    const startMs = performance.now();
    assert.equal(await quota.take(shop), 0);
    const tookMs = performance.now() - startMs;
    assert.ok(tookMs >= QUOTA_WAIT_MS_MAX - 5 && tookMs < 8 * QUOTA_WAIT_MS_MAX, String(tookMs));
    const again = performance.now();
    assert.equal(await quota.take(shop), 0);
    assert.ok(performance.now() - again < QUOTA_WAIT_MS_MAX / 2);
  });

  it('begins anew with the day while Redis is away', async () => {
    const { world, open } = createRig();
    const quota = open();
    world.trouble = AWAY;
    const taken: number[] = [];
    for (let n = 0; n < 6; n += 1) taken.push(await quota.take(shop));
    assert.deepEqual(taken, [0, 0, 0, 0, 0, DAY_MS / 2]);
    world.nowMs += DAY_MS / 2;
    assert.equal(await quota.take(shop), 0);
  });
});
