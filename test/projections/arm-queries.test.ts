import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RepriseError } from '../../events/error.ts';
import { sequence } from '../../events/position.ts';
import { armLagEventsMax, ArmPresence } from '../../projections/arm-presence.ts';
import { ArmQueries, countedLabel } from '../../projections/arm-queries.ts';
import type { ArmQueriesDeps } from '../../projections/arm-queries.ts';
import type { Recommendation } from '../../projections/answer.ts';
import type { Recommender } from '../../projections/recommend.ts';
import type { ServingState } from '../../projections/serving-state.ts';

const HEAD = 5_000;
const LABEL = { scenario: 'jazz', experiment: 'front', arm: 'new', version: 'v2' };
const AFTER = [{ partition: 0, sequence: sequence(HEAD) }];

interface Held {
  readonly at: number;
  /** Where it stands in the partition 1. */
  readonly beside?: number;
  /** Why a wait for the version ends, or an answer of it fails. */
  readonly late?: RepriseError;
  /** What happens while the version is waited for. */
  readonly meanwhile?: () => void;
}

/** The read side of a version, as far as arms look at it. */
function servingAt({ at, beside = at, late, meanwhile }: Held): ServingState {
  const serving = {
    position: (partition: number) => sequence(partition === 0 ? at : beside),
    waitFor: () => {
      meanwhile?.();
      return late === undefined ? Promise.resolve() : Promise.reject(late);
    },
  };
  return serving as unknown as ServingState;
}

function createRig(held: Readonly<Record<string, Held>>) {
  const rig = { live: 'v1', labels: [] as unknown[], waited: 0 };
  const states = new Map(Object.entries(held).map(([name, one]) => [name, servingAt(one)]));
  const answer = (model: string, label: unknown): Promise<Recommendation> => {
    rig.labels.push(label);
    const answered = { recommendationId: 'id', basedOn: 'user', position: [], items: [] } as const;
    return Promise.resolve({ ...answered, model, search: { mode: 'exact' } });
  };
  const queries: ArmQueriesDeps['queries'] = {
    recommend: ({ label }) => answer(rig.live, label),
    waitFor: () => {
      rig.waited += 1;
      return Promise.resolve();
    },
    beside: (serving) => {
      const version = [...states].find(([, state]) => state === serving)?.[0] ?? '';
      const recommend: Recommender['recommend'] = ({ label }) => answer(version, label);
      return { recommend } as unknown as Recommender;
    },
  };
  const live = {
    partition: () => ({ version: rig.live }),
    partitions: 2,
    position: () => sequence(HEAD),
  } as unknown as ServingState;
  const presence = new ArmPresence({ live, servingOf: (version) => states.get(version) });
  const arms = new ArmQueries({ queries, presence, partitionOf: () => 0 });
  const ask = (label = {}) =>
    arms.recommend({
      ...{ user: 'ada', n: 1, exclude: 'seen', after: AFTER },
      label: { ...LABEL, ...label },
    });
  return { rig, ask, presence };
}

describe('the counting of an experiment whose arms name versions', () => {
  it('goes on while every version can answer in every partition', () => {
    const { presence } = createRig({ v2: { at: HEAD } });
    assert.equal(presence.whyUncounted(['v1', 'v2']), undefined);
    assert.equal(presence.whyUncounted([]), undefined);
  });

  it('stands still where one can not, and says why, and where that is not everywhere', () => {
    const { presence } = createRig({ v2: { at: HEAD, beside: HEAD - 2 * armLagEventsMax } });
    assert.equal(presence.whyUncounted(['v1', 'v3']), 'version v3 is not held beside the live one');
    assert.equal(
      presence.whyUncounted(['v1', 'v2']),
      'version v2 is 2000 events behind the live one (in 1 of 2 partitions)',
    );
  });
});

const PLAIN = { scenario: 'jazz', experiment: '', arm: '' };

describe('an answer of an arm by model version', () => {
  it('is by the version that is held, after live, and counted to its arm', async () => {
    const { rig, ask } = createRig({ v2: { at: HEAD - armLagEventsMax } });
    const answer = await ask();
    assert.deepEqual([answer.model, answer.experiment, rig.waited], ['v2', undefined, 1]);
    assert.deepEqual(rig.labels, [LABEL]);
    assert.deepEqual(countedLabel(LABEL, answer), LABEL);
  });

  it('is by live where the version is live, as after its promotion', async () => {
    const { rig, ask } = createRig({});
    rig.live = 'v2';
    const answer = await ask();
    assert.deepEqual([answer.model, answer.experiment], ['v2', undefined]);
  });

  const late = new RepriseError('TIMEOUT', 'not in time');
  const gone = new RepriseError('UNAVAILABLE', 'being rebuilt');
  const away: readonly [string, Readonly<Record<string, Held>>, RegExp][] = [
    ['is not held', {}, /v2 is not held/],
    ['lags', { v2: { at: HEAD - armLagEventsMax - 1 } }, /v2 is 1001 events behind/],
    ['does not come to a position in time', { v2: { at: HEAD, late } }, /not there in time/],
    ['is let go of meanwhile', { v2: { at: HEAD, late: gone } }, /not there in time/],
  ];
  for (const [words, held, why] of away) {
    it(`is by live, says so and is counted to no arm where the version ${words}`, async () => {
      const { rig, ask } = createRig(held);
      const answer = await ask();
      assert.equal(answer.model, 'v1');
      assert.match(answer.experiment?.uncounted ?? '', why);
      assert.deepEqual(rig.labels.at(-1), PLAIN);
      assert.deepEqual(countedLabel(LABEL, answer), PLAIN);
      assert.equal(countedLabel({ ...LABEL, scenario: '' }, answer), null);
    });
  }

  it('is counted to no arm while the version of another arm is away', async () => {
    const { rig, ask } = createRig({ v2: { at: HEAD } });
    const answer = await ask({ versions: ['v2', 'v3'] });
    assert.equal(answer.model, 'v2');
    assert.match(answer.experiment?.uncounted ?? '', /v3 is not held/);
    assert.deepEqual(rig.labels, [PLAIN]);
  });

  it('is by live, and counted, where a promotion makes the version live meanwhile', async () => {
    const { rig, ask } = createRig({
      v2: {
        at: HEAD,
        late: gone,
        meanwhile: () => {
          rig.live = 'v2';
        },
      },
    });
    const answer = await ask();
    assert.deepEqual([answer.model, answer.experiment], ['v2', undefined]);
  });
});
