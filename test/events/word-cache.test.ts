import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { WordCache } from '../../events/word-cache.ts';

describe('the word cache', () => {
  it('decodes what a decoder decodes, whatever it has met before', () => {
    const words = new WordCache();
    // Few short words, so that many share a slot with another, and some of other characters and of great length.
    const word = fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.string({ minLength: 60, maxLength: 90 }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 50 }), fc.nat(9), (drawn, before) => {
        for (const one of drawn) {
          const bytes = Buffer.from(`${' '.repeat(before)}${one}x`);
          assert.equal(
            words.decode(bytes, before, bytes.length - 1),
            bytes.toString('utf8', before, bytes.length - 1),
          );
        }
      }),
    );
  });

  it('tells apart more words than it keeps', () => {
    const words = new WordCache();
    for (let round = 0; round < 2; round++) {
      for (let number = 0; number < 100_000; number++) {
        const bytes = Buffer.from(`item-${String(number)}`);
        assert.equal(words.decode(bytes, 0, bytes.length), `item-${String(number)}`);
      }
    }
  });
});
