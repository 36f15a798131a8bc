import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { ASKED_EVENTS_A_LOOK } from '../../../actors/runtime/bounds.ts';
import type { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import { PartitionRuntime as Runtime } from '../../../actors/runtime/partition.ts';
import { eventKey } from '../../../events/event-key.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../../events/interaction-type.ts';
import { partitionOf } from '../../../events/partition-of.ts';
import { sequence } from '../../../events/position.ts';
import { seedOf } from '../../../events/seed.ts';
import type { Tensor } from '../../../model/checkpoint.ts';
import { loadKernel } from '../../../model/kernel/kernel.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../../model/safetensors.ts';
import { BlendLearner } from '../../../model/stream/blend-learner.ts';
import { BLEND_LEARNER_SETTINGS } from '../../../model/stream/blend-settings.ts';
import { SeenRows } from '../../../model/stream/seen-rows.ts';
import { roundScore } from '../../../projections/answer.ts';
import { DEFAULT_PROJECTION_BOUNDS } from '../../../projections/bounds.ts';
import { Queries } from '../../../projections/queries.ts';
import { ServingState } from '../../../projections/serving-state.ts';
import { definitionOf, PartitionRig, RIG_BLEND } from '../../doubles/partition-rig.ts';
import type { Told } from '../../doubles/partition-rig.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';
import { memoryCatalogue } from '../../projections/serving-rig.ts';

const SMALL = definitionOf('small', RIG_BLEND, 1);
const WHOLE = definitionOf('whole', BLEND_LEARNER_SETTINGS, 1);
const USERS = 15;
const ITEMS = 60;
const EVENTS = 400;
const TYPES = ['play', 'play', 'play', 'view', 'like', 'dislike'];
const PLACES = 10;

function stream(seed: number, count: number): Told[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, (_, n) => ({
    id: `event-${String(n)}`,
    user: `user ${String(Math.floor(USERS * random.next() ** 2))}`,
    item: `item ${String(Math.floor(ITEMS * random.next() ** 2))}`,
    type: TYPES[random.below(TYPES.length)]!,
    timeMs: 1_000_000 + n * 3_600_000,
  }));
}

const told = stream(3, EVENTS);

/** A read side that deltas of one partition feed. */
async function serve(
  rig: PartitionRig,
  partitions = 1,
): Promise<{ serving: ServingState; queries: Queries }> {
  const serving = new ServingState({
    partitions,
    kernels: await loadKernel({ plain: true }),
    bounds: DEFAULT_PROJECTION_BOUNDS,
    schedule: () => () => undefined,
  });
  const queries = new Queries({
    serving,
    identities: rig.identities,
    partitionOf: (user) => partitionOf(user, partitions),
    catalogue: memoryCatalogue(),
    signingKey: createSecretKey(Buffer.alloc(32, 1)),
  });
  return { serving, queries };
}

/** The blend as `evaluate prequential` uses it, with first rows seeded by the ids of items. */
class DirectLearner {
  readonly #users: string[] = [];
  readonly #items: string[] = [];
  readonly #seen = new SeenRows();
  readonly #learner: BlendLearner;
  #timeMs = 0;

  constructor(learner: (itemOf: (row: number) => string) => BlendLearner) {
    this.#learner = learner((row) => this.#items[row] ?? '');
  }

  learn({ id, user, item, type = '', timeMs = 0 }: Told): void {
    const { weight, polarity } = DEFAULT_INTERACTION_TYPES[type]!;
    const userRow = rowOf(this.#users, user);
    const itemRow = rowOf(this.#items, item);
    const key = eventKey(id ?? '');
    const words = new DataView(key.buffer, key.byteOffset);
    const [key0, key1] = [words.getUint32(0, true), words.getUint32(4, true)];
    const positive = polarity === 'positive' ? 1 : 0;
    const excluded = this.#seen.of(userRow);
    const event = { userRow, itemRow, timeMs, weight, positive, key0, key1, excluded } as const;
    this.#learner.learn(event);
    this.#seen.add(userRow, itemRow);
    this.#timeMs = timeMs;
  }

  rank(user: string): string[] {
    const userRow = this.#users.indexOf(user);
    const rows = new Uint32Array(PLACES);
    const scores = new Float32Array(PLACES);
    const question = { userRow, timeMs: this.#timeMs, excluded: this.#seen.of(userRow) };
    const found = this.#learner.rank(question, rows, scores);
    return Array.from(rows.subarray(0, found), (row, at) => {
      return `${this.#items[row] ?? ''} ${String(roundScore(scores[at] ?? 0))}`;
    });
  }
}

function rowOf(ids: string[], id: string): number {
  const row = ids.indexOf(id);
  return row >= 0 ? row : ids.push(id) - 1;
}

for (const definition of [SMALL, WHOLE]) {
  describe(`a partition that learns by the blend (${definition.version})`, () => {
    let rig: PartitionRig;
    let replayed: PartitionRuntime;

    before(async () => {
      rig = await PartitionRig.create(1, 5);
      await rig.tell(...told);
      replayed = await rig.replay(rig.runtime(definition));
    });

    it('goes on from a checkpoint, through its file, to the bits of a full replay', async () => {
      for (const cut of [0, 1, 33, 250, EVENTS - 1]) {
        const half = await rig.replay(rig.runtime(definition), sequence(cut));
        const file = Buffer.concat([...encodeCheckpoint(await half.capture())]);
        const restored = await Runtime.restore(rig.deps(definition), decodeCheckpoint(file));
        assert.equal(await rig.hash(restored), await rig.hash(half));
        await rig.replay(restored);
        assert.equal(await rig.hash(restored), await rig.hash(replayed));
      }
    });

    it('has another hash where a single event is left out', async () => {
      const fewer = await PartitionRig.create(1, 5);
      await fewer.tell(...told.filter((_, at) => at !== 100));
      assert.notEqual(
        await fewer.hash(await fewer.replay(fewer.runtime(definition))),
        await rig.hash(replayed),
      );
    });

    it('reaches the same bits on the kernel and on its plain twin', async () => {
      const other = await PartitionRig.create(1, 9, false);
      await other.tell(...told);
      const runtime = await other.replay(other.runtime(definition));
      assert.equal(await other.hash(runtime), await rig.hash(replayed));
    });

    it('is damaged where a tensor of the memory is missing', async () => {
      const checkpoint = await replayed.capture();
      const { ['learner.window.words']: dropped, ...tensors } = checkpoint.tensors;
      assert.ok(dropped);
      await assert.rejects(Runtime.restore(rig.deps(definition), { ...checkpoint, tensors }), {
        code: 'DAMAGED',
      });
    });

    for (const source of ['transitions', 'neighbours']) {
      it(`is damaged where pairs of ${source} name an item without a row`, async () => {
        const checkpoint = await replayed.capture();
        const name = Object.keys(checkpoint.tensors).find(
          (one) => one.startsWith(`learner.${source}.`) && one.endsWith('.partners'),
        );
        assert.ok(name !== undefined, Object.keys(checkpoint.tensors).join(' '));
        const { shape, data } = checkpoint.tensors[name] as Tensor;
        const partners = Uint32Array.from(data);
        // The kernel reads what a partner names: one past the last row would be memory of others.
        partners[0] = replayed.counters.items;
        const tensors = { ...checkpoint.tensors, [name]: { shape, data: partners } };
        await assert.rejects(Runtime.restore(rig.deps(definition), { ...checkpoint, tensors }), {
          code: 'DAMAGED',
          message: /fit/,
        });
      });
    }

    it('answers at every position as the learner that is evaluated, used directly', async () => {
      const { serving, queries } = await serve(rig);
      const runtime = rig.runtime(definition);
      const kernels = await loadKernel();
      const { blend, ...settings } = definition.learner;
      assert.ok(blend);
      const direct = new DirectLearner(
        (itemOf) =>
          new BlendLearner(kernels, blend, { ...settings, ...blend }, (row) => {
            const { seed0, seed1 } = seedOf(itemOf(row));
            return [seed0, seed1];
          }),
      );
      serving.apply(runtime.takeDelta());
      for (const [at, event] of told.entries()) {
        await rig.replay(runtime, sequence(at));
        serving.apply(runtime.takeDelta());
        direct.learn(event);
        if (at % 7 !== 0) continue;
        const { user } = told[Math.floor(at / 2)]!;
        const asked = { user, n: PLACES, exclude: 'seen', after: [] } as const;
        const answer = await queries.recommend(asked);
        if (answer.basedOn !== 'user') continue;
        const items = answer.items.map(({ id, score }) => `${id} ${String(score)}`);
        assert.deepEqual(items, direct.rank(user), `after event ${String(at)}`);
        // What is kept of the answer is the answer.
        assert.deepEqual((await queries.recommend(asked)).items, answer.items);
      }
    });

    it('lends deltas that say what kept ones do, in the same room each time', async () => {
      const [lending, keeping] = [rig.runtime(definition), rig.runtime(definition)];
      lending.takeDelta(true);
      keeping.takeDelta();
      let room: ArrayBufferLike | undefined;
      for (let at = 0; at < 120; at += 1 + (at % 5)) {
        await rig.replay(lending, sequence(at));
        await rig.replay(keeping, sequence(at));
        const { ranker: _, ...lent } = lending.takeDelta(true);
        const { ranker: __, ...kept } = keeping.takeDelta();
        assert.deepEqual(lent, kept, `at ${String(at)}`);
        if (at > 100) assert.equal(lent.itemVectors.buffer, room);
        room = lent.itemVectors.buffer;
      }
    });

    it('lists as many items as there are, where the candidates are fewer', async () => {
      const { serving, queries } = await serve(rig);
      serving.apply(await replayed.takeWhole());
      const { user } = told[0]!;
      const answer = await queries.recommend({ user, n: 100, exclude: 'none', after: [] });
      assert.equal(answer.items.length, replayed.counters.items);
      const scores = answer.items.map(({ score }) => score);
      assert.deepEqual(
        scores,
        [...scores].sort((left, right) => right - left),
      );
      assert.equal(new Set(answer.items.map(({ id }) => id)).size, answer.items.length);
    });
  });
}

describe('a partition that learns by the blend', () => {
  it('looks at the clock every few events, for each of them is dear', async () => {
    const rig = await PartitionRig.create();
    await rig.tell(...told);
    const runtime = rig.runtime(SMALL);
    const first = runtime.position;
    await runtime.prepare((await rig.journal.read(0, first))!);
    assert.equal(runtime.run(rig.nowMs), 'more');
    assert.equal(runtime.position - first, ASKED_EVENTS_A_LOOK);
    rig.lookMs = 1;
    assert.equal(runtime.run(rig.nowMs + 3), 'more');
    assert.equal(
      runtime.position - first,
      4 * ASKED_EVENTS_A_LOOK,
      'the third look is at the deadline',
    );
  });
});

describe('a partition that learns by the blend among others', () => {
  it('lets who asks wait through a barrier, until its delta is applied', async () => {
    const rig = await PartitionRig.create(2, 5);
    await rig.tell(...told);
    await rig.publish({ kind: 'BarrierSet', barrier: 1, timeMs: 0 }, 'barrier 1');
    const definition = definitionOf('v1', RIG_BLEND, 2);
    const during: (() => void)[] = [];
    const deps = {
      ...rig.deps(definition, 0, { holdMsMax: 0 }),
      yieldNow: () => {
        for (const hear of during) hear();
        return Promise.resolve();
      },
    };
    const runtime = new Runtime(deps);
    const { serving, queries } = await serve(rig, 2);
    serving.apply(await runtime.takeWhole());
    await runtime.prepare((await rig.journal.read(0, runtime.position))!);
    while (runtime.position < rig.journal.head(0) - 1) {
      const outcome = runtime.run('all');
      if (typeof outcome === 'object') break;
      await runtime.prepare((await rig.journal.read(0, runtime.position))!);
    }
    serving.apply(runtime.takeDelta());
    const mine = told.find(({ user, type }) => partitionOf(user, 2) === 0 && type === 'play')!;
    const asked = { user: mine.user, n: PLACES, exclude: 'seen', after: [] } as const;
    const asking: Promise<{ position: readonly string[] }>[] = [];
    let answered = 0;
    during.push(() => {
      asking.push(
        queries.recommend(asked).then((answer) => {
          answered += 1;
          return answer;
        }),
      );
    });
    await runtime.passBarrier(undefined);
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(asking.length > 0, 'somebody asked meanwhile');
    assert.equal(answered, 0);
    serving.apply(runtime.takeDelta());
    for (const { position } of await Promise.all(asking)) {
      assert.deepEqual(position, [`0:${String(runtime.position)}`]);
    }
  });
});
