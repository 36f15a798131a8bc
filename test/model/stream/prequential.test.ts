import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeFigures, movingFigures } from '../../../model/stream/prequential-figures.ts';
import { PrequentialTest } from '../../../model/stream/prequential.ts';
import { PopularityLearner } from '../../../model/stream/popularity-learner.ts';
import type {
  RankingQuestion,
  StreamEvent,
  StreamLearner,
} from '../../../model/stream/stream-learner.ts';
import { streamEvent } from './stream-world.ts';

/** A learner that ranks its items in their order, notes what it is asked, and moves the clock. */
class Clerk implements StreamLearner {
  readonly name = 'clerk';
  readonly notes: string[] = [];
  items = 0;
  now = 0;

  rank({ userRow, excluded }: RankingQuestion, rows: Uint32Array): number {
    this.now += 10;
    this.notes.push(`rank ${String(userRow)} without ${excluded.join()}`);
    let found = 0;
    for (let row = 0; row < this.items && found < rows.length; row++) {
      if (!excluded.includes(row)) rows[found++] = row;
    }
    return found;
  }

  learn({ itemRow }: StreamEvent): void {
    this.now += 3;
    this.notes.push(`learn ${String(itemRow)}`);
    this.items = Math.max(this.items, itemRow + 1);
  }
}

const EVENTS = [
  streamEvent(0, 0, 0), // a new user, a new item
  streamEvent(1, 0, 1), // a new item
  streamEvent(2, 1, 1), // a new user
  streamEvent(3, 1, 0), // the first place
  streamEvent(4, 0, 0), // had already
];

function placesOf(repeats: 'drop' | 'keep', events: readonly StreamEvent[]): number[] {
  const tested = new PrequentialTest(new Clerk(), {
    depth: 2,
    repeats,
    clockMicroseconds: () => 0,
  });
  return events.map((event) => tested.take(event));
}

test('new users, new items and what was had are misses where repeats are dropped', () => {
  assert.deepEqual(placesOf('drop', EVENTS), [0, 0, 0, 1, 0]);
});

test('what was had may be ranked again where repeats are kept', () => {
  assert.deepEqual(placesOf('keep', EVENTS), [0, 0, 0, 1, 1]);
});

test('a ranking is made before the event is learned, and timed apart', () => {
  const clerk = new Clerk();
  const tested = new PrequentialTest(clerk, {
    depth: 2,
    repeats: 'drop',
    clockMicroseconds: () => clerk.now,
  });
  for (const event of EVENTS) tested.take(event);
  assert.deepEqual(clerk.notes, [
    ...['learn 0', 'rank 0 without 0', 'learn 1', 'learn 1'],
    ...['rank 1 without 1', 'learn 0', 'rank 0 without 0,1', 'learn 0'],
  ]);
  assert.deepEqual(tested.counts, {
    events: 5,
    newUsers: 2,
    newItems: 2,
    updates: 5,
    updateMicroseconds: 15,
    rankings: 3,
    rankingMicroseconds: 30,
  });
});

test('an event that says the contrary is learned and not tested', () => {
  const events = [streamEvent(0, 0, 0, { positive: 0 }), streamEvent(1, 0, 1)];
  assert.deepEqual(placesOf('drop', events), [-1, 0]);
});

test('rows that are not dense are refused', () => {
  assert.throws(() => placesOf('drop', [streamEvent(0, 1, 0)]), /dense/);
  assert.throws(() => placesOf('drop', [streamEvent(0, 0, 1)]), /dense/);
});

test('popularity finds the second user the first one’s most frequent item', () => {
  const tested = new PrequentialTest(new PopularityLearner(), {
    depth: 1,
    repeats: 'drop',
    clockMicroseconds: () => 0,
  });
  const events = [
    ...[streamEvent(0, 0, 0), streamEvent(1, 1, 1), streamEvent(2, 2, 1)],
    ...[streamEvent(3, 0, 1), streamEvent(4, 2, 0)],
  ];
  assert.deepEqual(
    events.map((event) => tested.take(event)),
    [0, 0, 0, 1, 1],
  );
});

test('recall, precision and reciprocal rank are those of the places', () => {
  assert.deepEqual(placeFigures([1, 0, 4, 2], [2, 5]), {
    recall: { 2: 0.5, 5: 0.75 },
    precision: { 2: 0.25, 5: 0.15 },
    mrr: { 2: 0.375, 5: 0.4375 },
  });
});

test('no event gives figures of nought', () => {
  assert.deepEqual(placeFigures([], [10]).recall, { 10: 0 });
  assert.deepEqual(movingFigures([], [10], 5, 5), []);
});

test('moving figures look at the last events alone, and end with the stream', () => {
  const windows = movingFigures([1, 1, 0, 0, 1], [1], 2, 2);
  assert.deepEqual(
    windows.map(({ events, recall }) => [events, recall['1']]),
    [
      [2, 1],
      [4, 0],
      [5, 0.5],
    ],
  );
});
