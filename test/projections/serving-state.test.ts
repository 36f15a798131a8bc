import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DeltaWorld, surrogateOf } from './delta-world.ts';
import { servingRig } from './serving-rig.ts';
import type { ServingRig } from './serving-rig.ts';

const event = fc.record({
  user: fc.constantFrom('u0', 'u1', 'u2'),
  item: fc.constantFrom('__proto__', 'i1', 'i2', 'i3', 'i4'),
  positive: fc.boolean(),
  timeMs: fc.integer({ min: 0, max: 1e10 }),
  moves: fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 4, maxLength: 4 }),
  takesAfter: fc.boolean(),
});

/** Everything that can be asked of a rig, as one value. */
async function everything(rig: ServingRig): Promise<unknown> {
  const answers = [];
  for (const user of ['u0', 'u1', 'u2', 'nobody']) {
    const { items, basedOn, position } = await rig.queries.recommend({
      user,
      n: 10,
      exclude: 'seen',
      after: [],
    });
    answers.push({ items, basedOn, position, facts: await rig.queries.user(user) });
  }
  return { answers, popular: await rig.queries.popular(10) };
}

test('a state fed by deltas equals one fed by the whole, and a whole over it changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 40 }), async (events) => {
      const world = new DeltaWorld();
      const followed = await servingRig();
      followed.serving.apply(world.whole());
      for (const one of events) {
        world.happen(one);
        world.user(one.user, one.moves);
        world.item(one.item, one.moves.toReversed(), one.moves[0]);
        if (one.takesAfter) followed.serving.apply(world.take());
      }
      followed.serving.apply(world.take());
      const built = await servingRig();
      built.serving.apply(world.whole());
      const expected = await everything(built);
      assert.deepEqual(await everything(followed), expected);
      followed.serving.apply(world.whole());
      assert.deepEqual(await everything(followed), expected);
    }),
    { numRuns: 60 },
  );
});

test('a delta that does not continue is refused and changes nothing', async () => {
  const rig = await servingRig();
  const world = new DeltaWorld();
  world.happen({ user: 'u0', item: 'i1' });
  rig.serving.apply(world.whole());
  world.happen({ user: 'u0', item: 'i2' });
  const missed = world.take();
  world.happen({ user: 'u0', item: 'i3' });
  const before = await everything(rig);
  assert.throws(() => rig.serving.apply(world.take()), RangeError);
  assert.throws(() => rig.serving.apply({ ...missed, version: 'v2' }), { code: 'CONFLICT' });
  assert.deepEqual(await everything(rig), before);
  rig.serving.apply(missed);
  assert.equal(rig.serving.position(0), 1);
  assert.throws(() => rig.serving.apply(missed), RangeError);
});

test('a promotion takes the place of the old version at once', async () => {
  const rig = await servingRig();
  const old = new DeltaWorld({ version: 'v1', dimensions: 4 });
  old.item('i0', [1, 0, 0, 0]);
  old.user('u0', [1, 0, 0, 0]);
  old.happen({ user: 'u0', item: 'i1' });
  rig.serving.apply(old.whole());
  const trained = new DeltaWorld({ version: 'v2', dimensions: 8 });
  trained.item('i1');
  trained.item('i0', [0, 0, 0, 0, 0, 0, 0, 5]);
  trained.user('u0', [0, 0, 0, 0, 0, 0, 0, 1]);
  trained.happen({ user: 'u0', item: 'i1' });
  trained.happen({ user: 'u0', item: 'i1' });
  rig.serving.apply(trained.whole());
  const answer = await rig.queries.recommend({ user: 'u0', n: 1, exclude: 'seen', after: [] });
  assert.deepEqual(answer.items, [{ id: 'i0', score: 5 }]);
  assert.equal(answer.model, 'v2');
  assert.deepEqual(answer.position, ['0:1']);
});

test('a dropped partition answers nothing until it is rebuilt by a whole delta', async () => {
  const rig = await servingRig();
  const world = new DeltaWorld();
  world.happen({ user: 'u0', item: 'i1' });
  rig.serving.apply(world.whole());
  const before = await everything(rig);
  rig.serving.drop(0);
  assert.equal(rig.serving.isReady, false);
  await assert.rejects(everything(rig), { code: 'UNAVAILABLE' });
  rig.serving.apply(world.whole());
  assert.deepEqual(await everything(rig), before);
});

test('an index input holds every row with its bias, and queries of users', async () => {
  const rig = await servingRig();
  const world = new DeltaWorld();
  world.item('i0', [1, 2, 3, 4], 5);
  world.item('i1', [6, 7, 8, 9], 10);
  world.user('u0', [1, 1, 2, 2]);
  world.output.set([1, 2, 1, 2]);
  world.happen({ user: 'u0', item: 'i0' });
  rig.serving.apply(world.whole());
  const input = rig.serving.indexInput(0, 10);
  assert.deepEqual(input, {
    version: 'v1',
    partition: 0,
    sequence: 0,
    dimensions: 4,
    ids: ['i0', 'i1'],
    rows: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
    queries: Float32Array.of(1, 2, 2, 4, 1),
  });
});

test('dead letters are kept within their bound, newest last', async () => {
  const rig = await servingRig({ bounds: { deadLettersMax: 2 } });
  const world = new DeltaWorld();
  world.happen({ user: 'u0', item: 'i1' });
  rig.serving.apply(world.whole());
  for (const reason of ['one', 'two', 'three']) {
    world.refuse(reason);
    rig.serving.apply(world.take());
  }
  const { refused, deadLetters } = await rig.queries.deadLetters();
  assert.equal(refused, 3);
  assert.deepEqual(
    deadLetters.map(({ reason, position }) => [reason, position]),
    [
      ['two', '0:2'],
      ['three', '0:3'],
    ],
  );
});

test('users and items are known by what happened to them', async () => {
  const rig = await servingRig({ titles: { i1: 'One' } });
  const world = new DeltaWorld();
  world.happen({ user: 'u0', item: 'i1', timeMs: 1_000 });
  world.happen({ user: 'u0', item: 'i1', timeMs: 2_000 });
  rig.serving.apply(world.whole());
  assert.deepEqual(await rig.queries.user('u0'), {
    id: 'u0',
    events: 2,
    seenItems: 1,
    lastTime: '1970-01-01T00:00:02.000Z',
    position: ['0:1'],
  });
  assert.equal(await rig.queries.user('u9'), undefined);
  assert.deepEqual((await rig.queries.item('i1'))?.metadata, { title: 'One' });
  assert.equal(await rig.queries.item('i9'), undefined);
  assert.equal(rig.serving.partition(0).users.rowOf(surrogateOf('u0')), 0);
});

test('a whole state built in steps leaves the old one answering until it is there', async () => {
  const rig = await servingRig({ partitions: 2, partitionOf: (user) => (user === 'u9' ? 1 : 0) });
  const old = new DeltaWorld({ version: 'v1' });
  old.happen({ user: 'u0', item: 'old' });
  const other = new DeltaWorld({ version: 'v1', partition: 1 });
  other.happen({ user: 'u9', item: 'other' });
  rig.serving.apply(old.whole());
  rig.serving.apply(other.whole());
  const trained = new DeltaWorld({ version: 'v2' });
  for (let at = 0; at < 3_000; at += 1) trained.item(`i${at}`, [at, 0, 0, 0]);
  trained.user('u0', [1, 0, 0, 0]);
  trained.happen({ user: 'u0', item: 'i2999' });
  let turns = 0;
  await rig.serving.applyWhole(trained.whole(), async () => {
    turns += 1;
    const answer = await rig.queries.recommend({ user: 'u0', n: 2, exclude: 'none', after: [] });
    assert.equal(answer.model, 'v1');
    assert.deepEqual(
      answer.items.map(({ id }) => id),
      ['old'],
    );
    assert.ok((await rig.queries.popular(100)).items.some(({ id }) => id === 'old'));
    other.happen({ user: 'u9', item: `other-${turns}` });
    rig.serving.apply(other.take());
  });
  assert.ok(turns > 2, 'it was built in steps');
  const answer = await rig.queries.recommend({ user: 'u0', n: 2, exclude: 'seen', after: [] });
  assert.deepEqual(
    answer.items.map(({ id }) => id),
    ['i2998', 'i2997'],
  );
  assert.equal(rig.serving.position(1), turns);
  const popular = (await rig.queries.popular(100)).items;
  assert.equal(popular.length, 2 + turns);
  assert.ok(!popular.some(({ id }) => id === 'old'));
});

test('a partition that moves while a whole state of it is built refuses that state', async () => {
  const rig = await servingRig();
  const world = new DeltaWorld();
  for (let at = 0; at < 3_000; at += 1) world.item(`i${at}`);
  world.happen({ user: 'u0', item: 'i0' });
  rig.serving.apply(world.whole());
  const whole = world.whole();
  const building = rig.serving.applyWhole(whole, () => {
    if (world.position === 0) {
      world.happen({ user: 'u1', item: 'i1' });
      rig.serving.apply(world.take());
    }
    return Promise.resolve();
  });
  await assert.rejects(building, RangeError);
  assert.equal(rig.serving.position(0), 1);
  assert.equal((await rig.queries.popular(10)).items.length, 2);
});
