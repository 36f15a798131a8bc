import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { OffPolicySums } from '../../../model/off-policy/estimates.ts';
import type { PolicyEstimates } from '../../../model/off-policy/estimates.ts';
import type { LoggedChoice } from '../../../model/off-policy/logged-choice.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';

function estimatesOf(rows: Iterable<LoggedChoice>): PolicyEstimates {
  const sums = new OffPolicySums();
  for (const row of rows) sums.add(row);
  const estimates = sums.estimates();
  assert.ok(estimates !== undefined);
  return estimates;
}

function near(actual: number | undefined, expected: number, within = 1e-9): void {
  const distance = Math.abs((actual ?? NaN) - expected);
  assert.ok(
    distance <= within * Math.max(1, Math.abs(expected)),
    `${String(actual)}, not ${String(expected)}`,
  );
}

/** A choice that two policies may make: how often it was logged, and what is true and foretold of it. */
interface Action {
  readonly times: number;
  readonly wish: number;
  readonly reward: number;
  readonly predicted: number;
}

const amount = fc.double({ min: -5, max: 5, noNaN: true });
const action: fc.Arbitrary<Action> = fc.record({
  times: fc.integer({ min: 1, max: 20 }),
  wish: fc.integer({ min: 0, max: 20 }),
  reward: amount,
  predicted: amount,
});
const actions = fc
  .array(action, { minLength: 1, maxLength: 6 })
  .filter((all) => all.some(({ wish }) => wish > 0));

const total = (all: readonly Action[], of: (one: Action) => number): number =>
  all.reduce((sum, one) => sum + of(one), 0);

/** A log in which each choice stands exactly as often as the logging policy makes it: means over it are expectations. */
function logOf(all: readonly Action[], more: Partial<LoggedChoice> = {}): readonly LoggedChoice[] {
  const rows = total(all, ({ times }) => times);
  const wishes = total(all, ({ wish }) => wish);
  const predictedTarget = total(all, ({ wish, predicted }) => (wish / wishes) * predicted);
  return all.flatMap(({ times, wish, reward, predicted }) =>
    new Array<LoggedChoice>(times).fill({
      ...{ propensity: times / rows, target: wish / wishes },
      ...{ reward, predicted, predictedTarget, ...more },
    }),
  );
}

/** What the evaluated policy is really worth. */
function worthOf(all: readonly Action[]): number {
  const wishes = total(all, ({ wish }) => wish);
  return total(all, ({ wish, reward }) => (wish / wishes) * reward);
}

describe('off-policy estimates', () => {
  it('are unbiased on a planted policy: IPS, and doubly robust whatever its model foretells', () => {
    fc.assert(
      fc.property(actions, (all) => {
        const { ips, doublyRobust, snips } = estimatesOf(logOf(all));
        near(ips.value, worthOf(all));
        near(doublyRobust.value, worthOf(all));
        // The weights of such a log have a mean of 1 exactly.
        near(snips?.value, worthOf(all));
      }),
    );
  });

  it('are right by a right model alone, where propensities are wrong', () => {
    fc.assert(
      fc.property(actions, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, propensity) => {
        const known = all.map((one) => ({ ...one, predicted: one.reward }));
        near(estimatesOf(logOf(known, { propensity })).doublyRobust.value, worthOf(all), 1e-7);
      }),
    );
  });

  it('are IPS where the model foretells nothing, and what was logged where the policies are one', () => {
    fc.assert(
      fc.property(actions, (all) => {
        const blind = estimatesOf(logOf(all, { predicted: 0, predictedTarget: 0 }));
        assert.deepEqual(blind.doublyRobust, blind.ips);
        const same = all.map((one) => ({ ...one, wish: one.times }));
        const { logged, ips, snips, effectiveRows, rows, weightMax } = estimatesOf(logOf(same));
        near(ips.value, logged.value);
        near(snips?.value, logged.value);
        near(effectiveRows, rows);
        near(weightMax, 1);
      }),
    );
  });

  it('are, self-normalised, within what was ever earned, and move with all rewards', () => {
    const row = fc.record({
      propensity: fc.double({ min: 0.01, max: 1, noNaN: true }),
      target: fc.double({ min: 0.01, max: 1, noNaN: true }),
      ...{ reward: amount, predicted: amount, predictedTarget: amount },
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), amount, (rows, shift) => {
        const rewards = rows.map(({ reward }) => reward);
        const value = estimatesOf(rows).snips?.value ?? NaN;
        assert.ok(value >= Math.min(...rewards) - 1e-9 && value <= Math.max(...rewards) + 1e-9);
        const moved = estimatesOf(rows.map((one) => ({ ...one, reward: one.reward + shift })));
        near(moved.snips?.value, value + shift, 1e-7);
      }),
    );
  });

  it('say how sure they are: 95 % intervals hold the truth, and a model narrows them', () => {
    const random = new SeededRandom(11);
    const runs = 300;
    const held = { ips: 0, snips: 0, doublyRobust: 0 };
    let widths = 0;
    for (let run = 0; run < runs; run += 1) {
      const estimates = estimatesOf(Array.from({ length: 800 }, () => drawn(random)));
      for (const name of ['ips', 'snips', 'doublyRobust'] as const) {
        const { value, standardError = NaN } = estimates[name] ?? { value: NaN };
        if (Math.abs(value - 0.26) <= 1.96 * standardError) held[name] += 1;
      }
      const { ips, doublyRobust } = estimates;
      widths += (doublyRobust.standardError ?? NaN) / (ips.standardError ?? NaN) / runs;
    }
    for (const [name, times] of Object.entries(held)) {
      assert.ok(times >= 0.91 * runs && times <= 0.985 * runs, `${name}: ${String(times)}`);
    }
    assert.ok(widths < 0.95, String(widths));
  });

  it('are as sure as their answers are many, however many rows one drew', () => {
    const random = new SeededRandom(5);
    const once = Array.from({ length: 200 }, () => drawn(random));
    const thrice = once.flatMap((row, n) =>
      Array.from({ length: 3 }, () => ({ ...row, answer: `a${String(n)}` })),
    );
    const [single, drawnTogether] = [estimatesOf(once), estimatesOf(thrice)];
    assert.deepEqual([drawnTogether.rows, drawnTogether.answers], [600, 200]);
    assert.deepEqual([single.rows, single.answers], [200, 200]);
    for (const name of ['logged', 'ips', 'snips', 'doublyRobust'] as const) {
      near(drawnTogether[name]?.value, single[name]?.value ?? NaN);
      near(drawnTogether[name]?.standardError, single[name]?.standardError ?? NaN);
    }
    near(drawnTogether.weightMean, single.weightMean);
    const apart = estimatesOf(thrice.map(({ answer: _, ...row }) => row));
    assert.ok((apart.ips.standardError ?? NaN) < 0.6 * (single.ips.standardError ?? NaN));
  });

  it('are not there before a row, nor self-normalised where nothing of the log would have been done', () => {
    assert.equal(new OffPolicySums().estimates(), undefined);
    const never = { propensity: 0.5, target: 0, reward: 1, predicted: 0, predictedTarget: 0 };
    const { ips, snips, effectiveRows } = estimatesOf([never, never]);
    assert.deepEqual([ips.value, snips, effectiveRows], [0, undefined, 0]);
  });
});

/** Two choices, clicked with 10 % and 30 %: logged evenly, evaluated for one that takes the second in 80 %. */
function drawn(random: SeededRandom): LoggedChoice {
  const isSecond = random.below(2) === 1;
  const predicted = isSecond ? 0.3 : 0.1;
  return {
    ...{ propensity: 0.5, target: isSecond ? 0.8 : 0.2, predicted, predictedTarget: 0.26 },
    reward: random.next() < predicted ? 1 : 0,
  };
}
