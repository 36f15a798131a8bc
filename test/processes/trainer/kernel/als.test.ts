import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BatchModel } from '../../../../model/batch/batch-trainer.ts';
import { alsRegularization } from '../../../../processes/trainer/kernel/als.ts';
import { createKernelTrainer } from '../../../../processes/trainer/kernel/trainer.ts';
import { settingsOf, twoTastes } from './kernel-world.ts';

/** p·q of a user and an item. */
function scoreOf({ userVectors, itemVectors, dimensions }: BatchModel, user: number, item: number) {
  let sum = 0;
  for (let at = 0; at < dimensions; at += 1) {
    const p = userVectors[user * dimensions + at] as number;
    sum += p * (itemVectors[item * dimensions + at] as number);
  }
  return sum;
}

for (const dimensions of [4, 12, 64]) {
  test(`the gradient of the objective is nothing on the rows just solved, at ${String(dimensions)} dimensions`, async () => {
    const pairs = twoTastes(90, 70, 20);
    const settings = settingsOf({ solver: 'als', dimensions, regularization: 0.3, threads: 2 });
    const trainer = await createKernelTrainer(pairs, settings);
    for (let epoch = 0; epoch < 3; epoch += 1) await trainer.epoch();
    const model = await trainer.model();
    await trainer.close();
    for (let item = 0; item < pairs.items; item += 1) {
      const chosen = new Set(pairs.userRows.filter((_, at) => pairs.itemRows[at] === item));
      const own = alsRegularization(settings, chosen.size, pairs.users);
      for (let at = 0; at < dimensions; at += 1) {
        const value = model.itemVectors[item * dimensions + at] as number;
        let gradient = own * value;
        let size = Math.abs(gradient);
        for (let user = 0; user < pairs.users; user += 1) {
          const p = model.userVectors[user * dimensions + at] as number;
          const score = scoreOf(model, user, item);
          const part = settings.unobservedWeight * score + (chosen.has(user) ? score - 1 : 0);
          gradient += p * part;
          size += Math.abs(p * part);
        }
        assert.ok(Math.abs(gradient) <= 1e-4 * size + 1e-6, `item ${String(item)}: ${gradient}`);
      }
    }
  });
}

test('the loss of an epoch is the objective, a pair', async () => {
  const pairs = twoTastes(50, 40, 12);
  const settings = settingsOf({ solver: 'als', dimensions: 8 });
  const trainer = await createKernelTrainer(pairs, settings);
  await trainer.epoch();
  const { loss } = await trainer.epoch();
  const model = await trainer.model();
  await trainer.close();
  let objective = 0;
  for (let user = 0; user < pairs.users; user += 1) {
    for (let item = 0; item < pairs.items; item += 1) {
      objective += settings.unobservedWeight * scoreOf(model, user, item) ** 2;
    }
  }
  for (const [at, user] of pairs.userRows.entries()) {
    objective += (scoreOf(model, user, pairs.itemRows[at] as number) - 1) ** 2;
  }
  const penalty = (vectors: Float32Array, rows: Uint32Array, others: number): number => {
    let sum = 0;
    for (const [at, value] of vectors.entries()) {
      const row = Math.floor(at / 8);
      const chosen = rows.filter((one) => one === row).length;
      sum += alsRegularization(settings, chosen, others) * value ** 2;
    }
    return sum;
  };
  objective += penalty(model.userVectors, pairs.userRows, pairs.items);
  objective += penalty(model.itemVectors, pairs.itemRows, pairs.users);
  assert.ok(Math.abs(objective / pairs.userRows.length - loss) < 1e-4 * loss, String(loss));
});

test('what one solver learned starts the other', async () => {
  const pairs = twoTastes(80, 50, 14);
  const als = await createKernelTrainer(pairs, settingsOf({ solver: 'als' }));
  for (let epoch = 0; epoch < 4; epoch += 1) await als.epoch();
  const learned = await als.model();
  await als.close();
  const settings = settingsOf({ learningRate: 0.01 });
  const [cold, warm] = await Promise.all([0, 1].map(() => createKernelTrainer(pairs, settings)));
  await warm?.load(learned, 0);
  const losses = [await cold?.epoch(), await warm?.epoch()].map((report) => report?.loss ?? 0);
  assert.ok((losses[1] as number) < (losses[0] as number), losses.join(' '));
  await Promise.all([cold?.close(), warm?.close()]);
});
