import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../../../../events/error.ts';
import type {
  BatchSettings,
  BatchTrainerFactory,
  TrainingPairs,
} from '../../../../model/batch/batch-trainer.ts';
import {
  createKernelTrainer,
  createPlainKernelTrainer,
} from '../../../../processes/trainer/kernel/trainer.ts';
import { batchTrainerContract } from '../../../contracts/batch-trainer.contract.ts';
import { hashOf, settingsOf, twoTastes } from './kernel-world.ts';

for (const solver of ['sgd', 'als'] as const) {
  batchTrainerContract({
    name: `kernel, ${solver}`,
    factory: createKernelTrainer,
    settings: settingsOf({ dimensions: 8, solver, epochs: solver === 'sgd' ? 40 : 6 }),
  });
}

/** Trains all epochs, and gives the hash of the model and the losses. */
async function train(
  create: BatchTrainerFactory,
  pairs: TrainingPairs,
  settings: BatchSettings,
): Promise<{ hash: string; losses: number[] }> {
  const trainer = await create(pairs, settings);
  const losses: number[] = [];
  for (let epoch = 1; epoch <= settings.epochs; epoch += 1) {
    losses.push((await trainer.epoch()).loss);
  }
  const hash = hashOf(await trainer.model());
  await trainer.close();
  return { hash, losses };
}

for (const solver of ['sgd', 'als'] as const) {
  test(`${solver}: the same seed gives the same bits on 1, 2 or 3 threads, on the kernel or its plain twin`, async () => {
    for (const dimensions of [4, 28]) {
      const pairs = twoTastes(40, 30, 10);
      const settings = settingsOf({ solver, dimensions });
      const expected = await train(createKernelTrainer, pairs, settings);
      for (const threads of [2, 3]) {
        const other = await train(createKernelTrainer, pairs, { ...settings, threads });
        assert.deepEqual(other, expected, `${String(threads)} threads`);
      }
      const plain = await train(createPlainKernelTrainer, pairs, { ...settings, threads: 2 });
      assert.deepEqual(plain, expected, 'the plain twin');
      const another = await train(createKernelTrainer, pairs, { ...settings, seed: 8 });
      assert.notEqual(another.hash, expected.hash, 'another seed is another training');
    }
  });

  test(`${solver}: the loss falls, and users come to prefer items of their taste`, async () => {
    const pairs = twoTastes(80, 40, 12);
    const settings = settingsOf({ solver, epochs: solver === 'sgd' ? 40 : 8, threads: 2 });
    const trainer = await createKernelTrainer(pairs, settings);
    const losses: number[] = [];
    for (let epoch = 1; epoch <= settings.epochs; epoch += 1) {
      const report = await trainer.epoch();
      assert.equal(report.epoch, epoch);
      losses.push(report.loss);
    }
    assert.ok((losses.at(-1) as number) < 0.9 * (losses[0] as number), losses.join(' '));
    const { userVectors, itemVectors, itemBias, dimensions } = await trainer.model();
    const score = (user: number, item: number): number => {
      let sum = itemBias[item] as number;
      for (let at = 0; at < dimensions; at += 1) {
        const p = userVectors[user * dimensions + at] as number;
        sum += p * (itemVectors[item * dimensions + at] as number);
      }
      return sum;
    };
    let own = 0;
    let other = 0;
    for (let user = 0; user < 80; user += 1) {
      for (let item = 0; item < 40; item += 1) {
        if (item % 2 === user % 2) own += score(user, item);
        else other += score(user, item);
      }
    }
    assert.ok(own > other, `${String(own)} against ${String(other)}`);
    await trainer.close();
  });

  test(`${solver}: a training that is loaded goes on as the one that it was copied from`, async () => {
    const pairs = twoTastes(50, 30, 10);
    const settings = settingsOf({ solver });
    const first = await createKernelTrainer(pairs, settings);
    await first.epoch();
    const copied = await first.model();
    const second = await createKernelTrainer(pairs, settings);
    await second.load(copied, 1);
    assert.deepEqual(await second.epoch(), await first.epoch());
    assert.equal(hashOf(await second.model()), hashOf(await first.model()));
    await Promise.all([first.close(), second.close()]);
  });
}

test('what only one solver cannot train with is refused with the field', async () => {
  const pairs = twoTastes(10, 10, 3);
  await assert.rejects(
    async () => createKernelTrainer(pairs, settingsOf({ solver: 'als', regularization: 0 })),
    (error) => hasCode(error, 'INVALID') && error.fields['field'] === 'regularization',
  );
  const settings = { ...settingsOf(), solver: 'adam' as 'sgd' };
  await assert.rejects(
    async () => createKernelTrainer(pairs, settings),
    (error) => hasCode(error, 'INVALID') && error.fields['field'] === 'solver',
  );
});

test('one user, one item, and rows without a pair give numbers', async () => {
  const worlds: readonly TrainingPairs[] = [
    { users: 1, items: 1, userRows: Uint32Array.of(0), itemRows: Uint32Array.of(0) },
    { users: 5, items: 3, userRows: Uint32Array.of(0, 0), itemRows: Uint32Array.of(0, 2) },
    { users: 3, items: 40, userRows: Uint32Array.of(0, 2), itemRows: Uint32Array.of(39, 39) },
  ];
  for (const pairs of worlds) {
    for (const solver of ['sgd', 'als'] as const) {
      const trainer = await createKernelTrainer(pairs, settingsOf({ solver, threads: 2 }));
      const { loss } = await trainer.epoch();
      assert.ok(Number.isFinite(loss));
      const model = await trainer.model();
      for (const tensor of [model.userVectors, model.itemVectors, model.itemBias]) {
        assert.ok(tensor.every(Number.isFinite));
      }
      await trainer.close();
    }
  }
});
