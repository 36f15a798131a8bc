import type { BlendRule } from './blend-rule.ts';

/** The learner's settings: part of a model version, so they are hashed and never change within one. */
export interface LearnerSettings {
  /** `isgd`: identity link, squared error to 1, positive only (Vinagre et al. 2014). `gmf`: logistic, sampled negatives. `blend`: learned weights over sources. */
  readonly learner: 'isgd' | 'gmf' | 'blend';
  /** Length of an embedding; a multiple of 4 from 4 to 256. */
  readonly dimensions: number;
  readonly learningRate: number;
  readonly regularization: number;
  /** Negatives drawn per positive (`gmf`, `blend`); 0 to 64. */
  readonly negatives: number;
  /** Standard deviation of a new row. */
  readonly initDeviation: number;
  /** Half-life of popularity in milliseconds of event time. */
  readonly popularityHalfLifeMs: number;
  /** What the blend has of its own: there where the learner is `blend`, and only there. */
  readonly blend?: BlendRule;
}

/** The settings that an instance starts with: tuned on MovieLens 100K, ratings from 4 on, ranked before learned. */
export const DEFAULT_LEARNER_SETTINGS: LearnerSettings = {
  learner: 'gmf',
  dimensions: 32,
  learningRate: 0.2,
  regularization: 0.002,
  negatives: 8,
  initDeviation: 0.1,
  popularityHalfLifeMs: 7 * 86_400_000,
};

/** What an instance with the `isgd` learner starts with, tuned alike: its step has no sigmoid that would bound it. */
export const ISGD_LEARNER_SETTINGS: LearnerSettings = {
  ...DEFAULT_LEARNER_SETTINGS,
  learner: 'isgd',
  learningRate: 0.05,
  regularization: 0.01,
  negatives: 0,
  initDeviation: 0.05,
};
