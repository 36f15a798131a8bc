import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { choiceOf, refuseUnfit } from '../../../activities/training/trainer-choice.ts';
import { DEFAULT_LEARNER_SETTINGS, ISGD_LEARNER_SETTINGS } from '../../../model/settings.ts';
import { BLEND_LEARNER_SETTINGS } from '../../../model/stream/blend-settings.ts';

describe('how a run trains', () => {
  it('is by tfjs where a run that began earlier names nobody', () => {
    assert.deepEqual(choiceOf({ settings: {} }), { trainer: 'tfjs', epochs: 8, settings: {} });
  });

  it('takes settings of the batch trainers within their ranges', () => {
    const settings = { regularization: 0.1, threads: 1 };
    const chosen = choiceOf({ trainer: 'kernel', epochs: 3, settings });
    assert.deepEqual(chosen, { trainer: 'kernel', epochs: 3, settings });
  });

  it('leaves to the version and the run what is theirs', () => {
    for (const name of ['dimensions', 'seed', 'epochs', 'warmStartEpochs']) {
      assert.throws(() => choiceOf({ settings: { [name]: 1 } }), { code: 'INVALID' }, name);
    }
  });

  it('is by the kernel for an isgd version, which has no output layer', () => {
    const of = (trainer: 'tfjs' | 'kernel') => choiceOf({ trainer, settings: {} });
    assert.throws(() => refuseUnfit(of('tfjs'), ISGD_LEARNER_SETTINGS), {
      code: 'INVALID',
      message: /--trainer kernel/,
    });
    refuseUnfit(of('kernel'), ISGD_LEARNER_SETTINGS);
    refuseUnfit(of('tfjs'), DEFAULT_LEARNER_SETTINGS);
    refuseUnfit(of('tfjs'), BLEND_LEARNER_SETTINGS);
    refuseUnfit(of('kernel'), BLEND_LEARNER_SETTINGS);
  });
});
