import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import type { Fact } from '../../events/fact.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import { PopularProjection } from '../../projections/popular.ts';
import type { PopularStore, PositiveEvent } from '../../projections/popular-store.ts';
import { followPopular } from '../../projections/popular-store.ts';
import { entryOf, surrogateOf } from '../doubles/facts.ts';
import { createMemoryJournal } from '../doubles/memory-journal.ts';
import { DeltaWorld, HALF_LIFE_MS } from '../projections/delta-world.ts';

/** A store with a half-life of {@link HALF_LIFE_MS} in a place of its own. */
export type OpenPopular = () => Promise<PopularStore>;

const play = (item: string, halfLives = 0, weight = 1): PositiveEvent => ({
  item,
  timeMs: halfLives * HALF_LIFE_MS,
  weight,
});

const rangeOf = (from: number, events: readonly PositiveEvent[], partition = 0) => ({
  partition,
  from: sequence(from),
  to: sequence(from + events.length),
  events,
});

const idsOf = (items: readonly { readonly id: string }[]): string[] => items.map(({ id }) => id);

const event = fc.record({
  partition: fc.constantFrom(0, 1),
  item: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'ü'),
  // Across landmarks, forwards and back, and close together, too.
  halfLives: fc.oneof(
    fc.integer({ min: -20, max: 20 }),
    fc.integer({ min: -1_600, max: 1_600 }),
    fc.double({ min: 500, max: 530, noNaN: true }),
  ),
});

/** Follows the popular items of a journal of one partition to its head. */
async function fold(store: PopularStore, facts: readonly Fact[]): Promise<void> {
  const journal = createMemoryJournal();
  for (const [n, fact] of facts.entries()) await journal.append([entryOf(n, 0, fact)]);
  await followPopular(journal, store, 0, {
    types: DEFAULT_INTERACTION_TYPES,
    isErased: (surrogate) => journal.isErased(surrogate),
    live: false,
    signal: new AbortController().signal,
    lookAgain: () => Promise.resolve(),
  });
}

const interaction = (user: number, type: string, item: string, timeMs = 0): Fact => ({
  kind: 'InteractionRecorded',
  type,
  user: surrogateOf(user),
  item,
  value: NaN,
  timeMs,
  sealed: new Uint8Array(1),
});

/** What every store of popular items must do. */
export function popularStoreContract(name: string, open: OpenPopular): void {
  describe(name, () => {
    const stores: PopularStore[] = [];
    const opened = async (): Promise<PopularStore> => {
      const store = await open();
      stores.push(store);
      return store;
    };
    afterEach(async () => {
      for (const store of stores.splice(0)) await store.close();
    });

    it('ranks by decayed counts, as shares of the greatest', async () => {
      const store = await opened();
      assert.deepEqual(await store.top(3), []);
      await store.apply(rangeOf(-1, [play('old', 0), play('old', 0), play('old', 0)]));
      await store.apply(rangeOf(2, [play('new', 2), play('half', 2, 0.5)]));
      const top = await store.top(9);
      assert.deepEqual(idsOf(top), ['new', 'old', 'half']);
      const shares = top.map(({ share }) => Math.round(share * 1e9) / 1e9);
      assert.deepEqual(shares, [1, 0.75, 0.5]);
      assert.deepEqual(idsOf(await store.top(1, new Set(['new', 'nobody']))), ['old']);
      assert.deepEqual(await store.top(0), []);
    });

    it('counts a range once, and none that does not start where the partition stands', async () => {
      const store = await opened();
      assert.equal(await store.apply(rangeOf(-1, [play('a'), play('b')])), 1);
      assert.equal(await store.apply(rangeOf(-1, [play('a'), play('b')])), 1);
      assert.equal(await store.apply(rangeOf(5, [play('b')])), 1);
      assert.equal(await store.apply(rangeOf(0, [play('b'), play('b')])), 1);
      assert.equal(await store.apply(rangeOf(-1, [play('b')], 1)), 0, 'partitions are apart');
      assert.equal(await store.position(0), 1);
      assert.equal(await store.position(1), 0);
      assert.equal(await store.position(7), ORIGIN);
      const shares = await store.top(9);
      assert.deepEqual(shares, [
        { id: 'b', share: 1 },
        { id: 'a', share: 0.5 },
      ]);
      assert.equal(await store.apply({ ...rangeOf(1, []), to: sequence(9) }), 9);
      assert.equal(await store.position(0), 9, 'a range without positive events moves on, too');
    });

    it('holds nothing after it was dropped, and the same once it is counted again', async () => {
      const store = await opened();
      const ranges = [rangeOf(-1, [play('a', 600), play('b')]), rangeOf(1, [play('a', 1)])];
      for (const range of ranges) await store.apply(range);
      const before = await store.top(9);
      await store.drop();
      assert.deepEqual(await store.top(9), []);
      assert.equal(await store.position(0), ORIGIN);
      for (const range of ranges) await store.apply(range);
      assert.deepEqual(await store.top(9), before);
    });

    it('ranks as the projection does that deltas feed', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(event, { maxLength: 6 }), { maxLength: 8 }),
          async (batches) => {
            const store = await opened();
            const worlds = [new DeltaWorld({ partition: 0 }), new DeltaWorld({ partition: 1 })];
            for (const batch of batches) {
              for (const [partition, world] of worlds.entries()) {
                const from = world.position;
                const own = batch.filter((one) => one.partition === partition);
                const events = own.map(({ item, halfLives }) => play(item, halfLives));
                for (const { item, timeMs } of events) world.happen({ user: 'u', item, timeMs });
                await store.apply(rangeOf(from, events, partition));
              }
            }
            const popular = new PopularProjection(2, 10);
            for (const world of worlds) popular.apply(world.whole());
            const wanted = popular.top(10);
            const shareOf = new Map(wanted.map(({ id, share }) => [id, share]));
            const top = await store.top(10);
            assert.equal(top.length, wanted.length);
            for (const [at, { id, share }] of top.entries()) {
              assert.ok(Math.abs(share - (wanted[at]?.share ?? NaN)) < 1e-9, 'the same ranks');
              assert.ok(Math.abs(share - (shareOf.get(id) ?? NaN)) < 1e-9, 'the same items');
            }
          },
        ),
        { numRuns: 60 },
      );
    });

    it('counts what the learner counts of a journal', async () => {
      const store = await opened();
      await fold(store, [
        interaction(1, 'play', 'a'),
        interaction(2, 'play', 'gone'),
        interaction(1, 'view', 'b'),
        interaction(1, 'dislike', 'disliked'),
        interaction(1, 'toString', 'unknown type'),
        interaction(1, 'play', 'no time', 9e15),
        { kind: 'ItemPublished', item: 'published', metadata: {}, timeMs: 0 },
        { kind: 'UserErased', user: surrogateOf(2), timeMs: 0 },
      ]);
      const top = await store.top(9);
      assert.deepEqual(top, [
        { id: 'a', share: 1 },
        { id: 'b', share: 0.5 },
      ]);
      assert.equal(await store.position(0), 7);
    });
  });
}
