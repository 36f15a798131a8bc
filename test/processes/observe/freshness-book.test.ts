import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { awaitedAppendsMax, FreshnessBook } from '../../../processes/observe/freshness-book.ts';

interface Watched {
  readonly book: FreshnessBook;
  readonly seen: number[];
  readonly at: (ms: number) => void;
}

function bookAt(): Watched {
  const seen: number[] = [];
  let nowMs = 0;
  const book = new FreshnessBook(
    (value) => seen.push(value),
    () => nowMs,
  );
  return { book, seen, at: (ms) => void (nowMs = ms) };
}

describe('freshness', () => {
  it('is the time from when an append is durable to when answers know it, in seconds', () => {
    const { book, seen, at } = bookAt();
    at(1_000);
    book.appended(0, 4);
    at(1_500);
    book.appended(0, 9);
    book.applied(0, 3);
    assert.deepEqual(seen, []);
    at(2_000);
    book.applied(0, 4);
    assert.deepEqual(seen, [1]);
    at(3_000);
    book.applied(0, 20);
    assert.deepEqual(seen, [1, 1.5]);
  });

  it('is nothing where answers knew before the caller was told', () => {
    const { book, seen } = bookAt();
    book.applied(2, 7);
    book.appended(2, 7);
    assert.deepEqual(seen, [0]);
  });

  it('keeps partitions apart', () => {
    const { book, seen } = bookAt();
    book.appended(0, 1);
    book.applied(1, 10);
    assert.deepEqual(seen, []);
  });

  it('awaits a bounded number of appends', () => {
    const { book, seen } = bookAt();
    for (let at = 0; at < awaitedAppendsMax + 10; at += 1) book.appended(0, at);
    book.applied(0, awaitedAppendsMax * 2);
    assert.equal(seen.length, awaitedAppendsMax);
  });
});
