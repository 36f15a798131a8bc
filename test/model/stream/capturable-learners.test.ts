import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KernelFactory } from '../../../model/kernel/kernel.ts';
import { loadKernel } from '../../../model/kernel/kernel.ts';
import { BLEND_SETTINGS, BlendLearner } from '../../../model/stream/blend-learner.ts';
import { GMF_STREAM_SETTINGS, GmfLearner } from '../../../model/stream/gmf-learner.ts';
import type { Capturable } from '../../../model/stream/learner-state.ts';
import { learnerStateHash } from '../../../model/stream/learner-state.ts';
import { PrequentialTest } from '../../../model/stream/prequential.ts';
import type { StreamEvent, StreamLearner } from '../../../model/stream/stream-learner.ts';
import { streamEvent, tastefulStream } from './stream-world.ts';

type Learner = StreamLearner & Capturable;

const SEED = 11;
const WINDOW_EVENTS = 50;
const PARTNERS = 8;

const wasm = await loadKernel();
const plain = await loadKernel({ plain: true });
const gmf = { ...GMF_STREAM_SETTINGS, windowEventsMax: WINDOW_EVENTS, negatives: 16 };
const blend = { ...BLEND_SETTINGS, partnersMax: PARTNERS, candidatesMax: 24, popularMax: 5 };

const MAKERS: Readonly<Record<string, (kernels: KernelFactory) => Learner>> = {
  gmf: (kernels) => new GmfLearner(kernels, gmf),
  blend: (kernels) => new BlendLearner(kernels, blend, gmf),
};

function taught(learner: Learner, events: readonly StreamEvent[]): Learner {
  for (const event of events) learner.learn(event);
  return learner;
}

function recallOf(learner: StreamLearner, events: readonly StreamEvent[]): number {
  const test = new PrequentialTest(learner, {
    depth: 5,
    repeats: 'keep',
    clockMicroseconds: () => 0,
  });
  const places = events.map((event) => test.take(event));
  return places.filter((place) => place > 0).length / events.length;
}

for (const [name, make] of Object.entries(MAKERS)) {
  describe(`the state of ${name}`, () => {
    const stream = tastefulStream(SEED, 240);

    it('has the same hash after the same events, and another after others', () => {
      const hash = learnerStateHash(taught(make(wasm), stream).capture());
      assert.equal(learnerStateHash(taught(make(wasm), stream).capture()), hash);
      assert.notEqual(learnerStateHash(taught(make(wasm), stream.slice(1, 200)).capture()), hash);
    });

    it('is the same on the kernel and on its plain twin', () => {
      assert.equal(
        learnerStateHash(taught(make(wasm), stream).capture()),
        learnerStateHash(taught(make(plain), stream).capture()),
      );
    });

    it('goes on after a restore as if nothing had been', () => {
      for (const cut of [0, 1, 90, 239]) {
        const restored = make(wasm);
        restored.restore(taught(make(wasm), stream.slice(0, cut)).capture());
        taught(restored, stream.slice(cut));
        const whole = taught(make(wasm), stream);
        assert.equal(learnerStateHash(restored.capture()), learnerStateHash(whole.capture()));
      }
    });

    it('is not taken over by a learner that knows something, nor where a tensor is missing', () => {
      const state = taught(make(wasm), stream).capture();
      assert.throws(() => {
        taught(make(wasm), stream.slice(0, 3)).restore(state);
      }, RangeError);
      assert.throws(() => {
        make(wasm).restore({});
      }, /missing/);
    });

    it('is bounded by users, items and settings alone', () => {
      const longer = taught(make(wasm), tastefulStream(SEED, 1_200));
      const bytes = Object.values(longer.capture()).reduce(
        (sum, { data }) => sum + data.byteLength,
        0,
      );
      const again = taught(longer, tastefulStream(SEED, 1_200));
      const bytesAfter = Object.values(again.capture()).reduce(
        (sum, { data }) => sum + data.byteLength,
        0,
      );
      assert.ok(bytesAfter <= bytes * 1.1, `${String(bytes)} bytes became ${String(bytesAfter)}`);
    });

    it('holds no trace of rankings', () => {
      const asked = make(wasm);
      const rows = new Uint32Array(5);
      const scores = new Float32Array(5);
      for (const event of stream) {
        const excluded = Uint32Array.of(event.itemRow);
        asked.rank({ userRow: event.userRow, timeMs: event.timeMs, excluded }, rows, scores);
        asked.learn(event);
      }
      const quiet = taught(make(wasm), stream);
      assert.equal(learnerStateHash(asked.capture()), learnerStateHash(quiet.capture()));
    });

    it('comes to know a taste', () => {
      const tastes = tastefulStream(SEED, 2_000);
      const half = recallOf(make(wasm), tastes);
      // Five of thirty at random are a sixth; the square of the draw makes some items likelier.
      assert.ok(half > 0.45, `recall ${String(half)}`);
    });

    it('falls for a disliked item', () => {
      const learner = taught(make(wasm), stream);
      const disliked = Array.from({ length: 40 }, (_, at) =>
        streamEvent(240 + at, 0, 0, { positive: 0 }),
      );
      const placeOf = (): number => {
        const rows = new Uint32Array(learner.items);
        const question = { userRow: 0, timeMs: 300 * 3_600_000, excluded: new Uint32Array(0) };
        const found = learner.rank(question, rows, new Float32Array(learner.items));
        return rows.subarray(0, found).indexOf(0);
      };
      const before = placeOf();
      taught(learner, disliked);
      assert.ok(placeOf() > before || before === -1);
    });
  });
}
