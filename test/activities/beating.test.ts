import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { beating } from '../../activities/beating.ts';
import type { Beat } from '../../activities/beating.ts';
import { RepriseError } from '../../events/error.ts';
import { SILENT } from '../doubles/training-world.ts';

/** Runs work under heartbeats, as an activity; gathers what the heartbeats say. */
async function beat<T>(
  work: (beat: Beat<number>) => Promise<T>,
  before?: number,
): Promise<{ result: T; heartbeats: unknown[] }> {
  const environment = new MockActivityEnvironment({ heartbeatDetails: before }, { logger: SILENT });
  const heartbeats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => heartbeats.push(details));
  const result = (await environment.run(() => beating(work))) as T;
  return { result, heartbeats };
}

describe('work under heartbeats', () => {
  it('beats at once, with what the attempt before said last', async () => {
    const { result, heartbeats } = await beat(({ before }) => Promise.resolve(before), 41);
    assert.equal(result, 41);
    assert.deepEqual(heartbeats, [41]);
  });

  it('beats with what was reported last', async (context) => {
    context.mock.timers.enable({ apis: ['setInterval'] });
    const { heartbeats } = await beat(async ({ report }) => {
      report(1);
      report(2);
      context.mock.timers.tick(1_000);
      report(3);
      context.mock.timers.tick(1_000);
    });
    assert.deepEqual(heartbeats, [undefined, 2, 3]);
  });

  const codes = [
    ['INVALID', true],
    ['DAMAGED', true],
    ['UNAVAILABLE', false],
    ['TIMEOUT', false],
  ] as const;
  for (const [code, nonRetryable] of codes) {
    it(`tells the code ${code} as the failure's type, ${nonRetryable ? 'for good' : 'to be tried again'}`, async () => {
      const failing = beat(() => Promise.reject(new RepriseError(code, 'mend the disk')));
      await assert.rejects(failing, { type: code, nonRetryable, message: 'mend the disk' });
    });
  }

  it('passes an error without a code as it is', async () => {
    const failing = beat(() => Promise.reject(new TypeError('a defect')));
    await assert.rejects(failing, { name: 'TypeError', message: 'a defect' });
  });

  async function endedBy(reason: string): Promise<unknown> {
    const environment = new MockActivityEnvironment({}, { logger: SILENT });
    const running = environment.run(() =>
      beating(async ({ signal }) => {
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        signal.throwIfAborted();
      }),
    );
    environment.cancel(reason as never);
    return running.then(
      () => assert.fail('it was ended'),
      (error: unknown) => error,
    );
  }

  it('ends as cancelled where the workflow cancels it', async () => {
    assert.ok((await endedBy('CANCELLED')) instanceof CancelledFailure);
  });

  it('is tried again where the worker shuts down', async () => {
    const error = await endedBy('WORKER_SHUTDOWN');
    assert.equal((error as { type?: unknown }).type, 'UNAVAILABLE');
    assert.equal((error as { nonRetryable?: unknown }).nonRetryable, false);
  });
});
