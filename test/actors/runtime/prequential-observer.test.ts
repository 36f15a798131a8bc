import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { UserState } from '../../../actors/user-state.ts';
import { PrequentialObserver } from '../../../actors/runtime/prequential-observer.ts';
import type { Observation } from '../../../actors/runtime/prequential-observer.ts';
import type { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import { sequence } from '../../../events/position.ts';
import { loadKernel } from '../../../model/kernel/kernel.ts';
import { Model } from '../../../model/model.ts';
import { packFigures, unpackFigures } from '../../../model/stream/figure-tensors.ts';
import { COHORT } from '../../../model/stream/observed-events.ts';
import { PlaceWindow, PLACES_MAX } from '../../../model/stream/place-window.ts';
import { definitionOf, PartitionRig } from '../../doubles/partition-rig.ts';
import type { Told } from '../../doubles/partition-rig.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';

const USERS = 12;
const EVENTS = 300;
const VERSION = definitionOf('v1', { learner: 'gmf' }, 1);

let rig: PartitionRig;

before(async () => {
  rig = await PartitionRig.create();
  const random = new SeededRandom(7);
  const told = Array.from({ length: EVENTS }, (_, number): Told => {
    const user = random.below(USERS);
    const item = `i${String((user % 2) * 10 + random.below(10))}`;
    return {
      user: `u${String(user)}`,
      item,
      type: number % 7 === 6 ? 'skip' : 'play',
      id: String(number),
    };
  });
  await rig.tell(...told);
});

let read = 0;

/** The key and the place of an event that comes after all before it. */
function next(): Pick<Observation, 'key' | 'key1' | 'partition' | 'sequence'> {
  read += 1;
  return { key: 0, key1: read << 11, partition: 0, sequence: read };
}

function observed(share: number): { runtime: PartitionRuntime; observer: PrequentialObserver } {
  const runtime = rig.runtime(VERSION);
  const observer = new PrequentialObserver(share);
  runtime.observer = observer;
  return { runtime, observer };
}

test('an observer changes nothing of what is learned', async () => {
  const { runtime } = observed(1);
  const hash = await rig.hash(await rig.replay(runtime));
  assert.equal(hash, await rig.hash(await rig.replay(rig.runtime(VERSION))));
});

test('an observer of all looks at every positive event, and finds some that were foreseen', async () => {
  const { runtime, observer } = observed(1);
  await rig.replay(runtime);
  assert.equal(observer.places.total, EVENTS - Math.floor(EVENTS / 7));
  const places = [...observer.places.newest(EVENTS)];
  assert.ok(places.some((place) => place > 0));
  // The first event is of a new user.
  assert.equal(places[0], 0);
});

test('the keys of events decide what is sampled, the same each time', async () => {
  const [first, again, none] = [observed(0.3), observed(0.3), observed(0)];
  for (const { runtime } of [first, again, none]) await rig.replay(runtime);
  const { total } = first.observer.places;
  assert.ok(total > 0.15 * EVENTS && total < 0.45 * EVENTS, String(total));
  assert.deepEqual(first.observer.places.newest(EVENTS), again.observer.places.newest(EVENTS));
  assert.equal(none.observer.places.total, 0);
});

test('an item is found at its place among those that were not seen', async () => {
  const kernels = await loadKernel({ plain: true });
  const model = new Model({ ...VERSION.learner, negatives: 0 }, kernels.create());
  model.addUser(1, 1);
  for (let item = 0; item < 4; item++) model.items.setBias(model.addItem(item, 2), 10 * item);
  const observer = new PrequentialObserver(1);
  const state = UserState.of({ seen: [3], recent: [], events: 1, positives: 1, timeMs: 0 });
  const places = [2, 1, 0, 3, -1].map((itemRow) => {
    observer.observe({ ...next(), model, before: state, userRow: 0, itemRow, timeMs: 0 });
    return observer.places.newest(1)[0];
  });
  assert.deepEqual(places, [1, 2, 3, 0, 0]);
  observer.observe({ ...next(), model, before: state, userRow: -1, itemRow: 2, timeMs: 0 });
  assert.equal(observer.places.newest(1)[0], 0);
});

test('events are told by their cohorts: new users, heavy ones, items of the tail', async () => {
  const kernels = await loadKernel({ plain: true });
  const model = new Model({ ...VERSION.learner, negatives: 0 }, kernels.create());
  model.addUser(1, 1);
  for (let item = 0; item < 10; item++) model.setPopularity(model.addItem(item, 2), item);
  const observer = new PrequentialObserver(1);
  const { newUser, heavyUser, tailItem } = COHORT;
  const cases = [
    [0, 9, newUser],
    [4, 8, newUser],
    [5, 7, tailItem],
    [99, 9, 0],
    [100, 0, heavyUser | tailItem],
    [100, -1, heavyUser | tailItem],
  ] as const;
  for (const [events, itemRow, expected] of cases) {
    const before = UserState.of({ seen: [], recent: [], events, positives: 1, timeMs: 0 });
    observer.observe({ ...next(), model, before, userRow: 0, itemRow, timeMs: 0 });
    assert.equal(observer.events.kept().at(-1)?.cohorts, expected, `${events} ${itemRow}`);
  }
});

test('what is read again after a restart counts once, and what was seen before is gone on from', async () => {
  const whole = observed(0.5);
  await rig.replay(whole.runtime);
  const first = observed(0.5);
  await rig.replay(first.runtime, sequence(120));
  const left = unpackFigures(packFigures('v1', first.observer.capture()));
  assert.deepEqual(left, first.observer.capture());
  // The state goes on from further back than the figures, as after a kill.
  const { runtime, observer } = observed(0.5);
  observer.resume(left);
  await rig.replay(runtime);
  assert.deepEqual(observer.capture(), whole.observer.capture());
  assert.deepEqual(observer.places.newest(EVENTS), whole.observer.places.newest(EVENTS));
});

test('figures that do not fit together are not taken', () => {
  const packed = packFigures('v1', {
    total: 1,
    events: [{ key: 1, place: 2, cohorts: 4 }],
    partitions: [{ reached: 7, below: -Infinity, looks: 3 }],
  });
  const { tensors, manifest } = packed;
  const short = { shape: [0], data: new Uint8Array(0) };
  assert.equal(
    unpackFigures({ manifest, tensors: { ...tensors, 'events.cohorts': short } }),
    undefined,
  );
  assert.equal(unpackFigures({ manifest: { ...manifest, extra: {} }, tensors }), undefined);
  assert.equal(unpackFigures({ manifest, tensors: {} }), undefined);
});

test('a share that is none is refused', () => {
  assert.throws(() => new PrequentialObserver(1.5), /from 0 to 1/);
  assert.throws(() => new PrequentialObserver(NaN), /from 0 to 1/);
});

test('the newest places are kept, oldest first', () => {
  const window = new PlaceWindow();
  assert.deepEqual([...window.newest(3)], []);
  for (let place = 0; place < PLACES_MAX + 5; place++) window.add(place % 100);
  assert.deepEqual([...window.newest(3)], [2, 3, 4]);
  assert.equal(window.newest(PLACES_MAX * 2).length, PLACES_MAX);
  assert.equal(window.total, PLACES_MAX + 5);
});
