import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KeyIndex, wholeSequence } from '../../events/key-index.ts';
import { seededBytes } from '../doubles/random-bytes.ts';

const EVENTS = 30_000;

/** The first two words of the keys of so many events. */
function wordsOf(events: number): Uint32Array {
  return new Uint32Array(seededBytes(7)(8 * events).buffer);
}

function found(index: KeyIndex, words: Uint32Array, n: number): readonly number[] {
  const candidates = index.candidates(words[2 * n] ?? 0, words[2 * n + 1] ?? 0);
  return candidates.map(({ sequenceLow }) => sequenceLow);
}

describe('the index of event keys', () => {
  for (const reserved of [0, EVENTS]) {
    it(`finds every event and no other, with room for ${String(reserved)} made before`, () => {
      const words = wordsOf(2 * EVENTS);
      let head = -1;
      const index = new KeyIndex(() => head);
      index.reserve(reserved);
      for (let n = 0; n < EVENTS; n += 1) {
        head = n;
        index.add(words[2 * n] ?? 0, words[2 * n + 1] ?? 0, n % 2, n);
      }
      assert.equal(index.entries, EVENTS);
      for (let n = 0; n < EVENTS; n += 1) {
        assert.deepEqual(found(index, words, n), [n]);
        assert.deepEqual(found(index, words, EVENTS + n), []);
      }
    });
  }

  it('stays bounded while it forgets, and never forgets what is above the floor', () => {
    const words = wordsOf(2 * EVENTS);
    let head = -1;
    const index = new KeyIndex(() => head);
    for (let n = 0; n < 2 * EVENTS; n += 1) {
      head = n;
      index.forget(0, n - 5_000);
      index.add(words[2 * n] ?? 0, words[2 * n + 1] ?? 0, 0, n);
      assert.ok(index.entries < 20_000);
    }
    for (let n = 2 * EVENTS - 5_000; n < 2 * EVENTS; n += 1) {
      assert.deepEqual(found(index, words, n), [n]);
    }
  });

  it('finds all partitions of a shared event, and keys whose words are 0', () => {
    const index = new KeyIndex(() => 9);
    for (const partition of [0, 1, 255]) index.add(0, 0, partition, partition % 10);
    assert.deepEqual(index.candidates(0, 0), [
      { partition: 0, sequenceLow: 0 },
      { partition: 1, sequenceLow: 1 },
      { partition: 255, sequenceLow: 5 },
    ]);
  });

  it('tells a whole sequence from its low 32 bits and the head', () => {
    const property = fc.property(fc.nat(2 ** 31 - 1), fc.nat(2 ** 20), (back, high) => {
      const head = high * 2 ** 32 + 12_345;
      const sequence = head - back;
      if (sequence < 0) return;
      assert.equal(wholeSequence(sequence % 2 ** 32, head), sequence);
    });
    fc.assert(property, { numRuns: 200 });
  });
});
