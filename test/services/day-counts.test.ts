import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openDayCounts } from '../../adapters/cluster/day-counts.ts';
import { RedisServer } from './redis-server.ts';

const DAY_MS = 86_400_000;
const UNKNOWN = { day: 0, used: 0, more: 0 };
const today = (): number => Math.floor(Date.now() / DAY_MS);

describe('the counts of the day in Redis', () => {
  let server: RedisServer;
  before(async () => {
    server = await RedisServer.start();
  });
  after(() => server.close());

  it('let in exactly so many of a name, however many take at once', async () => {
    const links = ['one', 'other'].map(() => openDayCounts(server.link({ prefix: 'a:' })));
    const taken = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => links[n % 2]?.take('shop', 40, UNKNOWN)),
    );
    assert.equal(taken.filter((one) => one?.waitMs === 0).length, 40);
    const refused = taken.find((one) => (one?.waitMs ?? 0) > 0);
    const toMidnightMs = DAY_MS - (Date.now() % DAY_MS);
    assert.ok(Math.abs((refused?.waitMs ?? 0) - toMidnightMs) < 60_000, JSON.stringify(refused));
    assert.equal((await links[0]?.take('other', 40, UNKNOWN))?.used, 1);
  });

  it('take up what a process knows of the day, and nothing of another day', async () => {
    const link = server.link({ prefix: 'b:' });
    const counts = openDayCounts(link);
    assert.equal((await counts.take('shop', 40, { day: today(), used: 7, more: 2 })).used, 10);
    assert.equal((await counts.take('shop', 40, { day: today(), used: 9, more: 0 })).used, 11);
    assert.equal((await counts.take('shop', 40, { day: today() - 1, used: 30, more: 5 })).used, 12);
    await link.run((redis) => redis.flushall());
    assert.equal((await counts.take('shop', 40, { day: today(), used: 12, more: 0 })).used, 13);
  });

  it('begin anew with the day, and not where the clock goes back', async () => {
    const link = server.link({ prefix: 'c:' });
    const counts = openDayCounts(link);
    await counts.take('shop', 3, UNKNOWN);
    await link.run((redis) => redis.hset('c:quotas', 'day', today() - 1, 'used:shop', 3));
    assert.deepEqual(await counts.take('shop', 3, UNKNOWN), { day: today(), used: 1, waitMs: 0 });
    await link.run((redis) => redis.hset('c:quotas', 'day', today() + 1, 'used:shop', 3));
    const ahead = await counts.take('shop', 3, UNKNOWN);
    assert.ok(ahead.day === today() + 1 && ahead.waitMs > DAY_MS, JSON.stringify(ahead));
    assert.ok((await link.run((redis) => redis.pttl('c:quotas'))) > DAY_MS);
  });

  it('say that nothing can be counted where Redis is down', async () => {
    const link = server.link({ url: 'redis://127.0.0.1:1', commandMsMax: 300 });
    await assert.rejects(openDayCounts(link).take('shop', 3, UNKNOWN), { code: 'UNAVAILABLE' });
  });
});
