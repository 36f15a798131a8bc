import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ObservedEvents, observedKey } from '../../../model/stream/observed-events.ts';
import {
  hitWithin,
  pairedFigure,
  pairEvents,
  reciprocalWithin,
} from '../../../model/stream/paired-figures.ts';
import type { PairedEvent } from '../../../model/stream/paired-figures.ts';
import { PLACES_MAX } from '../../../model/stream/place-window.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';

function pairsOf(...places: readonly (readonly [number, number])[]): PairedEvent[] {
  return places.map(([a, b]) => ({ a, b, cohorts: 0 }));
}

test('events are paired by their keys, whatever came between', () => {
  const a = [1, 2, 3].map((key) => ({ key, place: key, cohorts: 4 }));
  const b = [9, 3, 1].map((key) => ({ key, place: 10 * key, cohorts: 0 }));
  assert.deepEqual(pairEvents(a, b), [
    { a: 1, b: 10, cohorts: 4 },
    { a: 3, b: 30, cohorts: 4 },
  ]);
});

test('keys tell events apart by 53 bits', () => {
  const keys = [
    observedKey(1, 0),
    observedKey(0, 0xffff_ffff),
    observedKey(0xffff_ffff, 0xffff_ffff),
    observedKey(0xffff_ffff, 0x7fff_ffff),
  ];
  assert.equal(new Set(keys).size, keys.length);
  assert.ok(keys.every((key) => Number.isSafeInteger(key)));
});

test('a figure is the means and their difference with its interval', () => {
  // Differences 1, 0, 0, −1, 1: mean 0.2, s² = (0.64 + 0.04 + 0.04 + 1.44 + 0.64) / 4 = 0.7.
  const pairs = pairsOf([0, 3], [1, 1], [0, 11], [2, 0], [12, 10]);
  const { a, b, difference, low, high } = pairedFigure(pairs, hitWithin(10));
  assert.deepEqual([a, b], [0.4, 0.6]);
  assert.ok(Math.abs(difference - 0.2) < 1e-12);
  const half = 1.959964 * Math.sqrt(0.7 / 5);
  assert.ok(Math.abs(low - (0.2 - half)) < 1e-6 && Math.abs(high - (0.2 + half)) < 1e-6);
  assert.equal(pairedFigure(pairsOf([2, 4]), reciprocalWithin(10)).difference, -0.25);
  assert.deepEqual(pairedFigure([], hitWithin(10)), { a: 0, b: 0, difference: 0, low: 0, high: 0 });
});

test('nineteen intervals of twenty hold the true difference', () => {
  const random = new SeededRandom(3);
  let held = 0;
  for (let run = 0; run < 400; run += 1) {
    const pairs = Array.from({ length: 300 }, () => {
      const both = random.next() < 0.2;
      return {
        a: both || random.next() < 0.1 ? 1 : 0,
        b: both || random.next() < 0.2 ? 1 : 0,
        cohorts: 0,
      };
    });
    const { low, high } = pairedFigure(pairs, hitWithin(10));
    if (low <= 0.08 && 0.08 <= high) held += 1;
  }
  assert.ok(held / 400 > 0.92 && held / 400 < 0.98, `${held} of 400`);
});

test('the newest events are kept, oldest first', () => {
  const events = new ObservedEvents();
  assert.deepEqual(events.kept(), []);
  for (let key = 0; key < PLACES_MAX + 2; key += 1)
    events.add({ key, place: key % 50, cohorts: 1 });
  const kept = events.kept();
  assert.equal(kept.length, PLACES_MAX);
  assert.deepEqual(kept[0], { key: 2, place: 2, cohorts: 1 });
  assert.equal(kept.at(-1)?.key, PLACES_MAX + 1);
});
