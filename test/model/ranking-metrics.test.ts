import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  groupRelevant,
  hitRate,
  mrr,
  ndcg,
  precision,
  recall,
} from '../../model/ranking-metrics.ts';

type Metric = 'hitRate' | 'recall' | 'precision' | 'ndcg' | 'mrr';

/** The metrics of one ranking without ties, straight from their definitions. */
function ofRanking(ranking: readonly number[], relevant: Set<number>, k: number): number[] {
  const hits = ranking.slice(0, k).map((index) => (relevant.has(index) ? 1 : 0));
  const total = hits.reduce<number>((sum, hit) => sum + hit, 0);
  const gain = hits.reduce<number>((sum, hit, place) => sum + hit / Math.log2(place + 2), 0);
  let ideal = 0;
  for (let place = 0; place < Math.min(relevant.size, k); place++)
    ideal += 1 / Math.log2(place + 2);
  const first = hits.indexOf(1);
  return [
    total > 0 ? 1 : 0,
    relevant.size === 0 ? 0 : total / relevant.size,
    total / k,
    ideal === 0 ? 0 : gain / ideal,
    first < 0 ? 0 : 1 / (first + 1),
  ];
}

function permutations(values: readonly number[]): number[][] {
  if (values.length <= 1) return [[...values]];
  return values.flatMap((value, at) =>
    permutations([...values.slice(0, at), ...values.slice(at + 1)]).map((rest) => [value, ...rest]),
  );
}

function measured(
  scores: readonly number[],
  relevant: readonly number[],
  k: number,
  excluded?: Uint8Array,
): number[] {
  const groups = groupRelevant(scores, relevant, excluded);
  const of: Record<Metric, number> = {
    hitRate: hitRate(groups, k),
    recall: recall(groups, k),
    precision: precision(groups, k),
    ndcg: ndcg(groups, k),
    mrr: mrr(groups, k),
  };
  return [of.hitRate, of.recall, of.precision, of.ndcg, of.mrr];
}

test('each metric is its mean over all orders of equal scores', () => {
  const scenario = fc.integer({ min: 1, max: 6 }).chain((count) =>
    fc.record({
      scores: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: count, maxLength: count }),
      relevant: fc.uniqueArray(fc.nat(count - 1)),
      k: fc.integer({ min: 1, max: 7 }),
    }),
  );
  fc.assert(
    fc.property(scenario, ({ scores, relevant, k }) => {
      // Every permutation, sorted stably by score: each order of the ties comes equally often.
      const rankings = permutations([...scores.keys()]).map((order) =>
        order.sort((a, b) => (scores[b] as number) - (scores[a] as number)),
      );
      const sums = [0, 0, 0, 0, 0];
      for (const ranking of rankings) {
        ofRanking(ranking, new Set(relevant), k).forEach((value, at) => {
          sums[at] = (sums[at] as number) + value;
        });
      }
      measured(scores, relevant, k).forEach((value, at) => {
        assert.ok(Math.abs(value - (sums[at] as number) / rankings.length) < 1e-9);
      });
    }),
    { numRuns: 200 },
  );
});

test('a model that scores everything alike gets what chance would', () => {
  const scores = new Array<number>(1_000).fill(0);
  const [hit, found, share] = measured(scores, [17], 10);
  assert.equal(hit?.toFixed(12), '0.010000000000');
  assert.equal(found, 0.01);
  assert.equal(share, 0.001);
});

test('excluded candidates neither compete nor count', () => {
  const scores = [5, 4, 3, 2];
  const excluded = Uint8Array.of(1, 0, 1, 0);
  assert.deepEqual(measured(scores, [3], 1, excluded), [0, 0, 0, 0, 0]);
  assert.deepEqual(measured(scores, [1], 1, excluded), [1, 1, 1, 1, 1]);
  assert.deepEqual(measured(scores, [0], 1, excluded), [0, 0, 0, 0, 0]);
});

test('a NaN ranks below every number', () => {
  assert.equal(measured([NaN, 1, 2], [0], 2)[0], 0);
  assert.equal(measured([NaN, 1, 2], [0], 3)[4], 1 / 3);
});
