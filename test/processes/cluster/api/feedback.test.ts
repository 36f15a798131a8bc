import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import type { VersionsOfArms } from '../../../../activities/versions/arm-versions.ts';
import type { ExperimentRecord } from '../../../../activities/feedback/experiment-record.ts';
import { FollowedRecord } from '../../../../activities/followed-record.ts';
import type { KeptReactions } from '../../../../activities/feedback/reaction-fold.ts';
import type { KeptAnswers } from '../../../../activities/feedback/summed-answers.ts';
import type { QueriesPort, RecommendationQuery } from '../../../../api/deps.ts';
import type { RecommendationAnswer } from '../../../../api/schema/answers.ts';
import { createDoor } from '../../../../events/door.ts';
import { RepriseError } from '../../../../events/error.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../../../events/interaction-type.ts';
import type { AnswerLabel } from '../../../../projections/answer.ts';
import { answerReader, encodeRecommendationId } from '../../../../projections/recommendation-id.ts';
import { ClusterFeedback } from '../../../../processes/cluster/api/feedback.ts';
import { Scenarios } from '../../../../processes/core/scenarios.ts';
import type { KeptScenarios } from '../../../../processes/core/scenarios.ts';
import { createMemoryIdentities } from '../../../doubles/memory-identities.ts';
import { createMemoryJournal } from '../../../doubles/memory-journal.ts';
import { MemoryKeptRecord } from '../../../doubles/memory-kept-record.ts';
import { seededBytes } from '../../../doubles/random-bytes.ts';

const KEY = createSecretKey(Buffer.alloc(32, 5));
const ARMS = [
  { name: 'plain', share: 0.5 },
  { name: 'bold', share: 0.5 },
];

/** The id of an answer, another one for each user. */
function answerId(user: string, label: AnswerLabel | null): string {
  return encodeRecommendationId(
    {
      ...{ basedOn: 'popular', exclude: 'seen', n: 10, surrogate: null, positions: [] },
      ...{ version: 'v1', release: null, item: user, rules: null, label },
      answerHash: new Uint8Array(16),
    },
    KEY,
  );
}

/** The live version may be named by arms, and no other. */
const versions: VersionsOfArms = {
  live: 'v1',
  refuseAway: async (version, field) => {
    await Promise.resolve();
    if (version !== 'v1') throw new RepriseError('INVALID', `${field} is not held`, { field });
  },
};

const AWAY = 'v1 is not held here';

/** Nothing can be counted where an arm names a version. */
const arms = {
  versions,
  whyUncounted: (named: readonly string[]) => (named.length > 0 ? AWAY : undefined),
};

/** Queries that answer everybody alike. */
const queries = {
  recommend: () => Promise.resolve({ model: 'v1' }),
} as unknown as QueriesPort;

function createWorld() {
  const journal = createMemoryJournal(2);
  const identities = createMemoryIdentities(seededBytes(1));
  const types = DEFAULT_INTERACTION_TYPES;
  const door = createDoor({ journal, identities, types, clock: () => 1, random: seededBytes(2) });
  const answers = new MemoryKeptRecord<KeptAnswers>();
  const reactions = new MemoryKeptRecord<KeptReactions>();
  const scenarios = new MemoryKeptRecord<KeptScenarios>();
  const experiments = new MemoryKeptRecord<readonly ExperimentRecord[]>();
  const counted: string[] = [];
  const ending = new AbortController();
  const open = async (api: string) => {
    const definitions = {
      scenarios: await Scenarios.open(scenarios, () => 0),
      experiments: await FollowedRecord.open(experiments, []),
    };
    const feedback = await ClusterFeedback.open({
      ...{ api, answers, reactions, definitions, arms, journal, identities, types },
      ...{
        factsOf: answerReader(KEY),
        markOf: (user: string) => user,
        logger: { warn: () => undefined },
      },
      heads: () => journal.status().heads,
      headsOfNow: () => Promise.resolve(journal.status().heads),
      clock: () => 0,
      wallClock: () => Date.UTC(2026, 0, 1),
      yieldNow: () => Promise.resolve(),
      signal: ending.signal,
      onCounted: (what, { model }) => void counted.push(`${api} ${what} ${model}`),
    });
    const watched = feedback.watchQueries(queries);
    /** Answers a user, and has them click where they are asked to. */
    const answer = async (user: string, clicks: boolean, experiment?: string): Promise<void> => {
      const label =
        experiment === undefined ? undefined : feedback.experiments.assign(experiment, user);
      await watched.recommend({ user, ...(label && { label }) } as RecommendationQuery);
      if (!clicks) return;
      const recommendationId = answerId(user, label ?? null);
      await door.accept([{ type: 'play', user, item: 'i', recommendationId }]);
    };
    return { feedback, definitions, answer };
  };
  return { answers, reactions, counted, open };
}

describe('what becomes of the answers of a cluster', () => {
  it('is told by any API alike: the answers of all, and the clicks on them', async () => {
    const { counted, open } = createWorld();
    const [one, other] = [await open('one'), await open('other')];
    await one.answer('ada', true);
    await one.answer('bo', false);
    await other.answer('cy', true);
    await other.feedback.tell();
    const told = await one.feedback.tell();
    assert.deepEqual(told, {
      since: '2026-01-01T00:00:00.000Z',
      complete: true,
      rows: [
        {
          model: 'v1',
          scenario: null,
          impressions: 3,
          clicked: 2,
          clicks: 2,
          dismissals: 0,
          rate: 2 / 3,
        },
      ],
    });
    assert.deepEqual(await other.feedback.tell(), told);
    const positives = counted.filter((line) => line.includes('positive'));
    assert.equal(positives.length, 2, 'each click is measured by one API');
    assert.equal(counted.filter((line) => line.startsWith('one impression')).length, 2);
  });

  it('compares the arms of an experiment over the users of all APIs', async () => {
    const { open } = createWorld();
    const [one, other] = [await open('one'), await open('other')];
    await one.feedback.experiments.put('front', { arms: ARMS, effect: 0.1 });
    await other.definitions.experiments.refresh();
    for (let n = 0; n < 300; n += 1) {
      const user = `user-${String(n)}`;
      const arm = one.feedback.experiments.assign('front', user)?.arm;
      assert.equal(other.feedback.experiments.assign('front', user)?.arm, arm);
      // Everybody is answered by both, and clicks what one of them answered.
      await one.answer(user, arm === 'bold' && n % 3 > 0, 'front');
      await other.answer(user, false, 'front');
    }
    await one.feedback.tell();
    const figures = await other.feedback.experiments.get('front');
    assert.deepEqual(await one.feedback.experiments.get('front'), figures);
    const [plain, bold] = figures?.arms ?? [];
    assert.ok(plain && bold);
    assert.deepEqual([plain.users + bold.users, plain.rate], [300, 0]);
    assert.equal(bold.answers, 2 * bold.users);
    assert.ok(bold.clicked > bold.users / 2 && bold.clicked < bold.users, JSON.stringify(bold));
    assert.equal(bold.comparison?.verdict, 'better');
    assert.deepEqual(await other.feedback.experiments.remove('front'), figures);
    assert.equal(await one.feedback.experiments.get('front'), undefined);
    const anew = await one.feedback.experiments.put('front', { arms: ARMS, effect: 0.1 });
    assert.deepEqual(
      anew.arms.map(({ answers }) => answers),
      [0, 0],
    );
  });

  it('refuses an arm by a scenario that no API knows, and knows one that another was just given', async () => {
    const { open } = createWorld();
    const [one, other] = [await open('one'), await open('other')];
    const arms = [ARMS[0], { name: 'jazz', share: 0.5, scenario: 'jazz' }].flatMap(
      (arm) => arm ?? [],
    );
    const put = async () => other.feedback.experiments.put('front', { arms, effect: 0.1 });
    await assert.rejects(put(), { code: 'INVALID' });
    await one.definitions.scenarios.set('jazz', {});
    assert.equal((await put()).arms[1]?.scenario, 'jazz');
  });

  it('refuses an arm by a version that can not answer, names the field, and keeps no experiment', async () => {
    const { open } = createWorld();
    const { experiments } = (await open('one')).feedback;
    const arms = ARMS.map((arm, at) => (at === 0 ? arm : { ...arm, version: 'v2' }));
    await assert.rejects(experiments.put('front', { arms, effect: 0.1 }), {
      code: 'INVALID',
      message: /arms\[1\]\.version is not held/,
    });
    assert.equal(await experiments.get('front'), undefined);
  });

  it('counts an answer to no arm that says so, and tells the versions of all arms', async () => {
    const { open } = createWorld();
    const { feedback } = await open('one');
    const byVersion = ARMS.map((arm, at) => (at === 0 ? arm : { ...arm, version: 'v1' }));
    await feedback.experiments.put('front', { arms: byVersion, effect: 0.1 });
    const watched = feedback.watchQueries({
      ...queries,
      recommend: ({ user }) =>
        Promise.resolve({
          model: 'v1',
          experiment: { name: 'front', arm: 'x', ...(user === 'bo' && { uncounted: 'away' }) },
        } as unknown as RecommendationAnswer),
    });
    for (const user of ['ada', 'bo']) {
      const label = feedback.experiments.assign('front', user);
      assert.deepEqual(label?.versions, ['v1'], 'an arm without a version is given the live one');
      await watched.recommend({ user, label } as RecommendationQuery);
    }
    const told = await feedback.experiments.get('front');
    assert.equal(
      told?.arms.reduce((sum, { answers }) => sum + answers, 0),
      1,
    );
    assert.equal(told.uncounted, AWAY, 'it says that counting stands still');
    assert.equal((await feedback.tell()).rows[0]?.impressions, 2);
  });

  it('is not told while the store is away, and is whole when it is back', async () => {
    const { answers, reactions, open } = createWorld();
    const { feedback, answer } = await open('one');
    answers.trouble = reactions.trouble = new RepriseError('UNAVAILABLE', 'MongoDB is away');
    await answer('ada', true);
    await assert.rejects(feedback.tell(), { code: 'UNAVAILABLE' });
    await answer('bo', false);
    await feedback.close();
    answers.trouble = reactions.trouble = undefined;
    const [row] = (await feedback.tell()).rows;
    assert.deepEqual([row?.impressions, row?.clicks], [2, 1]);
  });

  it('is added to what all counted when a process ends', async () => {
    const { open } = createWorld();
    const { feedback, answer } = await open('one');
    await answer('ada', false);
    await feedback.close();
    const [row] = (await (await open('later')).feedback.tell()).rows;
    assert.equal(row?.impressions, 1);
  });
});
