import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Position, Sequence } from '../../events/position.ts';
import type { Recommendation } from '../../projections/answer.ts';
import type { RecommendationQuery } from '../../projections/queries.ts';
import { DeltaWorld } from './delta-world.ts';
import { servingRig } from './serving-rig.ts';
import type { ServingRig } from './serving-rig.ts';

const ROCK = [1, 0, 0, 0];
const JAZZ = [0, 1, 0, 0];

/** Two tastes: rockers love rock items, jazzers jazz items; which is right is known by eye. */
function twoTastes(): DeltaWorld {
  const world = new DeltaWorld();
  for (const [at, name] of ['r0', 'r1', 'r2', 'r3'].entries()) {
    world.item(name, [4 - at, 0, 0, 0]);
  }
  for (const [at, name] of ['j0', 'j1', 'j2', 'j3'].entries()) {
    world.item(name, [0, 4 - at, 0, 0]);
  }
  world.user('rocker', ROCK);
  world.user('jazzer', JAZZ);
  world.happen({ user: 'rocker', item: 'r1' });
  world.happen({ user: 'jazzer', item: 'j0' });
  world.happen({ user: 'jazzer', item: 'j0' });
  return world;
}

function ask(rig: ServingRig, request: Partial<RecommendationQuery>): Promise<Recommendation> {
  return rig.queries.recommend({ user: 'rocker', n: 3, exclude: 'seen', after: [], ...request });
}

function ids(answer: { readonly items: readonly { readonly id: string }[] }): string[] {
  return answer.items.map(({ id }) => id);
}

test('a user gets what is like their taste, without what they have seen', async () => {
  const rig = await servingRig({ titles: { r0: 'Rock zero' } });
  rig.serving.apply(twoTastes().whole());
  const rocker = await ask(rig, { user: 'rocker' });
  assert.deepEqual(rocker.items, [
    { id: 'r0', score: 4, title: 'Rock zero' },
    { id: 'r2', score: 2 },
    { id: 'r3', score: 1 },
  ]);
  assert.equal(rocker.basedOn, 'user');
  assert.deepEqual(rocker.position, ['0:2']);
  assert.equal(rocker.model, 'v1');
  assert.deepEqual(rocker.search, { mode: 'exact' });
  assert.deepEqual(ids(await ask(rig, { user: 'jazzer' })), ['j1', 'j2', 'j3']);
});

test('exclude=none lists seen items too', async () => {
  const rig = await servingRig();
  rig.serving.apply(twoTastes().whole());
  assert.deepEqual(ids(await ask(rig, { exclude: 'none' })), ['r0', 'r1', 'r2']);
});

test('equal scores stand in the order in which items first appeared', async () => {
  const rig = await servingRig();
  const world = twoTastes();
  rig.serving.apply(world.whole());
  const all = await ask(rig, { n: 8, exclude: 'none' });
  assert.deepEqual(ids(all), ['r0', 'r1', 'r2', 'r3', 'j0', 'j1', 'j2', 'j3']);
});

test('an unknown user gets popular items, and the answer says so', async () => {
  const rig = await servingRig();
  rig.serving.apply(twoTastes().whole());
  const answer = await ask(rig, { user: 'nobody', n: 2 });
  assert.equal(answer.basedOn, 'popular');
  assert.deepEqual(answer.items, [
    { id: 'j0', score: 1 },
    { id: 'r1', score: 0.5 },
  ]);
});

test('an unknown user with a known item gets items similar to it', async () => {
  const rig = await servingRig();
  rig.serving.apply(twoTastes().whole());
  const answer = await ask(rig, { user: 'nobody', item: 'j2', n: 3 });
  assert.equal(answer.basedOn, 'item');
  assert.deepEqual(ids(answer), ['j0', 'j1', 'j3']);
  assert.equal(answer.items[0]?.score, 1);
  const unknown = await ask(rig, { user: 'nobody', item: 'never met' });
  assert.equal(unknown.basedOn, 'popular');
});

test('a user of whom only dislikes are known has no taste to go by yet', async () => {
  const rig = await servingRig();
  const world = twoTastes();
  world.user('grump', [0, 0, 1, 0]);
  world.happen({ user: 'grump', item: 'j0', positive: false });
  rig.serving.apply(world.whole());
  const answer = await ask(rig, { user: 'grump' });
  assert.equal(answer.basedOn, 'popular');
  assert.deepEqual(ids(answer), ['r1'], 'what they disliked was seen and is not popular to them');
  world.happen({ user: 'grump', item: 'r3' });
  rig.serving.apply(world.take());
  assert.equal((await ask(rig, { user: 'grump' })).basedOn, 'user');
});

test('a user who has seen everything gets fewer items, and the answer says why', async () => {
  const rig = await servingRig();
  const world = twoTastes();
  for (const item of ['r0', 'r2', 'r3', 'j0', 'j1', 'j2']) world.happen({ user: 'rocker', item });
  rig.serving.apply(world.whole());
  const answer = await ask(rig, {});
  assert.deepEqual(ids(answer), ['j3']);
  assert.match(answer.note ?? '', /^1 of 3 items: the user has seen all others/);
});

test('withdrawn items are in no answer', async () => {
  const rig = await servingRig();
  rig.serving.apply(twoTastes().whole());
  rig.catalogue.withdrawn.add('r0').add('j0');
  assert.deepEqual(ids(await ask(rig, { n: 2 })), ['r2', 'r3']);
  assert.deepEqual(ids(await ask(rig, { user: 'nobody', n: 1 })), ['r1']);
  assert.deepEqual(ids((await rig.queries.similar('j1', 2))!), ['j2', 'j3']);
  assert.equal(await rig.queries.similar('j0', 2), undefined);
});

test('after waits until the positions are folded', async () => {
  const rig = await servingRig();
  const world = twoTastes();
  rig.serving.apply(world.whole());
  world.happen({ user: 'rocker', item: 'r0' });
  const position: Position = { partition: 0, sequence: world.position as Sequence };
  const waiting = ask(rig, {}).then(ids);
  const after = rig.queries.recommend({
    user: 'rocker',
    n: 2,
    exclude: 'seen',
    after: [position],
  });
  assert.deepEqual(await waiting, ['r0', 'r2', 'r3']);
  rig.serving.apply(world.take());
  assert.deepEqual(ids(await after), ['r2', 'r3']);
  assert.equal(rig.timer.waiting, 0);
});

test('after gives up when the time is over', async () => {
  const rig = await servingRig();
  rig.serving.apply(twoTastes().whole());
  const position: Position = { partition: 0, sequence: 99 as Sequence };
  const late = rig.queries.recommend({ user: 'rocker', n: 2, exclude: 'seen', after: [position] });
  rig.timer.elapse();
  await assert.rejects(late, { code: 'TIMEOUT' });
  await assert.rejects(
    rig.queries.recommend({
      user: 'rocker',
      n: 2,
      exclude: 'seen',
      after: [{ partition: 7, sequence: 0 as Sequence }],
    }),
    { code: 'INVALID' },
  );
});

test('after waits for the catalogue too, where it names the partition that it folds', async () => {
  const rig = await servingRig({ titles: { r0: 'Old' }, partitions: 2 });
  rig.serving.apply(twoTastes().whole());
  rig.serving.apply(new DeltaWorld({ partition: 1 }).whole());
  rig.catalogue.advance(0);
  const titleAfter = async (...after: Position[]): Promise<string | undefined> =>
    (await ask(rig, { after, n: 1 })).items[0]?.title;
  const at = (partition: number, place: number): Position => ({
    partition,
    sequence: place as Sequence,
  });
  assert.equal(await titleAfter(), 'Old');
  assert.equal(await titleAfter(at(1, -1)), 'Old');
  assert.equal(await titleAfter(at(0, 0)), 'Old');
  const recommended = titleAfter(at(0, 2), at(0, 1));
  const item = rig.queries.item('r0', [at(0, 2)]);
  assert.equal(rig.timer.waiting, 2);
  rig.catalogue.advance(1, { r0: 'Newer' });
  assert.equal(rig.timer.waiting, 2);
  rig.catalogue.advance(2, { r0: 'New' });
  assert.equal(await recommended, 'New');
  assert.deepEqual((await item)?.metadata, { title: 'New' });
  assert.equal(rig.timer.waiting, 0);
});

test('after gives up on a catalogue that does not come', async () => {
  const rig = await servingRig();
  rig.serving.apply(twoTastes().whole());
  rig.catalogue.advance(0);
  const late = rig.queries.item('r0', [{ partition: 0, sequence: 1 as Sequence }]);
  rig.timer.elapse();
  await assert.rejects(late, { code: 'TIMEOUT' });
});

test('the answer equals brute force over all items, for any vectors', async () => {
  const value = fc.double({ min: -3, max: 3, noNaN: true });
  const vector = fc.array(value, { minLength: 4, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      vector,
      fc.array(fc.tuple(vector, value, fc.boolean()), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 100 }),
      async (taste, rows, n) => {
        const world = new DeltaWorld();
        world.user('u', taste);
        for (const [at, [row, bias]] of rows.entries()) world.item(`i${at}`, row, bias);
        world.item('first');
        world.happen({ user: 'u', item: 'first' });
        for (const [at, [, , isSeen]] of rows.entries()) {
          if (isSeen) world.happen({ user: 'u', item: `i${at}` });
        }
        const rig = await servingRig();
        rig.serving.apply(world.whole());
        const user = world.users.get('u')!;
        const scores = [...world.items.values()].map((item, row) => {
          let score = 0;
          for (let at = 0; at < 4; at += 1) score += user.vector[at]! * item.vector[at]!;
          return { id: item.id, row, score: Math.fround(score + item.bias) };
        });
        const unseen = scores.filter(({ row }) => !user.seen.includes(row));
        const wanted = unseen.sort((a, b) => b.score - a.score || a.row - b.row).slice(0, n);
        const answer = await ask(rig, { user: 'u', n });
        assert.equal(answer.items.length, wanted.length);
        for (const [at, item] of answer.items.entries()) {
          assert.ok(Math.abs(item.score - wanted[at]!.score) < 1e-5);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('two partitions: the own one answers a user, both answer what is popular', async () => {
  const partitionOf = (user: string): number => (user === 'rocker' ? 0 : 1);
  const rig = await servingRig({ partitions: 2, partitionOf });
  const one = new DeltaWorld({ partition: 0 });
  const two = new DeltaWorld({ partition: 1 });
  one.item('a', [1, 0, 0, 0]);
  one.item('b', [2, 0, 0, 0]);
  one.user('rocker', ROCK);
  one.happen({ user: 'rocker', item: 'a' });
  two.item('c', [3, 0, 0, 0]);
  two.item('a', [1, 0, 0, 0]);
  two.user('jazzer', JAZZ);
  two.happen({ user: 'jazzer', item: 'a' });
  two.happen({ user: 'jazzer', item: 'c' });
  rig.serving.apply(two.whole());
  await assert.rejects(ask(rig, {}), { code: 'UNAVAILABLE' });
  rig.serving.apply(one.whole());
  const rocker = await ask(rig, {});
  assert.deepEqual(ids(rocker), ['b']);
  assert.deepEqual(rocker.position, ['0:0']);
  const nobody = await ask(rig, { user: 'nobody' });
  assert.deepEqual(nobody.items, [
    { id: 'a', score: 1 },
    { id: 'c', score: 0.5 },
  ]);
  assert.deepEqual(nobody.position, ['0:0', '1:1']);
});
