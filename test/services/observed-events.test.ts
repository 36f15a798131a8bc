import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openObservedEvents } from '../../adapters/cluster/observed-events.ts';
import { observedKey } from '../../model/stream/observed-events.ts';
import { PLACES_MAX } from '../../model/stream/place-window.ts';
import { RedisServer } from './redis-server.ts';

describe('the sampled events that workers tell in Redis', () => {
  let server: RedisServer;
  before(async () => {
    server = await RedisServer.start();
  });
  after(() => server.close());

  it('are those of all workers, each once, whole in all their bits', async () => {
    const one = openObservedEvents(server.link({ prefix: 'a:' }));
    const other = openObservedEvents(server.link({ prefix: 'a:' }));
    const wide = { key: observedKey(0xffff_ffff, 0xffff_ffff), place: 0, cohorts: 7 };
    const near = { key: 5, place: 3, cohorts: 0 };
    await one.add('v1', [wide]);
    await other.add('v1', [near, { ...wide, place: 9 }]);
    await one.add('v2', []);
    assert.deepEqual(await one.kept('v1'), [wide, near]);
    assert.deepEqual(await other.kept('v2'), []);
  });

  it('are bounded', async () => {
    const events = openObservedEvents(server.link({ prefix: 'b:' }));
    const many = Array.from({ length: PLACES_MAX + 5 }, (_, key) => ({
      key,
      place: 1,
      cohorts: 0,
    }));
    await events.add('v1', many.slice(0, PLACES_MAX));
    await events.add('v1', many.slice(PLACES_MAX));
    assert.deepEqual(await events.kept('v1'), many.slice(5));
  });
});
