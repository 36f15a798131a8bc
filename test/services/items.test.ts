import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openItems } from '../../adapters/cluster/items.ts';
import type { RedisLink } from '../../adapters/cluster/redis/redis.ts';
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

/** Looks that never come: the catalogue hears of a loss only where it writes. */
const NEVER_MS = 3_600_000;

function place(): RedisLink {
  places += 1;
  return server.link({ prefix: `i${String(places)}:` });
}

function open(link: RedisLink, watchMsMax = 50): Promise<ItemCatalogue> {
  const fold = { published: publishedItems, title: titleOf };
  return openItems({ link, fold, titlesMax: 1_000, watchMsMax });
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
    const catalogue = await open(link);
    const stop = new AbortController();
    const following = follow(journal, catalogue, stop.signal);
    await until(() => catalogue.position === 99);
    const wanted = await content(catalogue);
    const { withdrawals } = catalogue;
    let lost = 0;
    catalogue.onLost?.(() => {
      lost += 1;
      assert.equal(catalogue.position, -1);
      assert.equal(catalogue.title('3'), 'Title 3', 'what was known is answered');
    });
    await server.flush();
    await until(() => lost > 0 && catalogue.position === 99);
    assert.equal(lost, 1);
    assert.deepEqual(await content(catalogue), wanted);
    assert.ok(catalogue.withdrawals > withdrawals, 'what was derived from the old set is stale');
    const again = await open(link);
    assert.deepEqual(await content(again), wanted, 'and stands in redis');
    stop.abort();
    await following;
    for (const each of [catalogue, again]) await each.close();
  });

  it('takes in what another one folded again after a flush', async () => {
    const journal = createMemoryJournal();
    await publish(journal, 0, 50, 'Title');
    const link = place();
    const [watching, unaware] = [await open(link), await open(link, NEVER_MS)];
    const stop = new AbortController();
    const following = [watching, unaware].map((one) => follow(journal, one, stop.signal));
    const areAt = (position: number): boolean =>
      watching.position === position && unaware.position === position;
    await until(() => areAt(99));
    const { withdrawals } = unaware;
    const lost = { watching: 0, unaware: 0 };
    watching.onLost?.(() => (lost.watching += 1));
    unaware.onLost?.(() => (lost.unaware += 1));
    await server.flush();
    await until(() => lost.watching > 0 && watching.position === 99);
    assert.equal(unaware.title('3'), 'Title 3');
    await publish(journal, 50, 51, 'Title');
    await until(() => areAt(101));
    assert.deepEqual(lost, { watching: 1, unaware: 0 }, 'nothing that was known was missing');
    assert.ok(unaware.withdrawals > withdrawals, 'what was derived from the old set is stale');
    assert.deepEqual(await content(unaware), await content(watching));
    stop.abort();
    await Promise.all(following);
    for (const each of [watching, unaware]) await each.close();
  });

  it('says that metadata are folded again until it has looked after a flush', async () => {
    const journal = createMemoryJournal();
    await publish(journal, 0, 20, 'Title');
    const catalogue = await open(place(), NEVER_MS);
    await followItems(journal, catalogue, { live: false, signal });
    await server.flush();
    await assert.rejects(catalogue.metadata('3'), { code: 'UNAVAILABLE' });
    assert.equal(catalogue.title('3'), 'Title 3');
    await catalogue.close();
  });

  it('is folded again by each of several that hear of a flush at once', async () => {
    const journal = createMemoryJournal();
    await publish(journal, 0, 50, 'Title');
    const link = place();
    const catalogues = [await open(link), await open(link), await open(link)];
    const stop = new AbortController();
    const following = catalogues.map((one) => follow(journal, one, stop.signal));
    const areThere = (): boolean => catalogues.every(({ position }) => position === 99);
    await until(areThere);
    const wanted = await content(catalogues[0]!);
    // How many of them hear of it before the first one has folded everything is up to chance.
    const before = catalogues.map(({ withdrawals }) => withdrawals);
    await server.flush();
    const haveHeard = (): boolean => catalogues.every((one, at) => one.withdrawals > before[at]!);
    await until(() => haveHeard() && areThere());
    for (const one of catalogues) assert.deepEqual(await content(one), wanted);
    stop.abort();
    await Promise.all(following);
    for (const one of catalogues) await one.close();
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
