import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { EpochJob, EpochResult, JobProgress } from '../../activities/training/trainer.ts';
import { readTensorFile } from '../../adapters/tensor-file.ts';
import { createTrainerPool } from '../../adapters/embedded/trainer.ts';
import { readNativeParts } from '../../processes/core/native-parts.ts';
import { TrainerWorld } from '../processes/trainer/trainer-world.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { unavailable } = readNativeParts().tfjs;
const script = new URL('../../processes/trainer.ts', import.meta.url);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Resolves when the process is gone; the test's own time-out ends one that stays. */
async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
}

for (const trainer of ['tfjs', 'kernel'] as const) {
  describe(
    `a training by ${trainer}`,
    { skip: trainer === 'tfjs' && (unavailable ?? false) },
    () => {
      let world: TrainerWorld;
      let pool: ReturnType<typeof createTrainerPool>;
      before(async () => {
        world = await TrainerWorld.open(await temporaryFolder(), trainer);
        pool = createTrainerPool({ script, tfjsUnavailable: undefined });
      });
      after(() => pool.close());

      function train(job: EpochJob, onProgress: (progress: JobProgress) => void = () => undefined) {
        return pool.epoch(job, { signal: new AbortController().signal, onProgress });
      }

      it('learns: the loss falls and the held-out items of the own camp are found', async () => {
        const results: EpochResult[] = [];
        for (let epoch = 1; epoch <= 8; epoch += 1)
          results.push(await train(await world.epoch(epoch)));
        assert.ok(results.at(-1)!.loss < results[0]!.loss, JSON.stringify(results));
        const measured = await pool.evaluate(await world.evaluation(8), {
          signal: new AbortController().signal,
          onProgress: () => undefined,
        });
        assert.ok(measured.events > 50);
        assert.ok(measured.candidate > measured.parent + 0.2, JSON.stringify(measured));
        const { checkpoint, sha256 } = await readTensorFile(await world.checkpoint(8));
        assert.equal(sha256, results.at(-1)!.checkpointSha256);
        assert.equal(checkpoint.manifest.sequence, 8);
      });

      it('goes on from the checkpoint before when it is killed in an epoch', async () => {
        await train(await world.epoch(1, 'killed'));
        const pid = pool.pid('run')!;
        const second = await world.epoch(2, 'killed');
        // The first sign of life in the epoch is its end.
        const killed = train(second, () => process.kill(pid, 'SIGKILL'));
        await assert.rejects(killed, { code: 'UNAVAILABLE', message: /SIGKILL/ });
        const again = await train(second);
        assert.notEqual(pool.pid('run'), pid);
        const straight = await train(await world.epoch(2, 'straight', 'killed'));
        assert.equal(again.checkpointSha256, straight.checkpointSha256);
        assert.equal(again.loss, straight.loss);
      });

      it('ends its process when a job is cancelled', async () => {
        const cancel = new AbortController();
        const job = await world.epoch(1, 'cancelled');
        const running = pool.epoch(job, {
          signal: cancel.signal,
          onProgress: () => cancel.abort(),
        });
        const pid = pool.pid('run')!;
        await assert.rejects(running, { code: 'UNAVAILABLE' });
        await gone(pid);
      });

      it('says what is wrong with a job and takes the next one', async () => {
        const job = await world.epoch(3, 'a', 'nobody');
        await assert.rejects(train(job), /ENOENT/);
        const pid = pool.pid('run');
        await train(await world.epoch(1, 'next'));
        assert.equal(pool.pid('run'), pid, 'the process went on');
      });

      it('ends when its run does', async () => {
        await train(await world.epoch(1, 'last'));
        const pid = pool.pid('run')!;
        await pool.end('run');
        await gone(pid);
        assert.equal(pool.pid('run'), undefined);
      });
    },
  );
}

describe('tfjs where it is not there', () => {
  it('says why, and leaves the kernel to train', async () => {
    const pool = createTrainerPool({ script, tfjsUnavailable: 'tfjs-node is missing: run set-up' });
    assert.equal(await pool.unavailable('tfjs'), 'tfjs-node is missing: run set-up');
    assert.equal(await pool.unavailable('kernel'), undefined);
    const world = await TrainerWorld.open(await temporaryFolder());
    const job = await world.epoch(1);
    const control = { signal: new AbortController().signal, onProgress: () => undefined };
    await assert.rejects(pool.epoch(job, control), { code: 'UNAVAILABLE', message: /run set-up/ });
  });
});
