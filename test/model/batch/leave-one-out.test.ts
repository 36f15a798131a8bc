import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rankCases } from '../../../model/batch/leave-one-out.ts';
import type { CandidateScorer } from '../../../model/batch/leave-one-out.ts';
import { scorerOf } from '../../../model/batch/model-score.ts';
import { popularityModel } from '../../../model/batch/popularity-model.ts';

const near = (found: number, wanted: number) =>
  assert.ok(Math.abs(found - wanted) < 1e-12, `${found}`);

/** One user's test whose held-out item is 0 among this many others. */
const among = (others: number) => [
  { user: 0, candidates: Uint32Array.from({ length: others + 1 }, (_, item) => item) },
];

const byItem =
  (scoreOf: (item: number) => number): CandidateScorer =>
  (_user, candidates, scores) =>
    candidates.forEach((item, at) => (scores[at] = scoreOf(item)));

describe('the leave-one-out figures', () => {
  it('are the place of the held-out item', () => {
    const best = rankCases(
      among(99),
      byItem((item) => -item),
    );
    assert.deepEqual(best, { hitRate10: 1, ndcg10: 1 });
    const third = rankCases(
      among(99),
      byItem((item) => (item === 0 ? 97 : item)),
    );
    // 97 ties with item 97: half third, half fourth.
    near(third.hitRate10, 1);
    near(third.ndcg10, (1 / Math.log2(4) + 1 / Math.log2(5)) / 2);
    const last = rankCases(
      among(99),
      byItem((item) => item),
    );
    assert.deepEqual(last, { hitRate10: 0, ndcg10: 0 });
  });

  it('count equal scores by what random order would give', () => {
    const { hitRate10, ndcg10 } = rankCases(among(99), () => undefined);
    near(hitRate10, 0.1);
    const gains = Array.from({ length: 10 }, (_, place) => 1 / Math.log2(place + 2));
    near(ndcg10, gains.reduce((sum, gain) => sum + gain, 0) / 100);
  });

  it('are numbers without a case, without a negative, and where scores are none', () => {
    assert.deepEqual(
      rankCases([], () => undefined),
      { hitRate10: 0, ndcg10: 0 },
    );
    assert.deepEqual(
      rankCases(among(0), () => undefined),
      { hitRate10: 1, ndcg10: 1 },
    );
    const held = rankCases(
      among(99),
      byItem((item) => (item === 0 ? Number.NaN : item)),
    );
    assert.deepEqual(held, { hitRate10: 0, ndcg10: 0 });
  });
});

describe('popularity', () => {
  it('scores an item by how often it was chosen', () => {
    const model = popularityModel({
      ...{ users: 2, items: 4 },
      userRows: Uint32Array.of(0, 0, 1),
      itemRows: Uint32Array.of(1, 2, 2),
    });
    const scores = new Float64Array(4);
    scorerOf(model)(1, Uint32Array.of(0, 1, 2, 3), scores);
    assert.deepEqual(Array.from(scores), [0, 1, 2, 0]);
  });
});

describe('a batch model', () => {
  it('scores (h∘p)·q and both biases', () => {
    const scores = new Float64Array(2);
    const model = {
      dimensions: 2,
      userVectors: Float32Array.of(9, 9, 1, 2),
      userBias: Float32Array.of(9, 0.5),
      itemVectors: Float32Array.of(3, 4, 5, 6),
      itemBias: Float32Array.of(0.25, 0),
      output: Float32Array.of(1, 2),
    };
    scorerOf(model)(1, Uint32Array.of(1, 0), scores);
    assert.deepEqual(Array.from(scores), [5 + 24 + 0.5, 3 + 16 + 0.75]);
  });
});
