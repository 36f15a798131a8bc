import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { LiveSample } from '../../api/schema/live.ts';
import { ratesOf, recallsOf, versionsOf } from '../../web/figures/series.ts';
import { wordsOfAgo, wordsOfBytes, wordsOfMs } from '../../web/parts/words.ts';
import { SAMPLE } from '../api/fixed-answers.ts';

function at(second: number, more: Partial<LiveSample>): LiveSample {
  return { ...SAMPLE, at: second * 1_000, ...more };
}

describe('the series of plots', () => {
  it('are events a second over the samples before', () => {
    const samples = [0, 10, 20, 30, 70].map((events, second) => at(second, { events }));
    assert.deepEqual(ratesOf(samples), [null, 10, 10, 10, 20]);
    assert.deepEqual(ratesOf([]), []);
  });

  it('are the recall of each version, from when it came', () => {
    const samples = [at(0, { recall10: { v1: 0.5 } }), at(1, { recall10: { v1: 0.25, v2: 1 } })];
    assert.deepEqual(versionsOf(samples), ['v1', 'v2']);
    assert.deepEqual(recallsOf(samples, 'v1'), [50, 25]);
    assert.deepEqual(recallsOf(samples, 'v2'), [null, 100]);
  });
});

describe('figures in words', () => {
  it('are as brief as they are exact enough', () => {
    assert.deepEqual(
      [wordsOfMs(1.24), wordsOfMs(52.6), wordsOfMs(2_340)],
      ['1.2 ms', '53 ms', '2.3 s'],
    );
    assert.deepEqual([wordsOfBytes(2_048), wordsOfBytes(3_145_728)], ['2 KiB', '3.0 MiB']);
    const now = Date.UTC(2026, 0, 1, 12);
    assert.equal(wordsOfAgo(new Date(now - 90_000).toISOString(), now), '1 min. ago');
    assert.equal(wordsOfAgo(new Date(now).toISOString(), now), 'just now');
    assert.equal(wordsOfAgo(null, now), 'at an unknown time');
  });
});
