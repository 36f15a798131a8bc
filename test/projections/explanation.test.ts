import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LearnerSettings } from '../../model/settings.ts';
import type { ItemExplanation, ScoredItem } from '../../projections/answer.ts';
import { temporaryFolder } from '../adapters/temporary-folder.ts';
import { RIG_BLEND } from '../doubles/partition-rig.ts';
import { TravelWorld } from '../doubles/travel-world.ts';

const LEARNERS: readonly (Partial<LearnerSettings> & { learner: string })[] = [
  { learner: 'isgd' },
  { learner: 'gmf' },
  RIG_BLEND,
];

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 2e-6, `${String(actual)} is not ${String(expected)}`);
}

/** The explanation of an item, whose shares have to sum to its score. */
function explained({ score, explanation }: ScoredItem): ItemExplanation {
  assert.ok(explanation !== undefined);
  assertNear(sumOf(Object.values(explanation.shares)), score);
  return explanation;
}

describe('an explanation', () => {
  for (const learner of LEARNERS) {
    it(`has shares that sum to the score, and changes no answer: ${learner.learner}`, async () => {
      const world = await TravelWorld.open(await temporaryFolder(), 1, learner);
      for (let turn = 0; turn < 40; turn += 1) await world.turn();
      let items = 0;
      for (let number = 0; number < 14; number += 1) {
        const request = { user: `u${number}`, n: 10, exclude: 'seen' } as const;
        const plain = await world.answer(request);
        const answer = await world.answer({ ...request, explain: true });
        assert.deepEqual(
          answer.items.map(({ explanation: _, ...item }) => item),
          plain.items,
        );
        assert.equal(answer.recommendationId, plain.recommendationId);
        if (answer.basedOn !== 'user') continue;
        for (const item of answer.items) {
          const { shares, because, rest, neighbours } = explained(item);
          items += 1;
          assert.ok(neighbours.length > 0 && neighbours.every(({ cosine }) => cosine <= 1.000_001));
          if (learner.learner === 'blend') {
            assert.ok('gmf' in shares);
            continue;
          }
          assert.deepEqual(Object.keys(shares), ['taste', 'bias']);
          assert.ok(because !== undefined && rest !== undefined);
          assertNear(sumOf(because.map(({ share }) => share)) + rest, shares['taste'] ?? NaN);
        }
      }
      assert.ok(items > 50, `${items} items`);
    });
  }

  it('of what is popular, or like the item at hand, is that alone', async () => {
    const world = await TravelWorld.open(await temporaryFolder(), 2, { learner: 'gmf' });
    for (let turn = 0; turn < 20; turn += 1) await world.turn();
    const request = { user: 'nobody', n: 3, exclude: 'seen', explain: true } as const;
    const popular = await world.answer(request);
    const [first] = popular.items;
    assert.deepEqual(Object.keys(explained(first!).shares), ['popularity']);
    const similar = await world.answer({ ...request, item: first!.id });
    assert.equal(similar.basedOn, 'item');
    assert.deepEqual(Object.keys(explained(similar.items[0]!).shares), ['similarity']);
  });
});
