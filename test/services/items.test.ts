import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openItems } from '../../adapters/cluster/items.ts';
import type { RedisLink } from '../../adapters/cluster/redis.ts';
import { hasCode } from '../../events/error.ts';
import type { Journal } from '../../events/journal.ts';
import type { ItemCatalogue } from '../../projections/items.ts';
import { followItems, publishedItems, titleOf } from '../../projections/items.ts';
import { itemsContract } from '../contracts/items.contract.ts';
import { entryOf, interactionOf } from '../doubles/facts.ts';
import { createMemoryJournal } from '../doubles/memory-journal.ts';
import { RedisServer } from './redis-server.ts';

let server: RedisServer;
before(async () => {
  server = await RedisServer.start();
});
after(() => server.close());

let places = 0;

function place(): RedisLink {
  places += 1;
  return server.link({ prefix: `i${String(places)}:`, commandMsMax: 500 });
}

function open(link: RedisLink, titlesMax = 1_000): Promise<ItemCatalogue> {
  const fold = { published: publishedItems, title: titleOf };
  return openItems({ link, fold, titlesMax, watchMsMax: 50 });
}

itemsContract('the item catalogue in redis', async () => {
  const link = place();
  let catalogue = await open(link);
  return {
    catalogue,
    async reopen() {
      await catalogue.close();
      catalogue = await open(link);
      return catalogue;
    },
    close: () => catalogue.close(),
  };
});

/** Appends publications of items `0` to `n − 1`, an interaction after each, a block of both. */
async function publish(journal: Journal, from: number, to: number, title: string): Promise<void> {
  for (let n = from; n < to; n += 1) {
    const item = String(n % 20);
    const metadata = n % 7 === 6 ? null : { title: `${title} ${item}`, n };
    const fact = { kind: 'ItemPublished', item, metadata, timeMs: 0 } as const;
    const key = (journal.head(0) + 1) * 2;
    await journal.append([entryOf(key, 0, fact), entryOf(key + 1, 0, interactionOf(n))]);
  }
}

/** All that a catalogue answers. */
async function content(catalogue: ItemCatalogue): Promise<unknown> {
  const items = Array.from({ length: 20 }, (_, n) => String(n));
  const metadata = await Promise.all(items.map((item) => catalogue.metadata(item)));
  const titles = items.map((item) => catalogue.title(item));
  const { position, size, withdrawn } = catalogue;
  return { position, size, withdrawn: [...withdrawn].sort(), metadata, titles };
}

/** Follows the journal for as long as the signal lets it, across outages. */
async function follow(
  journal: Journal,
  catalogue: ItemCatalogue,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await followItems(journal, catalogue, { live: true, signal });
    } catch (error) {
      if (!hasCode(error, 'UNAVAILABLE')) throw error;
      await pause(20);
    }
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, 'it did not come in time');
    await pause(10);
  }
}

const signal = new AbortController().signal;

describe('the item catalogue in redis over time', () => {
  it('is one where several processes fold the same journal into it', async () => {
    const journal = createMemoryJournal();
    await publish(journal, 0, 60, 'First');
    const link = place();
    const catalogues = [await open(link), await open(link), await open(link)];
    const fold = (catalogue: ItemCatalogue): Promise<void> =>
      followItems(journal, catalogue, { live: false, signal });
    await Promise.all(catalogues.map(fold));
    await publish(journal, 60, 80, 'Second');
    await Promise.all(catalogues.slice(0, 2).map(fold));
    const late = await open(link);
    await Promise.all([...catalogues, late].map(fold));
    const alone = await open(place());
    await fold(alone);
    const wanted = await content(alone);
    for (const one of [...catalogues, late]) assert.deepEqual(await content(one), wanted);
    for (const one of [...catalogues, late, alone]) await one.close();
  });

  it('is folded again after a flush, and answers titles meanwhile', async () => {
    const journal = createMemoryJournal();
    await publish(journal, 0, 50, 'Title');
    const link = place();
    const [one, other] = [await open(link), await open(link)];
    const stop = new AbortController();
    const following = [one, other].map((catalogue) => follow(journal, catalogue, stop.signal));
    await until(() => one.position === 99 && other.position === 99);
    const wanted = await content(one);
    const { withdrawals } = one;
    let lost = 0;
    one.onLost?.(() => {
      lost += 1;
      assert.equal(one.position < 99, true);
      assert.equal(one.title('3'), 'Title 3', 'what was known is answered');
    });
    await server.flush();
    await assert.rejects(one.metadata('3'), { code: 'UNAVAILABLE' });
    await until(() => lost === 1 && one.position === 99 && other.position === 99);
    assert.deepEqual(await content(one), wanted);
    assert.deepEqual(await content(other), wanted);
    assert.ok(one.withdrawals > withdrawals, 'what was derived from the old set is stale');
    const again = await open(link);
    assert.deepEqual(await content(again), wanted, 'and stands in redis');
    stop.abort();
    await Promise.all(following);
    for (const each of [one, other, again]) await each.close();
  });

  it('outlives kills and restarts while it is written', async () => {
    const journal = createMemoryJournal();
    const link = place();
    const catalogue = await open(link);
    const stop = new AbortController();
    const following = follow(journal, catalogue, stop.signal);
    for (let round = 0; round < 2; round += 1) {
      await publish(journal, round * 30, round * 30 + 15, `Round ${String(round)}`);
      await pause(30);
      await server.kill();
      await publish(journal, round * 30 + 15, round * 30 + 30, `Round ${String(round)}`);
      await assert.rejects(catalogue.metadata('1'), { code: 'UNAVAILABLE' });
      await server.start();
    }
    await until(async () => {
      const head = journal.head(0);
      return catalogue.position === head && (await openedPosition(link)) === head;
    });
    const alone = await open(place());
    await followItems(journal, alone, { live: false, signal });
    assert.deepEqual(await content(catalogue), await content(alone));
    stop.abort();
    await following;
    for (const each of [catalogue, alone]) await each.close();
  });

  it('counts for nothing where a part of it was removed', async () => {
    const journal = createMemoryJournal();
    await publish(journal, 0, 20, 'Title');
    const link = place();
    const catalogue = await open(link);
    await followItems(journal, catalogue, { live: false, signal });
    await catalogue.close();
    await link.run((redis) => redis.hdel(`${link.prefix}{items}`, '3'));
    const again = await open(link);
    assert.equal(again.position, -1);
    assert.equal(again.size, 0);
    await again.close();
  });

  it('refuses to open where redis is down', async () => {
    const link = server.link({ url: 'redis://127.0.0.1:1', commandMsMax: 300 });
    await assert.rejects(open(link), { code: 'UNAVAILABLE' });
  });
});

async function openedPosition(link: RedisLink): Promise<number> {
  const catalogue = await open(link);
  await catalogue.close();
  return catalogue.position;
}
