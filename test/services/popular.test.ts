import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openPopular } from '../../adapters/cluster/popular.ts';
import type { RedisLink } from '../../adapters/cluster/redis/redis.ts';
import { hasCode } from '../../events/error.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import type { Journal } from '../../events/journal.ts';
import { followPopular } from '../../projections/popular-store.ts';
import type { PopularStore } from '../../projections/popular-store.ts';
import { popularStoreContract } from '../contracts/popular-store.contract.ts';
import { entryOf, interactionOf } from '../doubles/facts.ts';
import { createMemoryJournal } from '../doubles/memory-journal.ts';
import { createMemoryPopular } from '../doubles/memory-popular.ts';
import { HALF_LIFE_MS } from '../projections/delta-world.ts';
import { RedisServer } from './redis-server.ts';

let server: RedisServer;
before(async () => {
  server = await RedisServer.start();
});
after(() => server.close());

let places = 0;

function place(): RedisLink {
  places += 1;
  return server.link({ prefix: `p${String(places)}:`, commandMsMax: 500 });
}

popularStoreContract('popular items in redis', () =>
  Promise.resolve(openPopular({ link: place(), halfLifeMs: HALF_LIFE_MS })),
);

async function append(journal: Journal, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 1) {
    await journal.append([entryOf(n, n % journal.partitions, interactionOf(n))]);
  }
}

/** Follows a partition for as long as the signal lets it, across outages. */
async function follow(
  journal: Journal,
  store: PopularStore,
  partition: number,
  signal: AbortSignal,
): Promise<void> {
  const options = {
    types: DEFAULT_INTERACTION_TYPES,
    isErased: () => Promise.resolve(false),
    live: true,
    signal,
    lookAgain: () => pause(30),
  };
  while (!signal.aborted) {
    try {
      await followPopular(journal, store, partition, options);
    } catch (error) {
      if (!hasCode(error, 'UNAVAILABLE')) throw error;
      await pause(20);
    }
  }
}

/** Waits until a store holds what a twin in memory gives that counted the whole journal. */
async function isEqual(journal: Journal, store: PopularStore): Promise<void> {
  const twin = createMemoryPopular(HALF_LIFE_MS);
  for (let partition = 0; partition < journal.partitions; partition += 1) {
    await followPopular(journal, twin, partition, {
      types: DEFAULT_INTERACTION_TYPES,
      isErased: () => Promise.resolve(false),
      live: false,
      signal: new AbortController().signal,
      lookAgain: () => Promise.resolve(),
    });
  }
  const wanted = new Map((await twin.top(99)).map(({ id, share }) => [id, share]));
  const deadline = performance.now() + 10_000;
  for (;;) {
    const top = await store.top(99).catch(() => []);
    const off = (id: string, share: number): number => Math.abs(share - (wanted.get(id) ?? NaN));
    const isSame = top.length === wanted.size && top.every((one) => off(one.id, one.share) < 1e-9);
    if (isSame) return;
    assert.ok(performance.now() < deadline, JSON.stringify({ top, wanted: [...wanted] }));
    await pause(10);
  }
}

describe('popular items in redis over time', () => {
  it('count each event once where several processes follow the same partitions', async () => {
    const journal = createMemoryJournal(2);
    const link = place();
    const stores = [0, 1, 2].map(() => openPopular({ link, halfLifeMs: HALF_LIFE_MS }));
    const stop = new AbortController();
    const following = stores.flatMap((store) =>
      [0, 1].map((partition) => follow(journal, store, partition, stop.signal)),
    );
    await append(journal, 0, 200);
    await isEqual(journal, stores[0]!);
    stop.abort();
    await Promise.all(following);
  });

  it('are counted again after a flush and after a restart, without a new event', async () => {
    const journal = createMemoryJournal(2);
    const store = openPopular({ link: place(), halfLifeMs: HALF_LIFE_MS });
    const stop = new AbortController();
    const following = [0, 1].map((partition) => follow(journal, store, partition, stop.signal));
    await append(journal, 0, 60);
    await isEqual(journal, store);
    await server.flush();
    await isEqual(journal, store);
    await server.kill();
    await append(journal, 60, 90);
    await assert.rejects(store.top(3), { code: 'UNAVAILABLE' });
    await server.start();
    await isEqual(journal, store);
    stop.abort();
    await Promise.all(following);
  });

  it('count for nothing where a part of them was removed', async () => {
    const journal = createMemoryJournal();
    const link = place();
    const store = openPopular({ link, halfLifeMs: HALF_LIFE_MS });
    const stop = new AbortController();
    const following = follow(journal, store, 0, stop.signal);
    await append(journal, 0, 60);
    await isEqual(journal, store);
    for (const part of ['', ':state']) {
      const key = `${link.prefix}{popular:${String(HALF_LIFE_MS)}}${part}`;
      assert.equal(await link.run((redis) => redis.del(key)), 1);
      await isEqual(journal, store);
      await pause(60);
      await isEqual(journal, store);
    }
    stop.abort();
    await following;
  });
});
