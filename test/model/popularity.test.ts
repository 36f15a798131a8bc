import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  NO_POPULARITY,
  addPopularity,
  mergePopularity,
  popularityAt,
} from '../../model/popularity.ts';

const HALF_LIFE_MS = 3_600_000;

interface Weighed {
  readonly timeMs: number;
  readonly weight: number;
}

const eventArbitrary = fc.record({
  timeMs: fc.integer({ min: 0, max: 200 * HALF_LIFE_MS }),
  weight: fc.constantFrom(1, 0.5, 0.7, 3),
});

function fold(events: readonly Weighed[], start = NO_POPULARITY): number {
  return events.reduce(
    (logWeight, { timeMs, weight }) => addPopularity(logWeight, timeMs, weight, HALF_LIFE_MS),
    start,
  );
}

function near(left: number, right: number): void {
  assert.ok(left === right || Math.abs(left - right) < 1e-11, `${String(left)} ${String(right)}`);
}

test('the decayed weight is the sum of the events, each halved every half-life', () => {
  fc.assert(
    fc.property(fc.array(eventArbitrary, { minLength: 1, maxLength: 30 }), (events) => {
      const at = Math.max(...events.map(({ timeMs }) => timeMs));
      const exact = events.reduce(
        (sum, { timeMs, weight }) => sum + weight * 2 ** ((timeMs - at) / HALF_LIFE_MS),
        0,
      );
      const value = popularityAt(fold(events), at, HALF_LIFE_MS);
      assert.ok(Math.abs(value / exact - 1) < 1e-11);
    }),
  );
});

test('order does not matter but for rounding', () => {
  fc.assert(
    fc.property(fc.array(eventArbitrary, { maxLength: 30 }), (events) => {
      near(fold(events), fold([...events].reverse()));
      const half = events.length >> 1;
      near(fold(events), mergePopularity(fold(events.slice(0, half)), fold(events.slice(half))));
    }),
  );
});

test('shifting all events by 512 half-lives shifts the log-weight by 512 and changes no value', () => {
  fc.assert(
    fc.property(fc.array(eventArbitrary, { minLength: 1, maxLength: 20 }), (events) => {
      const shift = 512 * HALF_LIFE_MS;
      const later = events.map((event) => ({ ...event, timeMs: event.timeMs + shift }));
      near(fold(later), fold(events) + 512);
      const at = 200 * HALF_LIFE_MS;
      const before = popularityAt(fold(events), at, HALF_LIFE_MS);
      const after = popularityAt(fold(later), at + shift, HALF_LIFE_MS);
      assert.ok(Math.abs(after / before - 1) < 1e-10);
    }),
  );
});

test('it never overflows, at any time that a date can have', () => {
  let logWeight = NO_POPULARITY;
  for (let event = 0; event < 5_000; event++) {
    logWeight = addPopularity(logWeight, 8.64e15, 1, 1_000);
  }
  const value = popularityAt(logWeight, 8.64e15, 1_000);
  // A time of 8.64e12 half-lives leaves its log-weight three decimals.
  assert.ok(value > 1 && value < Infinity);
  assert.equal(popularityAt(logWeight, 9e15, 1_000), 0);
  assert.equal(popularityAt(logWeight, 0, 1_000), Infinity);
  assert.equal(popularityAt(NO_POPULARITY, 0, 1_000), 0);
});

test('many events at one time count each', () => {
  let logWeight = NO_POPULARITY;
  for (let event = 0; event < 100_000; event++) {
    logWeight = addPopularity(logWeight, 1.7e12, 1, 7 * 86_400_000);
  }
  const value = popularityAt(logWeight, 1.7e12, 7 * 86_400_000);
  assert.ok(Math.abs(value / 100_000 - 1) < 1e-7);
});
