import { RepriseError } from '../../events/error.ts';
import type { BatchSettings, BatchTrainerFactory } from '../../model/batch/batch-trainer.ts';

/** What a batch trainer may be asked to solve with. */
export type Solver = BatchSettings['solver'];

/** A trainer that `evaluate ncf` knows. */
export interface EvaluatedTrainer {
  /** The settings that it starts with, by solver; the first solver is the one that it takes unasked. */
  readonly defaults: Readonly<Partial<Record<Solver, Omit<BatchSettings, 'dimensions'>>>>;
  /** Loads its module, native parts and all, only when it is asked for. */
  readonly load: () => Promise<BatchTrainerFactory>;
}

/** The seed of a first run; the next ones count on. */
const FIRST_SEED = 1;

const SGD: Omit<BatchSettings, 'dimensions'> = {
  solver: 'sgd',
  epochs: 256,
  learningRate: 0.002,
  regularization: 0.005,
  negatives: 8,
  initDeviation: 0.1,
  unobservedWeight: 0,
  frequencyExponent: 0,
  seed: FIRST_SEED,
  threads: 2,
};

/** The trainers by name: one line makes another one known to `evaluate ncf`. */
export const BATCH_TRAINERS: Readonly<Record<'tfjs' | 'kernel', EvaluatedTrainer>> = {
  tfjs: {
    defaults: { sgd: { ...SGD, epochs: 50, learningRate: 0.1, regularization: 0.002 } },
    load: async () => (await import('../trainer/tfjs/trainer.ts')).createTfjsTrainer,
  },
  kernel: {
    defaults: {
      sgd: SGD,
      als: {
        ...{ ...SGD, solver: 'als', epochs: 16, initDeviation: 0.1 },
        ...{ regularization: 0.3, unobservedWeight: 0.2, frequencyExponent: 0.5 },
      },
    },
    load: () =>
      Promise.reject(
        new RepriseError('UNAVAILABLE', 'this build has no kernel trainer: choose --trainer tfjs'),
      ),
  },
};

/** The name of a trainer. */
export type BatchTrainerName = keyof typeof BATCH_TRAINERS;

/** The settings that a trainer starts with; throws INVALID where it does not know the solver. */
export function defaultSettings(
  name: BatchTrainerName,
  solver: Solver | undefined,
): Omit<BatchSettings, 'dimensions'> {
  const { defaults } = BATCH_TRAINERS[name];
  const known = Object.keys(defaults) as Solver[];
  const found = defaults[solver ?? (known[0] as Solver)];
  if (found !== undefined) return found;
  throw new RepriseError(
    'INVALID',
    `the ${name} trainer has no solver ${String(solver)}: choose ${known.join(' or ')}`,
    { field: 'solver' },
  );
}
