import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { ExperimentAnswer } from '../../api/schema/experiments.ts';
import {
  isDecided,
  reachOf,
  wordsOfDifference,
  wordsOfRate,
  wordsOfVerdict,
} from '../../web/serving/verdict.ts';

type Arm = ExperimentAnswer['arms'][number];
type Verdict = NonNullable<Arm['comparison']>['verdict'];

function experimentOf(...verdicts: readonly (Verdict | null)[]): ExperimentAnswer {
  const figures = { users: 9, answers: 9, clicked: 1, rate: 0.1 };
  const arm = { share: 0.5, scenario: null, version: null, ...figures };
  return {
    ...{ experiment: 'front', startedAt: '2026-01-01T00:00:00Z', effect: 0.01, full: false },
    uncounted: null,
    arms: verdicts.map((verdict, n) => ({
      ...{ ...arm, name: String(n) },
      comparison:
        verdict === null
          ? null
          : { difference: -0.02, low: -0.05, high: 0.01, pValue: 0.0004, verdict },
    })),
  };
}

describe('an experiment on the page', () => {
  test('is decided when every arm beside the first is', () => {
    assert.ok(isDecided(experimentOf(null, 'better', 'worse')));
    assert.ok(!isDecided(experimentOf(null, 'better', 'undecided')));
    assert.ok(!isDecided(experimentOf(null, 'early')));
    assert.ok(!isDecided(experimentOf(null, null)));
  });

  test('is told in words', () => {
    const [first, second] = experimentOf(null, 'worse').arms;
    assert.equal(wordsOfVerdict(first?.comparison ?? null), '–');
    assert.equal(wordsOfVerdict(second?.comparison ?? null), 'worse than the first, p < 0.001');
    assert.equal(wordsOfRate(0.07512), '7.51 %');
    assert.equal(wordsOfRate(null), '–');
    assert.equal(wordsOfDifference(0.0123), '+1.23');
    assert.equal(wordsOfDifference(-0.0123), '−1.23');
  });

  test('is drawn as far as its intervals reach', () => {
    assert.equal(reachOf(experimentOf(null, 'worse')), 0.05);
    assert.equal(reachOf(experimentOf(null, null)), 0);
  });
});
