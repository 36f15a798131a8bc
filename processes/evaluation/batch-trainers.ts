import { RepriseError } from '../../events/error.ts';
import type {
  BatchSettings,
  BatchTrainerFactory,
  TrainingPairs,
} from '../../model/batch/batch-trainer.ts';
import { kernelDefaults } from '../trainer/kernel/defaults.ts';

/** What a batch trainer may be asked to solve with. */
export type Solver = BatchSettings['solver'];

/** Settings that may follow from what is trained on. */
export type SettingsOfPairs = (pairs: TrainingPairs) => Omit<BatchSettings, 'dimensions'>;

/** A trainer that `evaluate ncf` knows. */
export interface EvaluatedTrainer {
  /** The settings that it starts with, by solver; the first solver is the one that it takes unasked. */
  readonly defaults: Readonly<Partial<Record<Solver, SettingsOfPairs>>>;
  /** Loads its module, native parts and all, only when it is asked for. */
  readonly load: () => Promise<BatchTrainerFactory>;
}

/** The seed of a first run; the next ones count on. */
const FIRST_SEED = 1;

const TFJS_SGD: Omit<BatchSettings, 'dimensions'> = {
  solver: 'sgd',
  epochs: 50,
  learningRate: 0.08,
  regularization: 0.002,
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
    defaults: { sgd: () => TFJS_SGD },
    load: async () => (await import('../trainer/tfjs/trainer.ts')).createTfjsTrainer,
  },
  kernel: {
    defaults: {
      als: (pairs) => kernelDefaults('als', pairs),
      sgd: (pairs) => kernelDefaults('sgd', pairs),
    },
    load: async () => (await import('../trainer/kernel/trainer.ts')).createKernelTrainer,
  },
};

/** The name of a trainer. */
export type BatchTrainerName = keyof typeof BATCH_TRAINERS;

/** The settings that a trainer starts with on these pairs; throws INVALID where it does not know the solver. */
export function defaultSettings(
  name: BatchTrainerName,
  solver: Solver | undefined,
  pairs: TrainingPairs,
): Omit<BatchSettings, 'dimensions'> {
  const { defaults } = BATCH_TRAINERS[name];
  const known = Object.keys(defaults) as Solver[];
  const [first = 'sgd'] = known;
  const found = defaults[solver ?? first];
  if (found !== undefined) return found(pairs);
  throw new RepriseError(
    'INVALID',
    `the ${name} trainer has no solver ${String(solver)}: choose ${known.join(' or ')}`,
    { field: 'solver' },
  );
}
