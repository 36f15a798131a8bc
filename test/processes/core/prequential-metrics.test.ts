import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  observedVersionsMax,
  PrequentialMetricsBook,
} from '../../../processes/core/prequential-metrics.ts';

test('figures are told by version and window', () => {
  const book = new PrequentialMetricsBook(0.5);
  for (const place of [0, 1, 15, 0]) book.observerOf('first').places.add(place);
  book.observerOf('second');
  const { share, models } = book.tell({ window: 3 });
  assert.equal(share, 0.5);
  assert.deepEqual(
    models.map(({ version, sampled, events, recall }) => ({ version, sampled, events, recall })),
    [
      { version: 'first', sampled: 4, events: 3, recall: { 10: 1 / 3, 20: 2 / 3 } },
      { version: 'second', sampled: 0, events: 0, recall: { 10: 0, 20: 0 } },
    ],
  );
  const [only] = book.tell({ window: 3, model: 'second' }).models;
  assert.equal(only?.version, 'second');
  assert.deepEqual(book.tell({ window: 3, model: 'third' }).models, []);
});

test('a version has one observer over all partitions, and the oldest ones are dropped', () => {
  const book = new PrequentialMetricsBook(1);
  assert.equal(book.observerOf('0'), book.observerOf('0'));
  for (let version = 1; version <= observedVersionsMax; version++) book.observerOf(String(version));
  const versions = book.tell({ window: 1 }).models.map(({ version }) => version);
  assert.equal(versions.length, observedVersionsMax);
  assert.equal(versions[0], '1');
});
