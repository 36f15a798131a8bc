import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ContentPrior, PRIOR_ROWS_MAX, startFrom } from '../../model/content-prior.ts';
import { FactorTable } from '../../model/factor-table.ts';
import { loadKernel } from '../../model/kernel/kernel.ts';

const rowsOf = (prior: ContentPrior, item: string): (readonly number[])[] =>
  prior.sharing(item).map(({ rows }) => rows);

test('items that share an attribute are found by it, the rarer one counting more', () => {
  const prior = new ContentPrior();
  prior.publish('a', 0, ['genre=jazz', 'artist=x']);
  prior.publish('b', 1, ['genre=jazz']);
  prior.publish('c', -1, ['artist=x', 'genre=jazz', 'mood=none']);
  const [byArtist, byGenre, ...others] = prior.sharing('c');
  assert.deepEqual([byArtist?.rows, byGenre?.rows, others], [[0], [0, 1], []]);
  assert.ok((byArtist?.weight ?? 0) > (byGenre?.weight ?? 0));
  assert.deepEqual(prior.sharing('unheard of'), []);
});

test('an item that is published anew, or withdrawn, leaves what it had', () => {
  const prior = new ContentPrior();
  for (const [row, item] of ['a', 'b', 'c'].entries()) prior.publish(item, row, ['genre=jazz']);
  prior.publish('b', 1, ['genre=folk']);
  prior.publish('new', -1, ['genre=jazz']);
  assert.deepEqual(rowsOf(prior, 'new'), [[0, 2]]);
  prior.publish('b', 1, ['genre=jazz']);
  assert.deepEqual(rowsOf(prior, 'new'), [[0, 1, 2]]);
  prior.publish('a', 0, []);
  assert.deepEqual(rowsOf(prior, 'new'), [[1, 2]]);
  assert.equal(prior.published.has('a'), false);
});

test('the newest rows alone are taken in', () => {
  const prior = new ContentPrior();
  for (let row = 0; row < PRIOR_ROWS_MAX + 3; row++) {
    prior.publish(`item ${String(row)}`, -1, ['genre=jazz']);
    prior.admit(`item ${String(row)}`, row);
  }
  const [rows] = rowsOf(prior, 'item 0');
  assert.deepEqual([rows?.length, rows?.[0]], [PRIOR_ROWS_MAX, 3]);
});

test('a row starts at its seed and the weighted mean of those that it shares with', async () => {
  const kernel = (await loadKernel({ plain: true })).create();
  const table = new FactorTable(kernel, { dimensions: 4, extra: 1 });
  for (const value of [1, 3, 8]) {
    const row = table.addZero();
    table.write(row, new Float32Array(4).fill(value), 0);
    table.setBias(row, value);
  }
  const row = table.addZero();
  table.write(row, Float32Array.of(0.5, 0, 0, 0), 0);
  const sharing = [
    { rows: [0, 1], weight: 1 },
    { rows: [2], weight: 3 },
  ];
  startFrom([table], row, sharing);
  const started = new Float32Array(4);
  table.read(row, started, 0);
  assert.deepEqual([...started], [7, 6.5, 6.5, 6.5]);
  assert.equal(table.bias(row), 0);
  startFrom([table], row, []);
  table.read(row, started, 0);
  assert.equal(started[0], 7);
});
