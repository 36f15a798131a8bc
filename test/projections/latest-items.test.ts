import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { LatestItems, latestSliceItemsMax } from '../../projections/latest-items.ts';
import { RuleItems } from '../../projections/rules/rule-items.ts';
import { memoryCatalogue } from './serving-rig.ts';
import type { MemoryCatalogue } from './serving-rig.ts';

const yieldNow = (): Promise<void> => Promise.resolve();

function latestOf(catalogue: MemoryCatalogue): LatestItems {
  return new LatestItems(new RuleItems(catalogue, yieldNow), yieldNow);
}

async function idsOf(latest: LatestItems, n: number, category?: string): Promise<string> {
  return (await latest.find(n, category)).map(({ id }) => id).join();
}

describe('the latest items', () => {
  it('are those of the newest times, by id where these are equal; one without a time is none', async () => {
    const catalogue = memoryCatalogue();
    catalogue.publish('b', { timestamp: '2025-12-31' });
    catalogue.publish('a', { timestamp: '2025-12-31T00:00:00Z' });
    catalogue.publish('newest', { timestamp: '2026-01-02T10:00:00+02:00', categories: ['jazz'] });
    catalogue.publish('plain', { title: 'No time' });
    catalogue.publish('odd', { timestamp: 7, categories: 'jazz' });
    catalogue.publish('broken', { timestamp: 'yesterday' });
    const latest = latestOf(catalogue);
    assert.equal(await idsOf(latest, 10), 'newest,a,b');
    assert.equal(await idsOf(latest, 2), 'newest,a');
    assert.equal(await idsOf(latest, 2, 'jazz'), 'newest');
    assert.equal(await idsOf(latest, 2, 'folk'), '');
    const [first] = await latest.find(1);
    assert.equal(first?.timeMs, Date.UTC(2026, 0, 2, 8));
  });

  it('follow what is published, changed and withdrawn', async () => {
    const day = fc.integer({ min: 1, max: 28 });
    const change = fc.record({
      item: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      day: fc.option(day),
    });
    const asking = fc.array(fc.array(change, { maxLength: 12 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(asking, fc.integer({ min: 1, max: 4 }), async (rounds, n) => {
        const catalogue = memoryCatalogue();
        const latest = latestOf(catalogue);
        const days = new Map<string, number>();
        for (const round of rounds) {
          for (const { item, day: of } of round) {
            const timestamp = `2026-01-${String(of).padStart(2, '0')}`;
            catalogue.publish(item, of === null ? null : { timestamp });
            if (of === null) days.delete(item);
            else days.set(item, of);
          }
          const expected = [...days].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
          const ids = expected.slice(0, n).map(([item]) => item);
          assert.equal(await idsOf(latest, n), ids.join());
        }
      }),
    );
  });

  it('are found in slices', async () => {
    const catalogue = memoryCatalogue();
    for (let item = 0; item < 2 * latestSliceItemsMax; item += 1) {
      catalogue.publish(String(item), { timestamp: '2025-12-31' });
    }
    let yields = 0;
    const items = new RuleItems(catalogue, yieldNow);
    await items.load();
    const latest = new LatestItems(items, async () => void (yields += 1));
    await latest.find(1);
    assert.equal(yields, 4);
  });
});
