import { RepriseError } from '../../events/error.ts';
import { batchCheckpoint, checkpointSha256 } from '../../model/batch/batch-checkpoint.ts';
import type {
  BatchSettings,
  BatchTrainer,
  BatchTrainerFactory,
  TrainingPairs,
} from '../../model/batch/batch-trainer.ts';
import type { RankingCase, RankingFigures } from '../../model/batch/leave-one-out.ts';
import { rankCases } from '../../model/batch/leave-one-out.ts';
import { scorerOf } from '../../model/batch/model-score.ts';
import { popularityModel } from '../../model/batch/popularity-model.ts';

/** What was measured after an epoch. */
export interface EpochFigures extends RankingFigures {
  /** From 1. */
  readonly epoch: number;
  readonly loss: number;
  /** Of training alone, without the measurement. */
  readonly seconds: number;
}

/** A training of one seed, measured after each epoch. */
export interface SeedOutcome {
  readonly seed: number;
  readonly epochs: readonly EpochFigures[];
  /** SHA-256 of the last epoch's checkpoint. */
  readonly checkpoint: string;
}

/** One training that is measured. */
export interface NcfTraining {
  readonly pairs: TrainingPairs;
  readonly cases: readonly RankingCase[];
  readonly factory: BatchTrainerFactory;
  readonly settings: BatchSettings;
  readonly nowMs: () => number;
  readonly onEpoch: (figures: EpochFigures) => void;
  readonly signal: AbortSignal;
}

/** Trains one seed and measures every epoch; throws INVALID where the training leaves the numbers. */
export async function runTraining(training: NcfTraining): Promise<SeedOutcome> {
  const { pairs, factory, settings } = training;
  const trainer = await factory(pairs, settings);
  try {
    const epochs: EpochFigures[] = [];
    while (epochs.length < settings.epochs) {
      training.signal.throwIfAborted();
      const figures = await runEpoch(trainer, training);
      training.onEpoch(figures);
      epochs.push(figures);
    }
    const model = await trainer.model();
    const checkpoint = batchCheckpoint(model, trainer.name, settings, epochs.length);
    return { seed: settings.seed, epochs, checkpoint: checkpointSha256(checkpoint) };
  } finally {
    await trainer.close();
  }
}

async function runEpoch(trainer: BatchTrainer, training: NcfTraining): Promise<EpochFigures> {
  const beganMs = training.nowMs();
  const { epoch, loss } = await trainer.epoch();
  const seconds = (training.nowMs() - beganMs) / 1_000;
  if (!Number.isFinite(loss)) {
    throw new RepriseError(
      'INVALID',
      `the training left the numbers in epoch ${String(epoch)}: choose a lower rate with --set learningRate=…`,
      { field: 'learningRate' },
    );
  }
  const figures = rankCases(training.cases, scorerOf(await trainer.model()));
  return { epoch, loss, seconds, ...figures };
}

/** What every item's count alone reaches: the floor of the table. */
export interface Floor extends RankingFigures {
  readonly seconds: number;
  readonly checkpoint: string;
}

/** Measures popularity, the floor that every figure stands beside. */
export function measureFloor(
  pairs: TrainingPairs,
  cases: readonly RankingCase[],
  nowMs: () => number,
): Floor {
  const beganMs = nowMs();
  const model = popularityModel(pairs);
  const seconds = (nowMs() - beganMs) / 1_000;
  const checkpoint = checkpointSha256(batchCheckpoint(model, 'popularity', {}, 1));
  return { ...rankCases(cases, scorerOf(model)), seconds, checkpoint };
}
