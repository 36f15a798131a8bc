import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { searchSliceTitlesMax, searchTitles } from '../../projections/item-search.ts';
import {
  listedAttributesMax,
  listedItem,
  listedTextCharsMax,
} from '../../projections/listed-item.ts';
import { searchesMax } from '../../projections/queries.ts';
import { DeltaWorld } from './delta-world.ts';
import { servingRig } from './serving-rig.ts';

const TITLES = new Map([
  ['1', 'Silver River'],
  ['2', 'River and Canal'],
  ['3', 'Driver'],
  ['4', 'Café del Mar'],
  ['5', 'Canal, River'],
  ['river', 'Something else'],
]);
const yieldNow = (): Promise<void> => Promise.resolve();

describe('a search by title', () => {
  const check = async (search: string, expected: readonly string[], n = 10): Promise<void> => {
    assert.deepEqual(await searchTitles(TITLES, search, n, yieldNow), expected, search);
  };

  it('gives what starts so, then words that start so, then what holds it; an id before all', async () => {
    await check('river', ['river', '2', '5', '1', '3']);
    await check('river', ['river', '2'], 2);
    await check('RIV', ['2', '5', '1', '3']);
  });

  it('wants every word, in any order, and knows no accents', async () => {
    await check('river can', ['5', '2']);
    await check('cafe', ['4']);
    await check('CAFÉ mar', ['4']);
    await check('river sea', []);
    await check('  ', []);
    await check('.*', []);
  });

  it('lets other work run', async () => {
    const many = new Map(
      Array.from({ length: 3 * searchSliceTitlesMax }, (_, n) => [String(n), 'a']),
    );
    let yields = 0;
    await searchTitles(many, 'b', 1, () => {
      yields += 1;
      return Promise.resolve();
    });
    assert.equal(yields, 3);
  });
});

describe('items in short', () => {
  it('tell plain attributes, within bounds', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`a${String(n)}`, n]));
    const long = 'x'.repeat(1_000);
    const metadata = { title: 'T', long, list: [1], nested: { a: 1 }, live: true, ...many };
    const { attributes, ...item } = listedItem('i', 'T', true, metadata);
    assert.deepEqual(item, { id: 'i', title: 'T', met: true });
    assert.equal(Object.keys(attributes).length, listedAttributesMax);
    assert.equal(String(attributes['long']).length, listedTextCharsMax);
    assert.deepEqual([attributes['live'], attributes['list']], [true, undefined]);
    assert.deepEqual(listedItem('i', undefined, false, null), {
      id: 'i',
      met: false,
      attributes: {},
    });
  });

  it('are listed in order, without what is unknown or withdrawn; so many searches at a time', async () => {
    const rig = await servingRig({ titles: { a: 'An a', b: 'A b', w: 'A w' } });
    const world = new DeltaWorld();
    world.item('a', [1, 0, 0, 0]);
    world.item('plain', [1, 0, 0, 0]);
    rig.serving.apply(world.whole());
    rig.catalogue.withdrawn.add('w');
    const listed = await rig.queries.listItems(['plain', 'none', 'w', 'b', 'a']);
    assert.deepEqual(
      listed.map(({ id, met }) => [id, met]),
      [
        ['plain', true],
        ['b', false],
        ['a', true],
      ],
    );
    const asked = Array.from({ length: searchesMax + 1 }, () => rig.queries.searchItems('a', 5));
    const outcomes = await Promise.allSettled(asked);
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 1);
    assert.equal((refused[0] as PromiseRejectedResult).reason.code, 'BUSY');
    assert.equal((await rig.queries.searchItems('a', 5)).length, 2);
  });
});
