import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { ItemPublished } from '../../events/fact.ts';
import { sequence } from '../../events/position.ts';
import type { Journal } from '../../events/journal.ts';
import type { ItemCatalogue, ItemMetadata } from '../../projections/items.ts';
import { followItems } from '../../projections/items.ts';
import { createMemoryJournal } from '../doubles/memory-journal.ts';
import { entryOf, interactionOf } from '../doubles/facts.ts';

/** A catalogue in a place of its own: `reopen` closes it and opens it there again, `close` removes the place too. */
export interface OpenedItems {
  readonly catalogue: ItemCatalogue;
  readonly reopen: () => Promise<ItemCatalogue>;
  readonly close: () => Promise<void>;
}

function published(item: string, metadata: ItemMetadata | null): ItemPublished {
  return { kind: 'ItemPublished', item, metadata, timeMs: 0 };
}

/** A journal of one partition, and a way to append to it and to fold it to its head. */
class Story {
  readonly journal: Journal = createMemoryJournal();
  #count = 0;

  async append(...facts: (ItemPublished | 'an interaction')[]): Promise<void> {
    const entries = facts.map((fact) => {
      this.#count += 1;
      const n = this.#count;
      return entryOf(n, 0, fact === 'an interaction' ? interactionOf(n) : fact);
    });
    await this.journal.append(entries);
  }

  fold(catalogue: ItemCatalogue): Promise<void> {
    return followItems(this.journal, catalogue, {
      live: false,
      signal: new AbortController().signal,
    });
  }
}

/** What every item catalogue must do. */
export function itemsContract(name: string, open: () => Promise<OpenedItems>): void {
  describe(name, () => {
    const closers: (() => Promise<void>)[] = [];
    const opened = async (): Promise<OpenedItems> => {
      const one = await open();
      closers.push(one.close);
      return one;
    };
    afterEach(async () => {
      for (const close of closers.splice(0)) await close();
    });

    it('knows what was published last, and what was withdrawn', async () => {
      const { catalogue } = await opened();
      const story = new Story();
      await story.append(published('a', { title: 'First' }), 'an interaction');
      await story.append(published('__proto__', { title: 'Odd', year: 1999 }));
      await story.append(published('a', { title: 'Second' }), published('b', { year: 3 }));
      await story.append(published('b', null));
      await story.fold(catalogue);
      assert.equal(catalogue.position, 5);
      assert.equal(catalogue.title('a'), 'Second');
      assert.equal(catalogue.titles.get('a'), 'Second');
      assert.deepEqual(await catalogue.metadata('__proto__'), { title: 'Odd', year: 1999 });
      assert.equal(await catalogue.metadata('b'), null);
      assert.equal(catalogue.isWithdrawn('b'), true);
      assert.deepEqual([...catalogue.withdrawn], ['b']);
      assert.equal(catalogue.size, 2);
      assert.equal(await catalogue.metadata('toString'), undefined);
      assert.equal(catalogue.title('toString'), undefined);
    });

    it('gives all metadata, and tells of every publication in its turn', async () => {
      const { catalogue } = await opened();
      const story = new Story();
      await story.append(published('a', { year: 1 }), published('b', { year: 2 }));
      await story.append(published('c', { year: 3 }), published('b', null));
      await story.fold(catalogue);
      const told: unknown[] = [];
      catalogue.onPublished((item, metadata) => told.push([item, metadata]));
      const all = async (): Promise<unknown> => {
        const found: (readonly [string, ItemMetadata])[] = [];
        for await (const one of catalogue.all()) found.push(one);
        return found.sort(([one], [other]) => (one < other ? -1 : 1));
      };
      assert.deepEqual(await all(), [
        ['a', { year: 1 }],
        ['c', { year: 3 }],
      ]);
      await story.append(published('b', { year: 4 }), 'an interaction', published('a', null));
      await story.fold(catalogue);
      assert.deepEqual(told, [
        ['b', { year: 4 }],
        ['a', null],
      ]);
      assert.deepEqual(await all(), [
        ['b', { year: 4 }],
        ['c', { year: 3 }],
      ]);
    });

    it('takes an item back that is published again', async () => {
      const { catalogue } = await opened();
      const story = new Story();
      await story.append(published('a', null), published('a', { title: 'Back' }));
      await story.fold(catalogue);
      assert.equal(catalogue.isWithdrawn('a'), false);
      assert.equal(catalogue.title('a'), 'Back');
      assert.equal(catalogue.titles.get('a'), 'Back');
    });

    it('counts every change of what is withdrawn, a drop among them', async () => {
      const { catalogue } = await opened();
      const story = new Story();
      const counts = [catalogue.withdrawals];
      for (const metadata of [null, null, { title: 'Back' }, { title: 'Again' }]) {
        await story.append(published('a', metadata));
        await story.fold(catalogue);
        counts.push(catalogue.withdrawals);
      }
      const [start = 0] = counts;
      const changes = counts.map((count) => count - start);
      assert.deepEqual(changes, [0, 1, 1, 2, 2]);
      await catalogue.drop();
      assert.ok(catalogue.withdrawals > start + 2);
    });

    it('goes on where it stood when it is opened again', async () => {
      const { catalogue, reopen } = await opened();
      const story = new Story();
      await story.append(published('a', { title: 'A' }), published('b', null));
      await story.fold(catalogue);
      const again = await reopen();
      assert.equal(again.position, 1);
      assert.equal(again.title('a'), 'A');
      assert.equal(again.isWithdrawn('b'), true);
      await story.append(published('b', { title: 'B' }));
      await story.fold(again);
      assert.equal(again.title('b'), 'B');
    });

    it('folds a block once, and refuses one that leaves a gap', async () => {
      const { catalogue } = await opened();
      const story = new Story();
      await story.append(published('a', { title: 'A' }));
      const first = await story.journal.read(0, catalogue.position);
      await story.append(published('a', { title: 'later' }));
      await story.append(published('a', { title: 'last' }));
      await story.fold(catalogue);
      await catalogue.apply(first!);
      assert.equal(catalogue.title('a'), 'last');
      assert.equal(catalogue.position, 2);
      const fresh = await opened();
      const next = { ...first!, firstSequence: catalogue.position };
      await assert.rejects(fresh.catalogue.apply(next), RangeError);
    });

    it('is equal again after it was dropped and folded from the start', async () => {
      const { catalogue, reopen } = await opened();
      const story = new Story();
      await story.append(published('a', { title: 'A' }), published('b', null));
      await story.fold(catalogue);
      await catalogue.drop();
      assert.equal(catalogue.position, -1);
      assert.equal(catalogue.title('a'), undefined);
      assert.equal(await catalogue.metadata('a'), undefined);
      const again = await reopen();
      assert.equal(again.position, -1);
      await story.fold(again);
      assert.equal(again.title('a'), 'A');
      assert.equal(again.isWithdrawn('b'), true);
      assert.equal(again.position, 1);
    });

    it('tells where it stands after every block, when what it held can be read', async () => {
      const { catalogue } = await opened();
      const story = new Story();
      const told: (readonly [number, number, string | undefined])[] = [];
      catalogue.onAdvance((at) => told.push([at, catalogue.position, catalogue.title('a')]));
      await story.append(published('a', { title: 'Old' }), 'an interaction');
      await story.fold(catalogue);
      await story.append('an interaction');
      await story.fold(catalogue);
      const known = await story.journal.read(0, sequence(-1));
      await story.append(published('a', { title: 'New' }));
      await story.fold(catalogue);
      await catalogue.apply(known!);
      assert.deepEqual(told, [
        [1, 1, 'Old'],
        [2, 2, 'Old'],
        [3, 3, 'New'],
      ]);
    });

    it('follows a journal that grows until it is told to stop', async () => {
      const { catalogue } = await opened();
      const story = new Story();
      const stop = new AbortController();
      const following = followItems(story.journal, catalogue, { live: true, signal: stop.signal });
      await story.append(published('a', { title: 'A' }));
      while (catalogue.title('a') === undefined) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      stop.abort();
      await following;
      assert.equal(catalogue.title('a'), 'A');
    });
  });
}
