import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  armNames,
  comparedUsersMin,
  Experiments,
  experimentsMax,
} from '../../../activities/feedback/experiments.ts';
import type { ExperimentRecord } from '../../../activities/feedback/experiment-record.ts';
import { FollowedRecord } from '../../../activities/followed-record.ts';
import { hasCode } from '../../../events/error.ts';
import { AnswerCounts } from '../../../projections/answer-counts.ts';
import { trialUsersMax } from '../../../projections/trials.ts';
import { MemoryKeptRecord } from '../../doubles/memory-kept-record.ts';

const WISH = {
  arms: [
    { name: 'plain', share: 0.5 },
    { name: 'bold', share: 0.5 },
  ],
  effect: 0.05,
};

async function createRig() {
  const record = new MemoryKeptRecord<readonly ExperimentRecord[]>();
  const counts = new AnswerCounts((user) => user, armNames([]));
  const records = await FollowedRecord.open(record, []);
  const open = (knowsScenario?: (scenario: string) => boolean): Experiments =>
    new Experiments({
      ...{ records, counts, clock: () => 7.5, onChange: () => undefined },
      ...(knowsScenario && { knowsScenario }),
    });
  /** Answers a user by the arm that they are in, and has them click. */
  const answer = (experiments: Experiments, user: string, clicks: boolean, n = 0): string => {
    const label = experiments.assign('front', user);
    assert.ok(label !== undefined);
    counts.given({ model: 'v1', label, user });
    const recommendationId = `${user} ${String(n)}`.padStart(40, '-');
    const facts = { version: 'v1', label };
    if (clicks) counts.reacted({ recommendationId, facts, polarity: 'positive' }, user);
    return label.arm;
  };
  return { open, counts, answer, records: () => records.value };
}

describe('an experiment', () => {
  it('begins once: the same again changes nothing, other arms are refused', async () => {
    const { open, records } = await createRig();
    const experiments = open();
    const [first, again] = await Promise.all([
      experiments.put('front', WISH),
      experiments.put('front', { ...WISH }),
    ]);
    assert.deepEqual(again, first);
    assert.deepEqual(records(), [{ experiment: 'front', ...WISH, startedMs: 7 }]);
    await assert.rejects(experiments.put('front', { ...WISH, effect: 0.1 }), (error) =>
      hasCode(error, 'CONFLICT'),
    );
    assert.deepEqual(open().list(), [first]);
    for (let n = 1; n < experimentsMax; n += 1) await experiments.put(`e${String(n)}`, WISH);
    await assert.rejects(experiments.put('more', WISH), /8 experiments run already/);
  });

  it('compares its arms with the first, by users, once there are enough', async () => {
    const { open, answer } = await createRig();
    const experiments = open();
    await experiments.put('front', WISH);
    const arms = new Map<string, number>();
    for (let n = 0; n < 1_500; n += 1) {
      const user = `user-${String(n)}`;
      const clicks = experiments.assign('front', user)?.arm === 'bold' ? n % 2 === 0 : n % 5 === 0;
      const arm = answer(experiments, user, clicks);
      arms.set(arm, (arms.get(arm) ?? 0) + 1);
      const compared = experiments.get('front')?.arms[1]?.comparison;
      const isEarly = Math.min(arms.get('plain') ?? 0, arms.get('bold') ?? 0) < comparedUsersMin;
      if (compared !== undefined) assert.equal(compared.verdict === 'early', isEarly);
    }
    const [plain, bold] = experiments.get('front')?.arms ?? [];
    assert.deepEqual([plain?.users, bold?.users], [arms.get('plain'), arms.get('bold')]);
    assert.equal(plain?.comparison, undefined);
    assert.equal(bold?.comparison?.verdict, 'better');
    assert.ok(bold.comparison.low > 0.1 && bold.comparison.high < 0.5);
  });

  it('counts an answer as clicked once, and a clicked one as given', async () => {
    const { open, answer, counts } = await createRig();
    const experiments = open();
    await experiments.put('front', WISH);
    const arm = answer(experiments, 'ada', true);
    answer(experiments, 'ada', true);
    answer(experiments, 'ada', false, 1);
    const label = experiments.assign('front', 'bo');
    assert.ok(label !== undefined);
    const facts = { version: 'v1', label };
    counts.reacted({ recommendationId: 'x'.repeat(40), facts, polarity: 'positive' }, 'bo');
    counts.reacted({ recommendationId: 'y'.repeat(40), facts, polarity: 'negative' }, 'bo');
    const figures = experiments
      .get('front')
      ?.arms.map(({ name, answers, clicked }) => [name, answers, clicked]);
    const own = (name: string): readonly (string | number)[] => [
      name,
      (name === arm ? 3 : 0) + (name === label.arm ? 1 : 0),
      (name === arm ? 1 : 0) + (name === label.arm ? 1 : 0),
    ];
    assert.deepEqual(figures, [own('plain'), own('bold')]);
  });

  it('goes on counting where its state was taken', async () => {
    const { open, answer, counts, records } = await createRig();
    const experiments = open();
    await experiments.put('front', WISH);
    for (let n = 0; n < 300; n += 1) answer(experiments, `user-${String(n % 200)}`, n % 3 === 0, n);
    const state = JSON.parse(JSON.stringify(counts.state())) as ReturnType<typeof counts.state>;
    const other = new AnswerCounts((user) => user, armNames(records()), state);
    for (const arm of ['plain', 'bold']) {
      const sums = other.trials('front')?.sums(arm);
      assert.deepEqual(sums?.estimate(), counts.trials('front')?.sums(arm).estimate());
    }
    assert.deepEqual(other.state(), counts.state());
  });

  it('ends with its last figures, and is counted no more', async () => {
    const { open, answer, records } = await createRig();
    const experiments = open();
    await experiments.put('front', WISH);
    answer(experiments, 'ada', true);
    const last = await experiments.remove('front');
    assert.equal(
      last?.arms.reduce((sum, { answers }) => sum + answers, 0),
      1,
    );
    assert.deepEqual([experiments.get('front'), records()], [undefined, []]);
    assert.equal(experiments.assign('front', 'ada'), undefined);
    assert.equal(await experiments.remove('front'), undefined);
    assert.equal((await experiments.put('front', WISH)).arms[0]?.answers, 0);
  });

  it('is refused where an arm names a scenario that nothing answers by', async () => {
    const { open } = await createRig();
    const arms = [WISH.arms[0], { name: 'jazz', share: 0.5, scenario: 'jazz' }].flatMap(
      (arm) => arm ?? [],
    );
    await assert.rejects(open().put('front', { ...WISH, arms }), (error) => {
      assert.ok(hasCode(error, 'INVALID'));
      assert.equal(error.fields['field'], 'arms[1].scenario');
      return true;
    });
    const experiments = open((scenario) => scenario === 'jazz');
    await experiments.put('front', { ...WISH, arms });
    const users = Array.from({ length: 20 }, (_, n) => experiments.assign('front', String(n)));
    assert.ok(users.every((label) => (label?.arm === 'jazz') === (label?.scenario === 'jazz')));
  });

  it('counts users up to its bound, and says so', () => {
    const counts = new AnswerCounts((user) => user, new Map([['front', ['plain']]]));
    const label = { scenario: '', experiment: 'front', arm: 'plain' };
    for (let n = 0; n < trialUsersMax + 3; n += 1) {
      counts.given({ model: 'v1', label, user: String(n) });
    }
    counts.given({ model: 'v1', label, user: '0' });
    const trials = counts.trials('front');
    assert.deepEqual(
      [trials?.isFull, trials?.sums('plain').users, trials?.sums('plain').answers],
      [true, trialUsersMax, trialUsersMax + 1],
    );
  });
});
