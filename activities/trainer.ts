import type { LearnerSettings } from '../model/settings.ts';

/** How a trainer trains; part of a run's record, so that the run can be told again. */
export interface TrainerSettings {
  /** Step size of the row-wise optimiser. */
  readonly learningRate: number;
  /** L2 on the rows that a batch touches. */
  readonly regularization: number;
  /** Negatives drawn per positive. */
  readonly negatives: number;
  /** Positives in a batch; 0 lets the trainer choose by the size of the dataset. */
  readonly batchPositives: number;
  /**
   * What is newer weighs more, as it does for a learner that goes with the stream: the weight of an interaction
   * halves over this share of the dataset, down to a floor. 0 weighs all alike.
   */
  readonly recencyHalfLifeShare: number;
  readonly recencyFloor: number;
  /** The candidate is the mean of the trained rows, by this share, and the parent's. 1 leaves the parent's out. */
  readonly trainedShare: number;
  /** Held-out pairs that are ranked after each epoch, at most. */
  readonly validationPairsMax: number;
}

/** The settings that training starts with. */
export const DEFAULT_TRAINER_SETTINGS: TrainerSettings = {
  learningRate: 0.03,
  regularization: 0.002,
  negatives: 8,
  batchPositives: 0,
  recencyHalfLifeShare: 0.05,
  recencyFloor: 0.05,
  trainedShare: 0.65,
  validationPairsMax: 5_000,
};

/** The files of one partition that a trainer reads. */
export interface TrainingFiles {
  readonly partition: number;
  /** The parent's checkpoint at the cut. */
  readonly parent: string;
  /** Interactions as rows: tensors `train*`, `validation*`, `holdout*` (see activities/dataset.ts). */
  readonly dataset: string;
}

/** One epoch over every partition's dataset. */
export interface EpochJob {
  readonly run: string;
  /** From 1. */
  readonly epoch: number;
  readonly files: readonly TrainingFiles[];
  /** The checkpoint of the epoch before; null starts from the parent's rows. */
  readonly from: string | null;
  /** Where this epoch's checkpoint goes. */
  readonly to: string;
  readonly learner: LearnerSettings;
  readonly trainer: TrainerSettings;
  readonly seed: number;
}

/** What an epoch reached. */
export interface EpochResult {
  readonly epoch: number;
  /** Mean loss per sample. */
  readonly loss: number;
  /** Hit rate at 10 on the held-out pairs that choose the epoch, full ranking minus seen; 0 to 1. */
  readonly hitRate10: number;
  /** SHA-256 of the epoch's checkpoint file, hex. */
  readonly checkpointSha256: string;
  readonly seconds: number;
}

/** A candidate to be measured beside its parent on the held-out events. */
export interface EvaluationJob {
  readonly run: string;
  readonly files: readonly TrainingFiles[];
  readonly candidate: string;
  readonly learner: LearnerSettings;
}

/** Hit rates at 10 on the held-out events, full ranking over the items known at the cut minus those seen. */
export interface Evaluation {
  readonly candidate: number;
  readonly parent: number;
  readonly events: number;
}

/** How far a job has come. */
export interface JobProgress {
  readonly done: number;
  readonly total: number;
  readonly loss?: number;
}

/** What a job is watched and ended by. */
export interface JobControl {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: JobProgress) => void;
}

/** Trains in processes of their own, one a run; a process that died is started again by the next job. */
export interface TrainerPool {
  /** Undefined where training works here, else why not and what to install. */
  unavailable(): Promise<string | undefined>;
  /** Throws UNAVAILABLE when the process ends before its job; the next try starts another. */
  epoch(job: EpochJob, control: JobControl): Promise<EpochResult>;
  evaluate(job: EvaluationJob, control: JobControl): Promise<Evaluation>;
  /** Ends the process of a run, if there is one. */
  end(run: string): Promise<void>;
}
