import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RepriseError } from '../../events/error.ts';
import type { PromotionGate } from '../../api/schema/versions.ts';
import { readConfig } from '../../processes/config.ts';
import { schedulingDeps } from '../../processes/durable/planned-runs.ts';
import type { ScheduledParts } from '../../processes/durable/planned-runs.ts';

const GATE = { metric: 'recall10', eventsMin: 500 } as const;

/** Parts of a core whose promotions end as they are told to. */
function partsOf(
  shadow: string | null,
  promote: (version: string, gate?: PromotionGate) => Promise<unknown>,
  unavailable?: string,
): ScheduledParts {
  const part = { unavailable };
  return {
    native: { tfjs: part, faiss: part, temporal: part },
    registry: { nextName: async () => 'v4' },
    config: readConfig({}),
    clock: () => Date.UTC(2026, 10, 28),
    book: { aliases: { live: 'v1', shadow, previous: null } },
    promotions: { promote },
  } as unknown as ScheduledParts;
}

describe('a promotion policy', () => {
  it('promotes the shadow under its gate', async () => {
    const asked: unknown[] = [];
    const { promoteShadow } = schedulingDeps(
      partsOf('v2', async (...args) => {
        asked.push(args);
        return { version: 'v2', previous: 'v1', positions: ['0:7'], switchMs: 1 };
      }),
    );
    const { promoted, version, why, positions } = await promoteShadow(GATE);
    assert.deepEqual([promoted, version, positions], [true, 'v2', ['0:7']]);
    assert.match(why, /v2 is shown to be better than v1/);
    assert.deepEqual(asked, [['v2', GATE]]);
  });

  it('says why it keeps what is live', async () => {
    const why = 'version v2 is not shown to be better than v1';
    const refusing = partsOf('v2', () => Promise.reject(new RepriseError('CONFLICT', why)));
    assert.deepEqual(await schedulingDeps(refusing).promoteShadow(GATE), {
      ...{ promoted: false, version: 'v2', why, positions: [] },
    });
    for (const shadow of [null, 'v1']) {
      const none = partsOf(shadow, () => assert.fail('nothing is promoted'));
      const outcome = await schedulingDeps(none).promoteShadow(GATE);
      assert.deepEqual([outcome.promoted, outcome.version], [false, null]);
    }
  });

  it('fails where it could not be tried', async () => {
    const failing = partsOf('v2', () => Promise.reject(new RepriseError('TIMEOUT', 'too slow')));
    await assert.rejects(schedulingDeps(failing).promoteShadow(GATE), { code: 'TIMEOUT' });
  });
});

describe('a planned run', () => {
  const unasked = () => assert.fail('nothing is promoted');

  it('is a training by whom there is, and an index build', async () => {
    const trainers: unknown[] = [];
    for (const unavailable of [undefined, 'tfjs-node is not built']) {
      const { plan } = schedulingDeps(partsOf(null, unasked, unavailable));
      const { type, workflowId, version, input } = await plan('training');
      assert.deepEqual([type, workflowId, version], ['trainModel', 'train-v4', 'v4']);
      trainers.push(input['trainer']);
    }
    assert.deepEqual(trainers, ['tfjs', 'kernel']);
    const built = await schedulingDeps(partsOf(null, unasked)).plan('index');
    assert.equal(built.workflowId, 'build-index-r20261128-000000-000');
  });

  it('is refused with the reason where there is no index', async () => {
    const { plan } = schedulingDeps(partsOf(null, unasked, 'faiss-node is not built'));
    await assert.rejects(plan('index'), { code: 'UNAVAILABLE', message: /faiss-node/ });
  });
});
