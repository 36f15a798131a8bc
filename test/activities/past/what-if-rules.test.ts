import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WhatIf, WhatIfAnswer } from '../../../activities/past/what-if.ts';
import { NO_RULES } from '../../../projections/rules/asked-rules.ts';
import type { AskedRules } from '../../../projections/rules/asked-rules.ts';
import { Expression } from '../../../projections/rules/expression.ts';
import { temporaryFolder } from '../../adapters/temporary-folder.ts';
import { TravelWorld } from '../../doubles/travel-world.ts';

const USER = 'u5';
const TURNS = 25;
/** What the world is told after it has lived, and what is imagined in its twin. */
const PLAYED = [1, 2, 3].map((n) => ({
  ...{ id: `more-${String(n)}`, type: 'play', item: `rock-${String(n)}`, time: 500_000 + n },
}));

async function lived(partitions: number): Promise<TravelWorld> {
  const world = await TravelWorld.open(await temporaryFolder(), partitions, { learner: 'isgd' }, 3);
  for (let turn = 0; turn < TURNS; turn += 1) await world.turn();
  return world;
}

async function ask(
  world: TravelWorld,
  rules: AskedRules,
  add: WhatIf['add'],
): Promise<WhatIfAnswer> {
  const question = { user: USER, n: 12, exclude: 'seen', add, remove: [], rules } as const;
  const given = await world.whatIfs(world.travel()).ask(question);
  assert.ok('answer' in given);
  return given.answer;
}

const RULES: Readonly<Record<string, AskedRules>> = {
  'a filter, and items pinned and blocked': {
    ...{ ...NO_RULES, pinned: ['jazz-2'], blocked: ['rock-4'] },
    filter: new Expression('filter', '!has(item.artist) || item.artist == "rock"'),
  },
  'a boost by the context, and diversity': {
    ...{ ...NO_RULES, context: { wanted: 'jazz' }, diversity: 0.4 },
    boost: new Expression('boost', 'item.artist == context.wanted ? 3.0 : 0.5'),
  },
  'a filter by what the user did': {
    ...NO_RULES,
    filter: new Expression('filter', 'user.events > 10 ? item.artist == "rock" : true'),
  },
};

describe('what if, under rules', () => {
  for (const partitions of [1, 2]) {
    it(`both answers obey them, on ${String(partitions)} partition(s)`, async () => {
      const world = await lived(partitions);
      const twin = await lived(partitions);
      await twin.world.rig.tell(
        ...PLAYED.map(({ time, ...event }) => ({ ...event, user: USER, timeMs: time })),
      );
      await twin.catchUp();
      for (const [name, rules] of Object.entries(RULES)) {
        const request = { user: USER, n: 12, exclude: 'seen', rules } as const;
        const { before, after } = await ask(world, rules, PLAYED);
        assert.deepEqual(before.items, (await world.answer(request)).items, name);
        assert.deepEqual(after.items, (await twin.answer(request)).items, name);
        assert.deepEqual(after.filter, (await twin.answer(request)).filter, name);
        assert.notDeepEqual(after.items, before.items, name);
      }
    });
  }

  it('what was only shown sinks as it does where it was', async () => {
    const world = await lived(1);
    const twin = await lived(1);
    const rules = { ...NO_RULES, rotation: { strength: 0.9, halfLifeS: 60 } };
    const request = { user: USER, n: 12, exclude: 'seen', rules } as const;
    const [best] = (await world.answer(request)).items;
    const shown = { id: 'shown', type: 'impression', item: best?.id ?? '' };
    await twin.world.rig.tell({ ...shown, user: USER, timeMs: 1_000_000 });
    await twin.catchUp();
    const { before, after } = await ask(world, rules, [shown]);
    assert.deepEqual(after.items, (await twin.answer(request)).items);
    assert.equal(before.items[0]?.id, best?.id);
    assert.notEqual(after.items[0]?.id, best?.id);
  });

  it('chance draws alike on both sides', async () => {
    const world = await lived(1);
    const rules = { ...NO_RULES, exploration: { share: 1, items: 20 } };
    // What is shown teaches nothing, so nothing but another draw could change the answer.
    const { before, after } = await ask(world, rules, [{ type: 'impression', item: 'rock-1' }]);
    const request = { user: USER, n: 12, exclude: 'seen', rules } as const;
    assert.deepEqual(before.items, (await world.answer(request)).items);
    assert.deepEqual(after.items, before.items);
  });
});
