import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  OBSERVED_VERSIONS_MAX,
  openObservedPlaces,
} from '../../adapters/cluster/observed-places.ts';
import { PLACES_MAX } from '../../model/stream/place-window.ts';
import { RedisServer } from './redis-server.ts';

describe('the places that workers tell in Redis', () => {
  let server: RedisServer;
  before(async () => {
    server = await RedisServer.start();
  });
  after(() => server.close());

  it('are those of all workers, the newest last, by version in the order in which they came', async () => {
    const one = openObservedPlaces(server.link({ prefix: 'a:' }));
    const other = openObservedPlaces(server.link({ prefix: 'a:' }));
    await one.add('second', Uint16Array.of(3, 0));
    await other.add('first', Uint16Array.of(1));
    await other.add('second', Uint16Array.of(7));
    await other.add('second', new Uint16Array());
    assert.deepEqual(await one.newest(2), [
      { version: 'second', sampled: 3, newest: Uint16Array.of(0, 7) },
      { version: 'first', sampled: 1, newest: Uint16Array.of(1) },
    ]);
    const [only, ...others] = await one.newest(10, 'first');
    assert.deepEqual([only?.version, others], ['first', []]);
    assert.deepEqual(await one.newest(10, 'third'), []);
  });

  it('are bounded, and so are the versions', async () => {
    const places = openObservedPlaces(server.link({ prefix: 'b:' }));
    const many = Uint16Array.from({ length: PLACES_MAX }, (_, at) => at % 21);
    await places.add('0', many);
    await places.add('0', Uint16Array.of(20, 19));
    const [kept] = await places.newest(PLACES_MAX * 2, '0');
    assert.equal(kept?.sampled, PLACES_MAX + 2);
    assert.deepEqual(kept.newest, Uint16Array.of(...many.subarray(2), 20, 19));
    for (let version = 1; version <= OBSERVED_VERSIONS_MAX; version++) {
      await places.add(String(version), Uint16Array.of(1));
    }
    const versions = (await places.newest(1)).map(({ version }) => version);
    const wanted = Array.from({ length: OBSERVED_VERSIONS_MAX }, (_, at) => String(at + 1));
    assert.deepEqual(versions, wanted);
    const link = server.link({ prefix: 'b:' });
    const keys = await link.run((redis) => redis.keys('b:*'));
    assert.equal(keys.length, OBSERVED_VERSIONS_MAX + 2, 'what is dropped leaves nothing');
  });

  it('are missed with a reason where Redis is down', async () => {
    const link = server.link({ url: 'redis://127.0.0.1:1', commandMsMax: 300 });
    await assert.rejects(openObservedPlaces(link).newest(1), { code: 'UNAVAILABLE' });
  });
});
