import { RepriseError } from '../../../events/error.ts';
import { checkBatch, checkBatchModel } from '../../../model/batch/batch-check.ts';
import type {
  BatchModel,
  BatchSettings,
  BatchTrainer,
  BatchTrainerFactory,
  EpochReport,
  OnShare,
  TrainerMemory,
  TrainingPairs,
} from '../../../model/batch/batch-trainer.ts';
import { loadTrainingKernel } from '../../../model/kernel/training-kernel.ts';
import { AlsSolver } from './als.ts';
import { SgdSolver } from './sgd.ts';
import type { KernelSolver } from './solver.ts';

class KernelTrainer implements BatchTrainer {
  readonly name = 'kernel';
  readonly settings: BatchSettings;
  readonly #pairs: TrainingPairs;
  readonly #solver: KernelSolver;
  #epoch = 0;

  constructor(pairs: TrainingPairs, settings: BatchSettings, solver: KernelSolver) {
    this.#pairs = pairs;
    this.settings = settings;
    this.#solver = solver;
  }

  async epoch(onShare?: OnShare): Promise<EpochReport> {
    const epoch = this.#epoch + 1;
    const loss = await this.#solver.epoch(epoch, onShare);
    this.#epoch = epoch;
    return { epoch, loss };
  }

  model(): Promise<BatchModel> {
    return Promise.resolve(this.#solver.model());
  }

  memory(): Promise<TrainerMemory> {
    // An epoch follows from the model, its number and the seed alone.
    return Promise.resolve({});
  }

  async load(model: BatchModel, epoch: number): Promise<void> {
    checkBatchModel(model, this.#pairs, this.settings);
    this.#solver.load(model);
    this.#epoch = epoch;
    await Promise.resolve();
  }

  async close(): Promise<void> {
    await this.#solver.close();
  }
}

/** Throws INVALID where a solver cannot train with these settings. */
function checkSolver(settings: BatchSettings): void {
  const solver: string = settings.solver;
  if (solver !== 'sgd' && solver !== 'als') {
    const message = `the kernel trainer has no solver ${solver}: choose als or sgd`;
    throw new RepriseError('INVALID', message, { field: 'solver' });
  }
  if (solver === 'als' && settings.regularization === 0) {
    const message = 'regularization is above 0 for als: without it a row may have no solution';
    throw new RepriseError('INVALID', message, { field: 'regularization' });
  }
}

async function create(
  pairs: TrainingPairs,
  settings: BatchSettings,
  plain: boolean,
): Promise<BatchTrainer> {
  checkBatch(pairs, settings);
  checkSolver(settings);
  const kernel = await loadTrainingKernel({ plain });
  const Solver = settings.solver === 'als' ? AlsSolver : SgdSolver;
  return new KernelTrainer(pairs, settings, new Solver(kernel, pairs, settings));
}

/** Makes a trainer on the SIMD kernel: the same bits for any number of threads. */
export const createKernelTrainer: BatchTrainerFactory = (pairs, settings) =>
  create(pairs, settings, false);

/** Makes the same trainer on the kernel's plain twin: the same bits, slower; the oracle of tests. */
export const createPlainKernelTrainer: BatchTrainerFactory = (pairs, settings) =>
  create(pairs, settings, true);
