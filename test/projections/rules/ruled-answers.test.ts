import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Recommendation } from '../../../projections/answer.ts';
import type { RecommendationQuery } from '../../../projections/queries.ts';
import { decodeRecommendationId } from '../../../projections/recommendation-id.ts';
import { NO_RULES } from '../../../projections/rules/asked-rules.ts';
import type { AskedRules } from '../../../projections/rules/asked-rules.ts';
import { boosted } from '../../../projections/rules/boosted.ts';
import { Expression } from '../../../projections/rules/expression.ts';
import { DeltaWorld } from '../delta-world.ts';
import { servingRig } from '../serving-rig.ts';
import type { ServingRig } from '../serving-rig.ts';

function rules(
  texts: { readonly filter?: string; readonly boost?: string },
  more: Partial<AskedRules> = {},
): AskedRules {
  const { filter, boost } = texts;
  return {
    ...NO_RULES,
    ...(filter !== undefined && { filter: new Expression('filter', filter) }),
    ...(boost !== undefined && { boost: new Expression('boost', boost) }),
    ...more,
  };
}

/** Four rock and four jazz items, newer the higher their number; `rocker` and `jazzer` have had one each. */
async function records(): Promise<{ readonly rig: ServingRig; readonly world: DeltaWorld }> {
  const rig = await servingRig();
  const world = new DeltaWorld();
  for (let at = 0; at < 4; at += 1) {
    world.item(`r${String(at)}`, [4 - at, 0, 0, 0]);
    rig.catalogue.publish(`r${String(at)}`, { genre: 'rock', year: 1990 + at });
  }
  for (let at = 0; at < 4; at += 1) {
    world.item(`j${String(at)}`, [0, 4 - at, 0, 0]);
    rig.catalogue.publish(`j${String(at)}`, { genre: 'jazz', year: 1990 + at });
  }
  world.item('bare', [0.5, 0.5, 0, 0]);
  world.user('rocker', [1, 0.125, 0, 0]);
  world.user('jazzer', [0, 1, 0, 0]);
  world.happen({ user: 'rocker', item: 'r1' });
  world.happen({ user: 'jazzer', item: 'j0' });
  world.happen({ user: 'jazzer', item: 'j0' });
  world.happen({ user: 'jazzer', item: 'j2' });
  rig.serving.apply(world.whole());
  return { rig, world };
}

function ask(rig: ServingRig, request: Partial<RecommendationQuery>): Promise<Recommendation> {
  return rig.queries.recommend({ user: 'rocker', n: 3, exclude: 'seen', after: [], ...request });
}

function ids(answer: { readonly items: readonly { readonly id: string }[] }): string[] {
  return answer.items.map(({ id }) => id);
}

test('a filter leaves the best of the items that it holds for, and the answer counts them', async () => {
  const { rig } = await records();
  const jazz = await ask(rig, { rules: rules({ filter: 'item.genre == "jazz"' }), n: 2 });
  assert.deepEqual(ids(jazz), ['j0', 'j1']);
  assert.deepEqual(jazz.filter, { matching: 4, undecided: 1 });
  assert.equal(jazz.note, undefined);
  const late = await ask(rig, {
    rules: rules({ filter: 'item.genre == "jazz" && item.year > 1991' }),
    n: 10,
  });
  assert.deepEqual(ids(late), ['j2', 'j3']);
  assert.equal(late.filter?.matching, 2);
  assert.match(late.note ?? '', /^2 of 10 items: the filter holds for 2/);
});

test('what was seen, withdrawn or blocked stays out of what a filter leaves', async () => {
  const { rig } = await records();
  const filter = 'item.genre == "rock"';
  assert.deepEqual(ids(await ask(rig, { rules: rules({ filter }), n: 9 })), ['r0', 'r2', 'r3']);
  rig.catalogue.publish('r2', null);
  const left = await ask(rig, { rules: rules({ filter }), n: 9 });
  assert.deepEqual(ids(left), ['r0', 'r3']);
  assert.equal(left.filter?.matching, 3, 'the seen one is among them, the withdrawn one is not');
  const blocked = await ask(rig, { rules: rules({ filter }, { blocked: ['r0'] }), n: 9 });
  assert.deepEqual(ids(blocked), ['r3']);
});

test('strangers, similar and popular items obey filters as well', async () => {
  const { rig } = await records();
  const filtered = rules({ filter: 'item.genre == "jazz" && item.year != 1990' });
  const stranger = await ask(rig, { user: 'nobody', rules: filtered });
  assert.equal(stranger.basedOn, 'popular');
  assert.deepEqual(ids(stranger), ['j2']);
  const like = await ask(rig, { user: 'nobody', item: 'j3', rules: filtered });
  assert.equal(like.basedOn, 'item');
  assert.deepEqual(ids(like), ['j1', 'j2']);
  const similar = await rig.queries.similar('r0', 3, rules({ filter: 'item.year == 1993' }));
  assert.deepEqual(ids(similar!), ['r3', 'j3']);
  assert.deepEqual(similar?.filter, { matching: 2, undecided: 1 });
  const popular = await rig.queries.popular(3, filtered);
  assert.deepEqual(ids(popular), ['j2']);
  assert.equal(await rig.queries.similar('never met', 3, filtered), undefined);
});

test('a boost multiplies scores, and an explanation says by how much', async () => {
  const { rig } = await records();
  const boost = 'item.genre == "jazz" ? 100.0 : 1.0';
  const answer = await ask(rig, { rules: rules({ boost }), n: 2, explain: true });
  assert.deepEqual(
    answer.items.map(({ id, score }) => [id, score]),
    [
      ['j0', 50],
      ['j1', 37.5],
    ],
  );
  assert.deepEqual(answer.items[0]?.explanation?.shares, { taste: 0.5, bias: 0, boost: 49.5 });
  assert.equal(answer.filter, undefined);
  const popular = await rig.queries.popular(2, rules({ boost: 'item.id == "r1" ? 8.0 : 1.0' }));
  assert.deepEqual(popular.items, [
    { id: 'r1', score: 4 },
    { id: 'j0', score: 1 },
  ]);
});

test('what is published changes what a filter holds for at once, new items too', async () => {
  const { rig, world } = await records();
  const filtered = rules({ filter: 'item.genre == "folk"' });
  await assert.doesNotReject(ask(rig, { rules: filtered }));
  assert.deepEqual(ids(await ask(rig, { rules: filtered })), []);
  rig.catalogue.publish('r3', { genre: 'folk' });
  rig.catalogue.publish('new', { genre: 'folk' });
  assert.deepEqual(ids(await ask(rig, { rules: filtered })), ['r3']);
  world.item('new', [9, 0, 0, 0]);
  world.happen({ user: 'jazzer', item: 'new' });
  rig.serving.apply(world.take());
  assert.deepEqual(ids(await ask(rig, { rules: filtered })), ['new', 'r3']);
  rig.catalogue.publish('new', { genre: 'rock' });
  assert.deepEqual(ids(await ask(rig, { rules: filtered })), ['r3']);
});

test('a field that no item has is named with those that there are', async () => {
  const { rig } = await records();
  const unknown = ask(rig, { rules: rules({ filter: 'item.gender == "jazz"' }) });
  await assert.rejects(unknown, {
    code: 'INVALID',
    message:
      'filter names item.gender at character 0, which no item has: there are genre, id, year',
    fields: { field: 'filter' },
  });
  const guarded = rules({ filter: '!has(item.gender)' });
  assert.equal((await ask(rig, { rules: guarded, n: 9 })).items.length, 8);
});

test('expressions see what is known of the user and what the caller says', async () => {
  const { rig } = await records();
  const one = 'user.events > 1 ? item.genre == "rock" : item.genre == context.wanted';
  const context = { wanted: 'jazz' };
  const filter = rules({ filter: one }, { context });
  assert.deepEqual(ids(await ask(rig, { rules: filter, n: 1 })), ['j0']);
  assert.deepEqual(ids(await ask(rig, { user: 'jazzer', rules: filter, n: 1 })), ['r0']);
});

test('pinned items stand first, once, whatever else; blocked ones nowhere', async () => {
  const { rig } = await records();
  rig.catalogue.publish('r3', null);
  const pinned = ['j3', 'r1', 'r3', 'j2', 'unheard of'];
  const answer = await ask(rig, {
    rules: rules({ filter: 'item.genre == "rock"' }, { pinned, blocked: ['j2', 'r0'] }),
    n: 5,
  });
  assert.deepEqual(answer.items, [
    { id: 'j3', score: 0, pinned: true },
    { id: 'r1', score: 0, pinned: true },
    { id: 'unheard of', score: 0, pinned: true },
    { id: 'r2', score: 2 },
  ]);
});

test('diversity lists items that differ', async () => {
  const { rig } = await records();
  const alike = await ask(rig, { n: 2 });
  assert.deepEqual(ids(alike), ['r0', 'r2']);
  const mixed = await ask(rig, { n: 2, rules: rules({}, { diversity: 0.9 }) });
  assert.equal(ids(mixed)[0], 'r0');
  assert.match(ids(mixed)[1] ?? '', /^j/);
});

test('the id of an answer holds its rules', async () => {
  const { rig } = await records();
  const asked = rules(
    { filter: 'item.genre == context.genre', boost: 'item.year' },
    { context: { genre: 'jazz', hour: 3 }, diversity: 0.25, blocked: ['j0'] },
  );
  const { recommendationId } = await ask(rig, { rules: asked });
  const facts = decodeRecommendationId(recommendationId, rig.signingKey);
  assert.deepEqual(JSON.parse(facts.rules ?? ''), {
    f: 'item.genre == context.genre',
    b: 'item.year',
    d: 0.25,
    x: ['j0'],
    c: { genre: 'jazz' },
    k: [0, Number.MAX_SAFE_INTEGER],
    o: [0, 3],
  });
  const plain = decodeRecommendationId((await ask(rig, {})).recommendationId, rig.signingKey);
  assert.equal(plain.rules, null);
});

test('under any rules the answer is what looking at every item gives', async () => {
  const item = fc.record({
    vector: fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 4, maxLength: 4 }),
    genre: fc.constantFrom('jazz', 'rock', undefined),
    year: fc.integer({ min: 1980, max: 2000 }),
    seen: fc.boolean(),
  });
  const filters = [
    undefined,
    'item.genre == "jazz" && item.year > 1990',
    'item.year < 1985 || item.genre == "rock"',
    '!has(item.genre)',
  ];
  const boosts = [undefined, 'item.genre == "jazz" ? 3.0 : 0.5', 'item.year - 1970.0'];
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { minLength: 1, maxLength: 60 }),
      fc.constantFrom(...filters),
      fc.constantFrom(...boosts),
      fc.integer({ min: 1, max: 20 }),
      async (items, filter, boost, n) => {
        const rig = await servingRig();
        const world = new DeltaWorld();
        world.user('one', [1, 2, 3, 4]);
        world.item('first', [0, 0, 0, 0]);
        world.happen({ user: 'one', item: 'first' });
        for (const [at, { vector, genre, year, seen }] of items.entries()) {
          const id = `i${String(at)}`;
          world.item(id, vector);
          rig.catalogue.publish(id, { year, ...(genre !== undefined && { genre }) });
          if (seen) world.happen({ user: 'one', item: id });
        }
        rig.catalogue.publish('first', { year: 0, genre: 'none' });
        rig.serving.apply(world.whole());
        const asked = rules({
          ...(filter !== undefined && { filter }),
          ...(boost !== undefined && { boost }),
        });
        const outer = { user: { events: 0, seenItems: 0 }, context: {} };
        const wanted = items
          .map(({ vector, genre, year, seen }, at) => {
            const values = { id: `i${String(at)}`, year, ...(genre !== undefined && { genre }) };
            const score = vector.reduce((sum, value, place) => sum + value * (place + 1), 0);
            const holds = asked.filter?.valueOf(values, outer) ?? 1;
            const factor = asked.boost?.valueOf(values, outer) ?? 1;
            const given = boosted(score, Number.isNaN(factor) ? 1 : Math.fround(factor));
            return { id: values.id, at, score: given, isIn: holds === 1 && !seen };
          })
          .filter(({ isIn }) => isIn)
          .sort((a, b) => b.score - a.score || a.at - b.at)
          .slice(0, n);
        const answer = await ask(rig, { user: 'one', n, rules: asked });
        assert.deepEqual(
          ids(answer),
          wanted.map(({ id }) => id),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('an exploring answer tells propensities, and is drawn again where its place is another', async () => {
  const { rig, world } = await records();
  const exploring = rules(
    { filter: 'item.year < 1993' },
    { pinned: ['j3'], exploration: { share: 0.5, items: 4 } },
  );
  const greedy = ['r0', 'r2'];
  const lists = new Set<string>();
  for (let turn = 0; turn < 40; turn += 1) {
    const answer = await ask(rig, { rules: exploring });
    const [pinned, ...drawn] = answer.items;
    assert.deepEqual(pinned, { id: 'j3', score: 0, pinned: true, propensity: 1 });
    for (const [place, { id, propensity }] of drawn.entries()) {
      assert.equal(propensity, (greedy[place] === id ? 0.5 : 0) + 0.5 / 4);
      assert.ok(['r0', 'r2', 'j0', 'j1'].includes(id), id);
    }
    const { rules: written } = decodeRecommendationId(answer.recommendationId, rig.signingKey);
    const { e } = JSON.parse(written ?? '') as { readonly e: readonly unknown[] };
    assert.deepEqual(e.slice(0, 2), [0.5, 4]);
    assert.deepEqual(await ask(rig, { rules: exploring }), answer, 'alike at the same place');
    lists.add(ids(answer).join());
    world.happen({ user: 'jazzer', item: 'j0' });
    rig.serving.apply(world.take());
  }
  assert.ok(lists.size > 5, [...lists].join(' '));
});

test('strangers are explored for, too', async () => {
  const { rig } = await records();
  const exploring = rules({}, { exploration: { share: 1, items: 2 } });
  const asked = Array.from({ length: 30 }, (_, at) =>
    ask(rig, { user: `nobody-${String(at)}`, n: 1, rules: exploring }),
  );
  const answers = await Promise.all(asked);
  assert.ok(answers.every(({ items }) => items[0]?.propensity === 0.5));
  assert.deepEqual([...new Set(answers.flatMap(ids))].sort(), ['j0', 'r1']);
});
