import { createPlainAls } from './plain-als.ts';
import { createPlainSgd } from './plain-sgd.ts';
import { PlainViews } from './plain-views.ts';
import type { TrainingFunctions } from './training-functions.ts';

/** Binds the plain twin of batch training to a memory: the same operations in the same order as the module's. */
export function createPlainTraining(buffer: SharedArrayBuffer): TrainingFunctions {
  const views = new PlainViews(buffer);
  return { ...createPlainAls(views), ...createPlainSgd(views) };
}
