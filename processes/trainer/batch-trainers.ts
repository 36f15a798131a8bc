import type { TrainerName } from '../../activities/training/trainer.ts';
import { RepriseError } from '../../events/error.ts';
import type {
  BatchSettings,
  BatchTrainerFactory,
  TrainingPairs,
} from '../../model/batch/batch-trainer.ts';
import { kernelDefaults } from './kernel/defaults.ts';

/** What a batch trainer may be asked to solve with. */
export type Solver = BatchSettings['solver'];

/** Settings that may follow from what is trained on. */
export type SettingsOfPairs = (pairs: TrainingPairs) => Omit<BatchSettings, 'dimensions'>;

/** A trainer that `evaluate ncf` and training runs know. */
export interface KnownTrainer {
  /** The settings that it starts with, by solver; the first solver is the one that it takes unasked. */
  readonly defaults: Readonly<Partial<Record<Solver, SettingsOfPairs>>>;
  /** Loads its module, native parts and all, only when it is asked for. */
  readonly load: () => Promise<BatchTrainerFactory>;
}

/** The seed of a first run; the next ones count on. */
const FIRST_SEED = 1;

const TFJS_SGD: Omit<BatchSettings, 'dimensions'> = {
  solver: 'sgd',
  epochs: 30,
  learningRate: 0.05,
  regularization: 0.0025,
  negatives: 8,
  initDeviation: 0.1,
  unobservedWeight: 0,
  frequencyExponent: 0,
  warmStartEpochs: 8,
  seed: FIRST_SEED,
  threads: 2,
};

/** What a run that goes on from a live version's rows sets otherwise: they are trained, and are to move with care. */
export const FROM_PARENT: Readonly<Record<TrainerName, Partial<BatchSettings>>> = {
  tfjs: { learningRate: 0.02, regularization: 0.005, warmStartEpochs: 0 },
  // It solves from rows of its own.
  kernel: {},
};

/** The trainers by name. */
export const BATCH_TRAINERS: Readonly<Record<TrainerName, KnownTrainer>> = {
  tfjs: {
    defaults: { sgd: () => TFJS_SGD },
    load: async () => (await import('./tfjs/trainer.ts')).createTfjsTrainer,
  },
  kernel: {
    defaults: {
      als: (pairs) => kernelDefaults('als', pairs),
      sgd: (pairs) => kernelDefaults('sgd', pairs),
    },
    load: async () => (await import('./kernel/trainer.ts')).createKernelTrainer,
  },
};

/** The settings that a trainer starts with on these pairs; throws INVALID where it does not know the solver. */
export function defaultSettings(
  name: TrainerName,
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
