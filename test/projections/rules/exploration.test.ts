import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { sequence } from '../../../events/position.ts';
import { OffPolicySums } from '../../../model/off-policy/estimates.ts';
import { explorationSeed, explore } from '../../../projections/rules/exploration.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';

const KEY = createSecretKey(Buffer.alloc(32, 3));
const ASKED = { user: 'ada', n: 3 };
const PLACE = { partition: 0, sequence: sequence(9) };

/** A ranking, what of it is listed without chance (not always its first, as with diversity), and a policy. */
const policies = fc
  .record({
    count: fc.integer({ min: 1, max: 7 }),
    listed: fc.integer({ min: 1, max: 4 }),
    items: fc.integer({ min: 2, max: 6 }),
    share: fc.double({ min: 0.05, max: 1, noNaN: true }),
    skipped: fc.integer({ min: 0, max: 3 }),
    salt: fc.nat(),
  })
  .map(({ count, listed, items, share, skipped, salt }) => {
    const pool = Array.from({ length: count }, (_, at) => `i${String(at)}`);
    const others = pool.filter((_, at) => at === 0 || at > skipped);
    return { pool, greedy: others.slice(0, listed), items, share, salt };
  });

test('items stand at their places as often as their propensities say', () => {
  const draws = 2_000;
  const check = fc.property(policies, ({ pool, greedy, items, share, salt }) => {
    const times = new Map<string, number>();
    const told = new Map<string, number>();
    for (let draw = 0; draw < draws; draw += 1) {
      const seed = `${String(salt)}/${String(draw)}`;
      const drawn = explore(greedy, pool, { share, items, seed });
      assert.equal(drawn.length, greedy.length);
      assert.equal(new Set(drawn.map(({ choice }) => choice)).size, greedy.length, 'each once');
      for (const [place, { choice, propensity }] of drawn.entries()) {
        const at = `${choice}@${String(place)}`;
        assert.equal(told.get(at) ?? propensity, propensity, 'the draw does not change it');
        told.set(at, propensity);
        times.set(at, (times.get(at) ?? 0) + 1);
      }
    }
    for (const [at, propensity] of told) {
      const error = Math.sqrt((propensity * (1 - propensity)) / draws);
      const rate = (times.get(at) ?? 0) / draws;
      // Five standard errors: one place in two million would be further off by chance.
      assert.ok(Math.abs(rate - propensity) <= 5 * error + 2 / draws, `${at}: ${String(rate)}`);
    }
    for (const place of greedy.keys()) {
      const here = [...told].filter(([at]) => at.endsWith(`@${String(place)}`));
      const sum = here.reduce((total, [, propensity]) => total + propensity, 0);
      // What was never drawn is missing from the sum: with so many draws that is next to nothing.
      assert.ok(sum <= 1 + 1e-9 && sum > 0.97, `place ${String(place)}: ${String(sum)}`);
    }
  });
  // Of a fixed seed: what is compared are frequencies.
  fc.assert(check, { numRuns: 12, seed: 7 });
});

test('a draw follows from its seed, and a seed from who asks where under which key', () => {
  const pool = Array.from({ length: 30 }, (_, at) => at);
  const draw = (seed: string): readonly number[] =>
    explore(pool.slice(0, 5), pool, { share: 1, items: 30, seed }).map(({ choice }) => choice);
  const seed = explorationSeed(ASKED, PLACE, KEY);
  assert.match(seed, /^[0-9a-f]{16}$/);
  assert.deepEqual(draw(seed), draw(seed));
  const seeds = [
    seed,
    explorationSeed({ ...ASKED, user: 'bob' }, PLACE, KEY),
    explorationSeed({ ...ASKED, n: 4 }, PLACE, KEY),
    explorationSeed(ASKED, { ...PLACE, sequence: sequence(10) }, KEY),
    explorationSeed(ASKED, { ...PLACE, partition: 1 }, KEY),
    explorationSeed(ASKED, PLACE, createSecretKey(Buffer.alloc(32, 4))),
  ];
  assert.equal(new Set(seeds).size, seeds.length);
  assert.equal(new Set(seeds.map((one) => draw(one).join())).size, seeds.length);
  // Answers that were given are drawn alike for ever, or none could be proven.
  assert.deepEqual(draw('0123456789abcdef'), [10, 25, 3, 29, 5]);
});

test('a share of 0 and a single item leave nothing to chance', () => {
  for (const seed of ['a', 'b', 'c']) {
    const sure = explore(['x', 'y'], ['x', 'y', 'z'], { share: 0, items: 3, seed });
    assert.deepEqual(sure, [
      { choice: 'x', propensity: 1 },
      { choice: 'y', propensity: 1 },
    ]);
    assert.deepEqual(explore(['x'], ['x'], { share: 0.7, items: 9, seed }), [
      { choice: 'x', propensity: 1 },
    ]);
    assert.deepEqual(explore([], [], { share: 1, items: 9, seed }), []);
  }
});

test('95 % intervals of estimates from explored logs hold what other lists are worth', () => {
  const random = new SeededRandom(3);
  const pool = [0, 1, 2, 3, 4, 5, 6, 7];
  const truth = (item: number, place: number): number => (0.1 + 0.1 * item) * 0.8 ** place;
  const runs = 120;
  const held = { ips: 0, snips: 0, doublyRobust: 0 };
  for (let run = 0; run < runs; run += 1) {
    const sums = new OffPolicySums();
    let worth = 0;
    for (let user = 0; user < 150; user += 1) {
      const first = random.below(pool.length);
      const listed = [...pool.slice(first), ...pool.slice(0, first)];
      const wanted = [...listed].reverse().slice(0, 3);
      const answer = `${String(run)}/${String(user)}`;
      const drawn = explore(listed.slice(0, 3), listed, { share: 0.8, items: 8, seed: answer });
      for (const [place, { choice, propensity }] of drawn.entries()) {
        const other = wanted[place] ?? NaN;
        sums.add({
          ...{ answer, propensity, target: other === choice ? 1 : 0 },
          reward: random.next() < truth(choice, place) ? 1 : 0,
          ...{ predicted: 0.1 * choice, predictedTarget: 0.1 * other },
        });
        worth += truth(other, place) / 450;
      }
    }
    const estimates = sums.estimates();
    for (const name of ['ips', 'snips', 'doublyRobust'] as const) {
      const { value, standardError = NaN } = estimates?.[name] ?? { value: NaN };
      if (Math.abs(value - worth) <= 1.96 * standardError) held[name] += 1;
    }
  }
  for (const [name, times] of Object.entries(held)) {
    assert.ok(times >= 0.88 * runs && times < runs, `${name}: ${String(times)}`);
  }
});
