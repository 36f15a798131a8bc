import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';

import { changeOf, wordsOfChange } from '../../web/listen/answer-change.ts';
import { mainReason, scoreParts, scorePartsMax } from '../../web/listen/reasons.ts';

describe('how an answer changed', () => {
  it('is told by place', () => {
    const change = changeOf(['a', 'b', 'c', 'd'], ['b', 'c', 'x', 'd']);
    assert.deepEqual([...change.entered], ['x']);
    assert.deepEqual(change.left, ['a']);
    assert.deepEqual(
      [...change.rose],
      [
        ['b', 1],
        ['c', 1],
      ],
    );
    assert.equal(wordsOfChange(change), '1 new, 2 moved, 1 gone');
    assert.equal(wordsOfChange(changeOf(['a'], ['a'])), undefined);
  });

  it('accounts for every item', () => {
    const ids = fc.uniqueArray(fc.integer({ min: 0, max: 9 }).map(String));
    fc.assert(
      fc.property(ids, ids, (before, after) => {
        const { entered, left, rose } = changeOf(before, after);
        const kept = before.filter((id) => after.includes(id));
        assert.equal(entered.size + kept.length, after.length);
        assert.equal(left.length + kept.length, before.length);
        for (const id of kept) {
          assert.equal(rose.get(id) ?? 0, before.indexOf(id) - after.indexOf(id));
        }
      }),
    );
  });
});

describe('why an item is there', () => {
  const explanation = {
    shares: { taste: 0.7, bias: -0.2 },
    because: [
      { item: 'a', share: 0.5 },
      { item: 'b', share: -0.1 },
    ],
    rest: 0.3,
    neighbours: [{ item: 'b', cosine: 0.9 }],
  };

  it('is split along what the user had, the greatest part first', () => {
    assert.deepEqual(
      scoreParts(explanation).map(({ item, share }) => [item, share]),
      [
        ['a', 0.5],
        [undefined, 0.3],
        [undefined, -0.2],
        ['b', -0.1],
      ],
    );
    assert.equal(mainReason(explanation), 'a');
    assert.equal(mainReason({ ...explanation, because: [] }), 'b');
    assert.equal(mainReason({ shares: {}, neighbours: [] }), undefined);
  });

  it('sums to the score, however many parts there are', () => {
    const shares = fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(shares, (all) => {
        const because = all.map((share, at) => ({ item: `i${String(at)}`, share }));
        const taste = all.reduce((sum, share) => sum + share, 0);
        const parts = scoreParts({ shares: { taste, bias: 3 }, because, rest: 0, neighbours: [] });
        assert.ok(parts.length <= scorePartsMax);
        assert.equal(
          parts.reduce((sum, { share }) => sum + share, 0),
          taste + 3,
        );
      }),
    );
  });
});
