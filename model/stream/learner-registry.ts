import type { KernelFactory } from '../kernel/kernel.ts';
import { BlendLearner } from './blend-learner.ts';
import { GmfLearner } from './gmf-learner.ts';
import { IsgdLearner } from './isgd-learner.ts';
import { ItemKnnLearner } from './item-knn-learner.ts';
import { DecayedPopularityLearner, PopularityLearner } from './popularity-learner.ts';
import type { StreamLearner } from './stream-learner.ts';
import { TransitionsLearner } from './transitions-learner.ts';

/** What a stream learner may be made of. */
export interface StreamLearnerDeps {
  readonly kernels: KernelFactory;
}

/** Makes a stream learner that knows nothing yet, with the one set of settings that it has for all streams. */
export type StreamLearnerFactory = (deps: StreamLearnerDeps) => StreamLearner;

/** The learners and floors by name, floors first. */
export const STREAM_LEARNERS: ReadonlyMap<string, StreamLearnerFactory> = new Map<
  string,
  StreamLearnerFactory
>([
  ['popularity', () => new PopularityLearner()],
  ['decayed-popularity', () => new DecayedPopularityLearner()],
  ['transitions', () => new TransitionsLearner()],
  ['item-knn', () => new ItemKnnLearner()],
  ['isgd', ({ kernels }) => new IsgdLearner(kernels)],
  ['gmf', ({ kernels }) => new GmfLearner(kernels)],
  ['blend', ({ kernels }) => new BlendLearner(kernels)],
]);

/** Makes the learner of a name; undefined where there is none. */
export function learnerOf(name: string, deps: StreamLearnerDeps): StreamLearner | undefined {
  return STREAM_LEARNERS.get(name)?.(deps);
}

/** The learner that is evaluated unless another is named. */
export const DEFAULT_STREAM_LEARNER = 'blend';
