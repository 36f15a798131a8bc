import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadKernel } from '../../model/kernel/kernel.ts';
import { Model, weighQuery } from '../../model/model.ts';
import { DEFAULT_LEARNER_SETTINGS, ISGD_LEARNER_SETTINGS } from '../../model/settings.ts';
import type { LearnerSettings } from '../../model/settings.ts';
import { BlendModel } from '../../model/stream/blend-model.ts';
import { BLEND_LEARNER_SETTINGS, BLEND_RULE } from '../../model/stream/blend-settings.ts';

const wasm = await loadKernel();
const plain = await loadKernel({ plain: true });
const GMF: LearnerSettings = { ...DEFAULT_LEARNER_SETTINGS, dimensions: 16, negatives: 5 };
const ISGD: LearnerSettings = { ...ISGD_LEARNER_SETTINGS, dimensions: 16 };

interface Event {
  readonly user: number;
  readonly item: number;
  readonly positive: 0 | 1;
  readonly weight: number;
  readonly key: number;
}

const eventArbitrary = fc.record({
  user: fc.nat(4),
  item: fc.nat(11),
  positive: fc.constantFrom<0 | 1>(0, 1, 1),
  weight: fc.constantFrom(1, 0.5, 0.7, 0),
  key: fc.nat(),
});

function makeModel(settings: LearnerSettings, factory = wasm): Model {
  const model = new Model(settings, factory.create());
  for (let row = 0; row < 5; row++) model.addUser(row, 1);
  for (let row = 0; row < 12; row++) model.addItem(row, 2);
  return model;
}

function learn(model: Model, event: Event): void {
  const keys = Uint32Array.of(0, 0, 0, 0, event.key, ~event.key, 3, 4);
  const { user, item, positive, weight } = event;
  model.learn(user, item, positive, weight, event.key % 1_000_000, keys, 4);
}

/** Everything that a model holds, as bits. */
function state(model: Model): unknown {
  const { users, items } = model;
  const p = new Float32Array(users.rows * users.dimensions);
  const q = new Float32Array(items.rows * items.dimensions);
  const biases = new Float32Array(items.rows);
  users.readRows(0, users.rows, p);
  items.readRows(0, items.rows, q);
  items.readColumn(0, 0, items.rows, biases);
  return [p, q, biases]
    .map((part) => new Uint32Array(part.buffer))
    .concat([])
    .map((words) => words.join())
    .concat(model.popularity.join());
}

// 32 dimensions have a path of their own, 20 leave a rest past the turns of 16.
const VARIANTS = [GMF, ISGD, { ...GMF, dimensions: 32 }, { ...ISGD, dimensions: 32 }].concat([
  { ...GMF, dimensions: 20 },
  { ...ISGD, dimensions: 20 },
]);
for (const settings of VARIANTS) {
  test(`${settings.learner} of ${String(settings.dimensions)}: both kernels reach the same bits from the same events`, () => {
    fc.assert(
      fc.property(fc.array(eventArbitrary, { maxLength: 40 }), (events) => {
        const left = makeModel(settings);
        const right = makeModel(settings, plain);
        for (const event of events) {
          learn(left, event);
          learn(right, event);
          assert.deepEqual(left.touchedItems(), right.touchedItems());
        }
        assert.deepEqual(state(left), state(right));
        assert.equal(left.score(1, 2), right.score(1, 2));
      }),
    );
  });

  test(`${settings.learner} of ${String(settings.dimensions)}: only the rows that are reported as touched change`, () => {
    fc.assert(
      fc.property(fc.array(eventArbitrary, { minLength: 1, maxLength: 20 }), (events) => {
        const model = makeModel(settings);
        for (const event of events) {
          model.users.takeTouched();
          model.items.takeTouched();
          const before = rowsOf(model);
          learn(model, event);
          const touched = new Set(model.touchedItems());
          assert.deepEqual(
            [...model.items.takeTouched()],
            [...touched].sort((a, b) => a - b),
          );
          const after = rowsOf(model);
          for (let row = 0; row < 12; row++) {
            if (!touched.has(row)) assert.deepEqual(after[row], before[row]);
          }
          const userMoved = settings.learner === 'gmf' || event.positive === 1;
          assert.deepEqual([...model.users.takeTouched()], userMoved ? [event.user] : []);
        }
      }),
    );
  });

  test(`${settings.learner} of ${String(settings.dimensions)}: a run of events leaves what single ones leave, marks and all`, () => {
    fc.assert(
      fc.property(fc.array(eventArbitrary, { maxLength: 150 }), (events) => {
        const single = makeModel(settings);
        for (const event of events) learn(single, event);
        const marks = touchedOf(single);
        for (const factory of [wasm, plain]) {
          const model = makeModel(settings, factory);
          model.beginRun();
          for (const event of events) learn(model, event);
          model.endRun();
          assert.deepEqual(touchedOf(model), marks);
          assert.deepEqual(model.touchedItems(), single.touchedItems());
          assert.deepEqual(state(model), state(single));
        }
      }),
    );
  });
}

function touchedOf({ users, items }: Model): number[][] {
  return [users.takeTouched(), items.takeTouched()].map((rows) => [...rows]);
}

function rowsOf(model: Model): number[][] {
  return Array.from({ length: model.items.rows }, (_, row) => {
    const vector = new Float32Array(model.items.dimensions);
    model.items.read(row, vector, 0);
    return [...vector, model.items.bias(row)];
  });
}

test('what an event draws depends on its key and the items that stand, on nothing before it', () => {
  const event: Event = { user: 0, item: 3, positive: 1, weight: 1, key: 77 };
  const fresh = makeModel(GMF);
  learn(fresh, event);
  const old = makeModel(GMF);
  learn(old, { ...event, user: 2, key: 5 });
  learn(old, event);
  assert.deepEqual(old.touchedItems(), fresh.touchedItems());
  assert.equal(fresh.touchedItems()[0], 3);
  learn(fresh, { ...event, key: 78 });
  assert.notDeepEqual(old.touchedItems(), fresh.touchedItems());
});

test('negatives spread over all items and pass over the positive', () => {
  const model = new Model({ ...GMF, negatives: 64 }, wasm.create());
  model.addUser(1, 1);
  for (let row = 0; row < 1_000; row++) model.addItem(row, 2);
  const counts = new Uint32Array(1_000);
  for (let key = 0; key < 2_000; key++) {
    learn(model, { user: 0, item: 500, positive: 1, weight: 1, key: Math.imul(key, 0x9e3779b9) });
    const [first, ...negatives] = model.touchedItems();
    assert.equal(first, 500);
    assert.ok(!negatives.includes(500));
    for (const row of negatives) counts[row] = (counts[row] as number) + 1;
  }
  assert.equal(counts[500], 0);
  // 128 draws expected a row; five standard deviations are 57.
  assert.ok(counts.every((count, row) => row === 500 || Math.abs(count - 128) < 57));
});

test('a positive raises its score, a negative lowers it, and the weight scales how far', () => {
  const moved = (positive: 0 | 1, weight: number): number => {
    const model = makeModel(GMF);
    const before = model.score(0, 3);
    learn(model, { user: 0, item: 3, positive, weight, key: 7 });
    return model.score(0, 3) - before;
  };
  assert.ok(moved(1, 1) > moved(1, 0.5));
  assert.ok(moved(1, 0.5) > 0);
  assert.ok(moved(0, 1) < 0);
  assert.equal(moved(1, 0), 0);
});

test('isgd learns nothing from a negative event', () => {
  const model = makeModel(ISGD);
  const before = state(model);
  learn(model, { user: 0, item: 3, positive: 0, weight: 1, key: 7 });
  assert.deepEqual(state(model), before);
  assert.equal(model.touchedItems().length, 0);
});

test('a query of a user scores every item as the model does, bit for bit', () => {
  const model = makeModel(GMF);
  model.setOutput(Float32Array.from({ length: 16 }, (_, at) => 1 + at / 10));
  for (let key = 0; key < 50; key++) {
    learn(model, { user: key % 5, item: key % 12, positive: 1, weight: 1, key });
  }
  const query = new Float32Array(16);
  const scores = new Float32Array(12);
  model.query(4, query);
  model.items.scoreAll(query, scores);
  for (let row = 0; row < 12; row++) assert.equal(scores[row], model.score(4, row));
  const vector = new Float32Array(16);
  model.users.read(4, vector, 0);
  weighQuery(model.output, vector);
  assert.deepEqual(vector, query);
});

test('tastes are learned: users of one half of a checkerboard rank its items first', () => {
  for (const settings of [GMF, ISGD]) {
    const model = makeModel({ ...settings, initDeviation: 0.1 });
    for (let turn = 0; turn < 3_000; turn++) {
      const user = turn % 4;
      const item = (Math.floor(turn / 4) % 6) * 2 + (user % 2);
      learn(model, { user, item, positive: 1, weight: 1, key: Math.imul(turn, 0x9e3779b9) });
    }
    for (let user = 0; user < 4; user++) {
      const ranked = Array.from({ length: 12 }, (_, row) => row).sort(
        (a, b) => model.score(user, b) - model.score(user, a),
      );
      if (settings.learner === 'gmf') {
        assert.ok(ranked.slice(0, 6).every((row) => row % 2 === user % 2));
      } else {
        assert.ok(model.score(user, user % 2) > 0.8);
      }
    }
  }
});

test('rows, weights, times and settings that cannot be are refused', () => {
  const model = makeModel(GMF);
  const keys = new Uint32Array(4);
  const refused = (user: number, item: number, weight: number, timeMs: number): void => {
    assert.throws(() => {
      model.learn(user, item, 1, weight, timeMs, keys, 0);
    }, RangeError);
  };
  refused(5, 0, 1, 0);
  refused(0, 12, 1, 0);
  refused(0, 0, Infinity, 0);
  refused(0, 0, -1, 0);
  refused(0, 0, 1, NaN);
  assert.throws(() => model.score(9, 0), RangeError);
  assert.throws(() => {
    model.setOutput(new Float32Array(3));
  }, RangeError);
  assert.throws(() => makeModel({ ...GMF, dimensions: 10 }), { code: 'INVALID' });
  assert.throws(() => makeModel({ ...GMF, negatives: 65 }), { code: 'INVALID' });
  assert.throws(() => makeModel({ ...GMF, learningRate: NaN }), { code: 'INVALID' });
  assert.throws(() => makeModel({ ...GMF, learner: 'blend' }), { code: 'INVALID' });
  assert.throws(() => makeModel({ ...GMF, blend: BLEND_RULE }), { code: 'INVALID' });
  for (const wrong of [{ partnersMax: 0 }, { candidatesMax: 1e9 }, { fading: NaN }]) {
    const blend = { ...BLEND_RULE, ...wrong };
    assert.throws(() => new BlendModel({ ...BLEND_LEARNER_SETTINGS, blend }, wasm, false), {
      code: 'INVALID',
      message: /blend\./,
    });
  }
});

test('rows added in bulk start without popularity and can be filled', () => {
  const model = new Model(GMF, wasm.create());
  model.addRows(3, 1_000);
  assert.equal(model.users.rows, 3);
  assert.ok(model.popularity.every((value) => value === -Infinity));
  model.setPopularity(999, 5);
  model.addItem(1, 1);
  assert.equal(model.popularity[999], 5);
  assert.equal(model.popularity[1_000], -Infinity);
});
