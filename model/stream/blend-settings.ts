import type { BlendRule } from '../blend-rule.ts';
import { DEFAULT_LEARNER_SETTINGS } from '../settings.ts';
import type { LearnerSettings } from '../settings.ts';
import { BLEND_SETTINGS } from './blend-learner.ts';
import { GMF_STREAM_SETTINGS } from './gmf-learner.ts';

const { dimensions, learningRate, regularization, negatives, initDeviation, ...ofStreams } =
  GMF_STREAM_SETTINGS;

/** What the blend has of its own: one set for all streams. */
export const BLEND_RULE: BlendRule = { ...ofStreams, ...BLEND_SETTINGS };

/** What an instance with the `blend` learner starts with: what `evaluate prequential` measures. */
export const BLEND_LEARNER_SETTINGS: LearnerSettings = {
  ...DEFAULT_LEARNER_SETTINGS,
  learner: 'blend',
  ...{ dimensions, learningRate, regularization, negatives, initDeviation },
  blend: BLEND_RULE,
};
