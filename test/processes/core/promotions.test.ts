import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SharedFact } from '../../../events/fact.ts';
import { RepriseError } from '../../../events/error.ts';
import { sequence } from '../../../events/position.ts';
import { PrequentialObserver } from '../../../actors/runtime/prequential-observer.ts';
import { PROMOTION_LAG_EVENTS_MAX, Promotions } from '../../../processes/core/promotions.ts';
import type { PromotionsDeps } from '../../../processes/core/promotions.ts';
import { definitionOf } from '../../doubles/partition-rig.ts';

const HEAD = 5_000;

/** Promotions over an instance of one partition that takes each promotion over at once. */
function stage(more: Partial<PromotionsDeps> = {}) {
  const appended: SharedFact[] = [];
  const observers = new Map(['v1', 'v2'].map((name) => [name, new PrequentialObserver(1)]));
  let live = 'v1';
  const promotions = new Promotions({
    registry: {
      get: async (version) =>
        version === 'v9'
          ? undefined
          : {
              definition: definitionOf(version, {}, 1),
              ...{ parent: null, createdMs: 0, trainedBy: null, metrics: {} },
            },
      base: async () => undefined,
    },
    journal: { head: () => sequence(HEAD), partitions: 1 },
    door: {
      appendShared: async (fact) => {
        assert.equal(fact.kind, 'ModelPromoted');
        live = fact.version;
        appended.push(fact);
        return { positions: [{ partition: 0, sequence: sequence(HEAD + 1) }], duplicate: false };
      },
    },
    serving: { partitions: 1, partition: () => ({ version: live }) },
    shadows: { positions: () => [sequence(HEAD - 3)] },
    book: { aliases: { live: 'v1', shadow: 'v2', previous: null } },
    prequential: { observerOf: (version) => observers.get(version)! },
    clock: () => 1_000,
    sleep: () => Promise.resolve(),
    ...more,
  });
  /** Tests both versions on events: v2 is right in `better` of them more. */
  const test = (events: number, better: number): void => {
    for (let key = 0; key < events; key += 1) {
      observers.get('v1')!.events.add({ key, place: key % 10 === 0 ? 1 : 0, cohorts: 0 });
      const isRight = key % 10 === 0 || (key % 10 === 1 && key / 10 < better);
      observers.get('v2')!.events.add({ key, place: isRight ? 1 : 0, cohorts: 0 });
    }
  };
  return { promotions, appended, test };
}

describe('a promotion', () => {
  it('appends what was promoted, and tells what was before', async () => {
    const { promotions, appended } = stage();
    const answer = await promotions.promote('v2');
    assert.deepEqual([answer.version, answer.previous, answer.positions], ['v2', 'v1', ['0:5001']]);
    assert.equal(appended.length, 1);
  });

  const gone = new RepriseError('DAMAGED', 'p0.safetensors is not the one that was registered');
  const refusals: readonly [string, Partial<PromotionsDeps>, RegExp][] = [
    [
      'that lags',
      { shadows: { positions: () => [sequence(HEAD - PROMOTION_LAG_EVENTS_MAX - 1)] } },
      /1001 events behind the head/,
    ],
    ['that is not held', { shadows: { positions: () => undefined } }, /backfill --model v2/],
    [
      'whose base fails',
      {
        registry: {
          get: async (version) => ({
            definition: definitionOf(version, {}, 1),
            ...{ parent: null, createdMs: 0, trainedBy: null, metrics: {} },
          }),
          base: () => Promise.reject(gone),
        },
      },
      /cannot be made live: p0.safetensors is not the one/,
    ],
  ];
  for (const [name, more, why] of refusals) {
    it(`refuses a version ${name}, and appends nothing`, async () => {
      const { promotions, appended } = stage(more);
      await assert.rejects(promotions.promote('v2'), { code: 'CONFLICT', message: why });
      assert.deepEqual(appended, []);
    });
  }

  it('is one at a time', async () => {
    const { promotions } = stage();
    const first = promotions.promote('v2');
    await assert.rejects(promotions.promote('v2'), { code: 'CONFLICT', message: /under way/ });
    await first;
  });

  it('says that it will come where a partition has not come there in time', async () => {
    let nowMs = 0;
    const { promotions } = stage({
      serving: { partitions: 1, partition: () => ({ version: 'v1' }) },
      clock: () => nowMs,
      sleep: async () => {
        nowMs += 1_000;
      },
    });
    await assert.rejects(promotions.promote('v2'), { code: 'TIMEOUT' });
  });

  it('passes a gate where the version is shown to be better, and no other', async () => {
    const gate = { metric: 'recall10', eventsMin: 500 } as const;
    const few = stage();
    few.test(499, 499);
    await assert.rejects(few.promotions.promote('v2', gate), /tested on 499 events together/);
    const alike = stage();
    alike.test(1_000, 3);
    await assert.rejects(alike.promotions.promote('v2', gate), /not shown to be better than v1/);
    assert.deepEqual(alike.appended, []);
    const better = stage();
    better.test(1_000, 40);
    assert.equal((await better.promotions.promote('v2', gate)).version, 'v2');
  });

  it('leads back where there was one before, and nowhere where there was none', async () => {
    await assert.rejects(stage().promotions.rollback('v1'), /nothing to roll back to/);
    await assert.rejects(stage().promotions.rollback('v2'), /v2 is not live, v1 is/);
    await assert.rejects(stage().promotions.rollback('v9'), { code: 'NOT_FOUND' });
    const { promotions } = stage({
      book: { aliases: { live: 'v1', shadow: 'v2', previous: 'v2' } },
    });
    assert.equal((await promotions.rollback('v1')).version, 'v2');
  });
});
