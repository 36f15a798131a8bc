import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { armOf } from '../../../model/experiment/arm-split.ts';
import { compareRates } from '../../../model/experiment/sequential-test.ts';
import { TrialSums } from '../../../model/experiment/trial-sums.ts';
import type { UserTrials } from '../../../model/experiment/trial-sums.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';

const ALPHA = 0.05;
const RUNS = 200;
/** Looks at a run: the more often one looks, the more a test that allows one look is wrong. */
const LOOKS = 100;
const ANSWERS_A_LOOK = 100;
const LISTENERS = 2_000;
/** Users of each arm that the first look waits for. */
const USERS_MIN = 100;

interface Listener {
  readonly arm: number;
  readonly rate: number;
  trials: UserTrials | undefined;
}

/** Listeners come back and differ: some click nearly nothing, some nearly everything. `lift` is what the second arm adds. */
function listenersOf(random: SeededRandom, lift: number): readonly Listener[] {
  return Array.from({ length: LISTENERS }, () => {
    const arm = random.below(2);
    const taste = random.next() < 0.8 ? 0.05 * random.next() : 0.3 + 0.5 * random.next();
    return { arm, rate: taste + (arm === 1 ? lift : 0), trials: undefined };
  });
}

interface Found {
  /** By the sequential test over users. */
  readonly sequential: boolean;
  /** By a test that allows one look and takes answers for independent, asked at every look. */
  readonly naive: boolean;
}

function run(seed: number, lift: number): Found {
  const random = new SeededRandom(seed);
  const listeners = listenersOf(random, lift);
  const arms = [new TrialSums(), new TrialSums()] as const;
  const found = { sequential: false, naive: false };
  for (let look = 0; look < LOOKS; look += 1) {
    for (let n = 0; n < ANSWERS_A_LOOK; n += 1) answer(random, listeners, arms);
    const [a, b] = arms;
    if (Math.min(a.users, b.users) < USERS_MIN) continue;
    const from = a.estimate();
    const to = b.estimate();
    assert.ok(from !== undefined && to !== undefined);
    found.sequential ||= compareRates(from, to, { alpha: ALPHA, effect: 0.05 }).pValue <= ALPHA;
    const binomial =
      (from.rate * (1 - from.rate)) / a.answers + (to.rate * (1 - to.rate)) / b.answers;
    found.naive ||= Math.abs(to.rate - from.rate) > 1.96 * Math.sqrt(binomial);
  }
  return found;
}

function answer(
  random: SeededRandom,
  listeners: readonly Listener[],
  arms: readonly [TrialSums, TrialSums],
): void {
  const listener = listeners[random.below(listeners.length)];
  assert.ok(listener !== undefined);
  const before = listener.trials;
  const isClicked = random.next() < listener.rate;
  const after = {
    answers: (before?.answers ?? 0) + 1,
    clicked: (before?.clicked ?? 0) + (isClicked ? 1 : 0),
  };
  arms[listener.arm === 0 ? 0 : 1].replace(before, after);
  listener.trials = after;
}

const runs = (lift: number): readonly Found[] =>
  Array.from({ length: RUNS }, (_, seed) => run(seed + 1, lift));

describe('the sequential test, looked at 100 times on simulated listeners', () => {
  it('finds a planted effect of 5 points, nearly always', () => {
    const found = runs(0.05).filter(({ sequential }) => sequential).length;
    assert.ok(found >= 0.9 * RUNS, `found in ${String(found)} of ${String(RUNS)}`);
  });

  it('finds nothing where nothing is, in 95 % of runs at least; one look repeated does', () => {
    const without = runs(0);
    const alarms = without.filter(({ sequential }) => sequential).length;
    assert.ok(alarms <= ALPHA * RUNS, `${String(alarms)} false alarms of ${String(RUNS)}`);
    const naive = without.filter((one) => one.naive).length;
    assert.ok(naive > 0.3 * RUNS, `the naive test: ${String(naive)} of ${String(RUNS)}`);
  });

  it('finds a relative effect of 5 % among many independent listeners', () => {
    const random = new SeededRandom(7);
    const [a, b] = [new TrialSums(), new TrialSums()];
    let users = 0;
    let isFound = false;
    while (!isFound && users < 400_000) {
      for (let n = 0; n < 5_000; n += 1) {
        const isSecond = random.below(2) === 1;
        const clicked = random.next() < 0.2 * (isSecond ? 1.05 : 1) ? 1 : 0;
        (isSecond ? b : a).replace(undefined, { answers: 1, clicked });
      }
      users += 5_000;
      isFound = resultOf(a, b).pValue <= ALPHA;
    }
    assert.ok(isFound, `not found among ${String(users)} users`);
    const { low, high } = resultOf(a, b);
    assert.ok(low > 0 && low < 0.01 && high > 0.01, `${String(low)} to ${String(high)}`);
  });

  it('says nothing of arms in which nothing varies', () => {
    const none = { rate: 0, variance: 0 };
    assert.deepEqual(compareRates(none, none, { alpha: ALPHA, effect: 0.01 }), {
      ...{ difference: 0, low: -1, high: 1, pValue: 1 },
    });
  });

  it('has an interval without zero exactly where its p-value is below alpha', () => {
    const estimate = fc.record({
      rate: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      variance: fc.double({ min: 1e-7, max: 0.01, noNaN: true }),
    });
    fc.assert(
      fc.property(
        estimate,
        estimate,
        fc.double({ min: 0.001, max: 0.2, noNaN: true }),
        (a, b, effect) => {
          const { low, high, pValue } = compareRates(a, b, { alpha: ALPHA, effect });
          fc.pre(Math.abs(pValue - ALPHA) > 1e-9);
          assert.equal(low > 0 || high < 0, pValue < ALPHA);
        },
      ),
    );
  });
});

function resultOf(a: TrialSums, b: TrialSums): ReturnType<typeof compareRates> {
  const from = a.estimate();
  const to = b.estimate();
  assert.ok(from !== undefined && to !== undefined);
  return compareRates(from, to, { alpha: ALPHA, effect: 0.01 });
}

describe('the sums of an arm', () => {
  const trials = fc
    .record({
      answers: fc.integer({ min: 1, max: 50 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ answers, share }) => ({ answers, clicked: Math.floor(answers * share) }));

  it('say of users what all of them say together, in whatever steps they came', () => {
    fc.assert(
      fc.property(fc.array(trials, { minLength: 2, maxLength: 40 }), (users) => {
        const sums = new TrialSums();
        for (const { answers, clicked } of users) {
          sums.replace(undefined, { answers: 1, clicked: 0 });
          sums.replace({ answers: 1, clicked: 0 }, { answers, clicked });
        }
        const total = users.reduce((sum, { answers }) => sum + answers, 0);
        const rate = users.reduce((sum, { clicked }) => sum + clicked, 0) / total;
        const squares = users.reduce(
          (sum, { answers, clicked }) => sum + (clicked - rate * answers) ** 2,
          0,
        );
        const variance = (squares * users.length) / (users.length - 1) / total ** 2;
        const estimate = sums.estimate();
        assert.ok(estimate !== undefined);
        assert.equal(estimate.rate, rate);
        assert.ok(Math.abs(estimate.variance - variance) < 1e-12);
      }),
    );
  });

  it('know no rate before the first answer', () => {
    assert.equal(new TrialSums().estimate(), undefined);
  });
});

describe('the split of users', () => {
  it('is the same for ever', () => {
    const arms = [{ share: 0.5 }, { share: 0.5 }];
    const split = ['ada', 'bo', 'cy', 'di', 'ed', 'fay'].map((user) => armOf('front', user, arms));
    assert.deepEqual(split, [0, 0, 0, 1, 1, 0]);
  });

  it('gives each arm its share, and splits anew by another name', () => {
    const arms = [{ share: 0.2 }, { share: 0.3 }, { share: 0.5 }];
    const users = Array.from({ length: 20_000 }, (_, n) => `user-${String(n)}`);
    const first = users.map((user) => armOf('one', user, arms));
    const second = users.map((user) => armOf('two', user, arms));
    for (const [number, { share }] of arms.entries()) {
      const part = first.filter((arm) => arm === number).length / users.length;
      assert.ok(Math.abs(part - share) < 0.015, `${String(part)} for ${String(share)}`);
      const both = users.filter((_, n) => first[n] === number && second[n] === number).length;
      assert.ok(Math.abs(both / users.length - share * share) < 0.015);
    }
  });
});
