import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openCheckpointWishes } from '../../adapters/cluster/checkpoint-wishes.ts';
import { openWorkerRegister } from '../../adapters/cluster/worker-register.ts';
import { RedisServer } from './redis-server.ts';

describe('what workers tell each other through Redis', () => {
  let server: RedisServer;
  before(async () => {
    server = await RedisServer.start();
  });
  after(() => server.close());

  it('counts the workers that are alive, by the clock of Redis', async () => {
    const register = openWorkerRegister(server.link({ prefix: 'r:' }), 300);
    assert.equal(await register.beat('a'), 1);
    assert.equal(await register.beat('b'), 2);
    assert.equal(await register.beat('a'), 2);
    assert.deepEqual(await register.workers(), ['a', 'b']);
    await register.leave('a');
    assert.equal(await register.beat('b'), 1);
    await pause(400);
    assert.deepEqual(await register.workers(), []);
  });

  it('says that nobody can be counted where Redis is down', async () => {
    const link = server.link({ url: 'redis://127.0.0.1:1', commandMsMax: 300 });
    await assert.rejects(openWorkerRegister(link).beat('a'), { code: 'UNAVAILABLE' });
  });

  it('brings wishes for checkpoints to who heeds them, and nothing else', async () => {
    const link = server.link({ prefix: 'w:' });
    const wishes = openCheckpointWishes(link);
    const heard: unknown[] = [];
    const stop = new AbortController();
    const hear = (...wished: unknown[]): void => {
      heard.push(wished.filter((each) => each !== undefined));
    };
    await wishes.heed(hear, stop.signal);
    for (const said of ['soon', '3 v/2', '3 v2 now', 'v2']) {
      await link.run((redis) => redis.publish('w:checkpoint-wishes', said));
    }
    for (const partition of [3, 0]) await wishes.wish(partition);
    await wishes.wish(1, 'v2');
    while (heard.length < 3) await pause(5);
    stop.abort();
    await wishes.wish(7);
    await pause(50);
    assert.deepEqual(heard, [[3], [0], [1, 'v2']]);
  });
});
