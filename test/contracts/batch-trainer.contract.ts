import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { batchCheckpoint, checkpointSha256 } from '../../model/batch/batch-checkpoint.ts';
import type {
  BatchModel,
  BatchSettings,
  BatchTrainer,
  BatchTrainerFactory,
  TrainingPairs,
} from '../../model/batch/batch-trainer.ts';
import { rankCases } from '../../model/batch/leave-one-out.ts';
import type { RankingCase } from '../../model/batch/leave-one-out.ts';
import { scorerOf } from '../../model/batch/model-score.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';

/** A trainer that is tested, and the settings by which it learns two camps in a few epochs. */
export interface TestedTrainer {
  readonly name: string;
  readonly factory: BatchTrainerFactory;
  readonly settings: BatchSettings;
  /** Why it cannot be tested here; said aloud. */
  readonly unavailable?: string | undefined;
}

const USERS = 60;
const ITEMS = 80;

/** Two camps, each with its own half of the items; of every user's half one item is held out. */
function camps(): { pairs: TrainingPairs; cases: RankingCase[] } {
  const random = new SeededRandom(23);
  const userRows: number[] = [];
  const itemRows: number[] = [];
  const cases: RankingCase[] = [];
  for (let user = 0; user < USERS; user += 1) {
    const own = Array.from({ length: ITEMS / 2 }, (_, at) => 2 * at + (user % 2));
    const held = own.splice(random.below(own.length), 1);
    for (const item of own.filter(() => random.below(2) === 0)) {
      userRows.push(user);
      itemRows.push(item);
    }
    const others = Array.from({ length: ITEMS / 2 }, (_, at) => 2 * at + ((user + 1) % 2));
    cases.push({ user, candidates: Uint32Array.from([...held, ...others]) });
  }
  return {
    pairs: {
      users: USERS,
      items: ITEMS,
      userRows: Uint32Array.from(userRows),
      itemRows: Uint32Array.from(itemRows),
    },
    cases,
  };
}

/** What every batch trainer keeps to. */
export function batchTrainerContract(tested: TestedTrainer): void {
  const { name, factory, settings, unavailable } = tested;
  const { pairs, cases } = camps();

  async function withTrainer<T>(
    work: (trainer: BatchTrainer) => Promise<T>,
    change: Partial<BatchSettings> = {},
    on = pairs,
  ): Promise<T> {
    const trainer = await factory(on, { ...settings, ...change });
    try {
      return await work(trainer);
    } finally {
      await trainer.close();
    }
  }

  /** The checkpoint's hash after some epochs. */
  const trained = (epochs: number, change: Partial<BatchSettings> = {}): Promise<string> =>
    withTrainer(async (trainer) => {
      for (let at = 0; at < epochs; at += 1) await trainer.epoch();
      return hashOf(trainer, await trainer.model());
    }, change);

  const hashOf = (trainer: BatchTrainer, model: BatchModel) =>
    checkpointSha256(batchCheckpoint(model, trainer.name, trainer.settings, 0));

  describe(`${name}, a batch trainer`, { skip: unavailable ?? false }, () => {
    it('finds the camp of every user, with a loss that falls', async () => {
      await withTrainer(async (trainer) => {
        const losses: number[] = [];
        for (let epoch = 1; epoch <= settings.epochs; epoch += 1) {
          const report = await trainer.epoch();
          assert.equal(report.epoch, epoch);
          losses.push(report.loss);
        }
        assert.ok(losses.at(-1)! < losses[0]!, losses.join(' '));
        const { hitRate10 } = rankCases(cases, scorerOf(await trainer.model()));
        assert.ok(hitRate10 > 0.9, String(hitRate10));
      });
    });

    it('hands out tables of the rows and dimensions it was given, all of them numbers', async () => {
      const model = await withTrainer(async (trainer) => {
        await trainer.epoch();
        return trainer.model();
      });
      const { dimensions } = settings;
      assert.equal(model.dimensions, dimensions);
      assert.equal(model.userVectors.length, USERS * dimensions);
      assert.equal(model.userBias.length, USERS);
      assert.equal(model.itemVectors.length, ITEMS * dimensions);
      assert.equal(model.itemBias.length, ITEMS);
      assert.equal(model.output.length, dimensions);
      for (const table of [model.userVectors, model.itemVectors, model.itemBias, model.output]) {
        assert.ok(table.every(Number.isFinite));
      }
    });

    it('gives the same bits for the same seed and any number of threads, and others for another seed', async () => {
      const first = await trained(2);
      assert.equal(await trained(2), first);
      assert.equal(await trained(2, { threads: settings.threads === 1 ? 2 : 1 }), first);
      assert.notEqual(await trained(2, { seed: settings.seed + 1 }), first);
    });

    it('hands out a copy, which further epochs leave alone', async () => {
      await withTrainer(async (trainer) => {
        await trainer.epoch();
        const model = await trainer.model();
        const before = hashOf(trainer, model);
        await trainer.epoch();
        assert.equal(hashOf(trainer, model), before);
        assert.notEqual(hashOf(trainer, await trainer.model()), before);
      });
    });

    it('goes on from a model that is put in its place', async () => {
      const model = await withTrainer(async (trainer) => {
        for (let at = 0; at < settings.epochs; at += 1) await trainer.epoch();
        return trainer.model();
      });
      await withTrainer(async (trainer) => {
        await trainer.load(model, 7);
        assert.equal(hashOf(trainer, await trainer.model()), hashOf(trainer, model));
        assert.equal((await trainer.epoch()).epoch, 8);
        const { hitRate10 } = rankCases(cases, scorerOf(await trainer.model()));
        assert.ok(hitRate10 > 0.9, String(hitRate10));
      });
    });

    it('goes on after a kill with the bits that it would have had', async () => {
      const before = await withTrainer(async (trainer) => {
        for (let at = 0; at < 2; at += 1) await trainer.epoch();
        return { model: await trainer.model(), memory: await trainer.memory() };
      });
      await withTrainer(async (trainer) => {
        await trainer.load(before.model, 2, before.memory);
        const shares: number[] = [];
        await trainer.epoch((share) => shares.push(share));
        assert.equal(hashOf(trainer, await trainer.model()), await trained(3));
        assert.ok(
          shares.length > 0 && shares.every((share) => share > 0 && share <= 1),
          'it says how far the epoch is',
        );
      });
    });

    it('refuses a model of other rows or dimensions', async () => {
      const model = await withTrainer((trainer) => trainer.model());
      await withTrainer(async (trainer) => {
        const short = { ...model, userVectors: model.userVectors.subarray(4) };
        await assert.rejects(() => trainer.load(short, 1), { code: 'INVALID' });
      });
      await withTrainer(
        (trainer) => assert.rejects(() => trainer.load(model, 1), { code: 'INVALID' }),
        {
          dimensions: settings.dimensions * 2,
        },
      );
    });

    it('learns from users and items without a pair beside others', async () => {
      const wider = { ...pairs, users: USERS + 3, items: ITEMS + 5 };
      const model = await withTrainer(
        async (trainer) => {
          await trainer.epoch();
          return trainer.model();
        },
        {},
        wider,
      );
      assert.equal(model.userBias.length, USERS + 3);
      for (const table of [model.userVectors, model.itemVectors, model.userBias, model.itemBias]) {
        assert.ok(table.every(Number.isFinite));
      }
    });

    it('learns from one pair', async () => {
      const one = {
        ...{ users: 1, items: 1 },
        userRows: Uint32Array.of(0),
        itemRows: Uint32Array.of(0),
      };
      const { loss } = await withTrainer((trainer) => trainer.epoch(), {}, one);
      assert.ok(Number.isFinite(loss));
    });

    it('refuses settings that are not its own, and pairs past the rows', async () => {
      for (const change of [{ dimensions: 6 }, { learningRate: Number.NaN }, { negatives: -1 }]) {
        await assert.rejects(() => factory(pairs, { ...settings, ...change }), { code: 'INVALID' });
      }
      const past = { ...pairs, items: ITEMS / 2 };
      await assert.rejects(() => factory(past, settings), { code: 'INVALID' });
      const none = { ...pairs, userRows: new Uint32Array(0), itemRows: new Uint32Array(0) };
      await assert.rejects(() => factory(none, settings), { code: 'INVALID' });
    });
  });
}
