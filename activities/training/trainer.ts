import type { LearnerSettings } from '../../model/settings.ts';

/** Who trains: tfjs-node by automatic differentiation, or the SIMD kernel by alternating least squares. */
export type TrainerName = 'tfjs' | 'kernel';

/** How a run trains; part of its record, so that the run can be told again. */
export interface TrainerChoice {
  readonly trainer: TrainerName;
  /** The most epochs, over which a rate falls. */
  readonly epochs: number;
  /** Settings of the batch trainer that are other than its own, by name. */
  readonly settings: Readonly<Record<string, number>>;
}

/** The files of one partition that a trainer reads. */
export interface TrainingFiles {
  readonly partition: number;
  /** The parent's checkpoint at the cut. */
  readonly parent: string;
  /** Interactions as rows: tensors `train*`, `validation*`, `holdout*` (see activities/training/dataset.ts). */
  readonly dataset: string;
}

/** One epoch over every partition's dataset. */
export interface EpochJob {
  readonly run: string;
  /** From 1. */
  readonly epoch: number;
  readonly files: readonly TrainingFiles[];
  /** The checkpoint of the epoch before; null starts. */
  readonly from: string | null;
  /** Where this epoch's checkpoint goes. */
  readonly to: string;
  readonly learner: LearnerSettings;
  readonly choice: TrainerChoice;
  readonly seed: number;
}

/** What an epoch reached. */
export interface EpochResult {
  readonly epoch: number;
  /** Mean loss, of the trainer's own objective. */
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
  /** Undefined where this trainer works here, else why not and what to install. */
  unavailable(trainer: TrainerName): Promise<string | undefined>;
  /** Throws UNAVAILABLE where the trainer is not there, or when the process ends before its job; the next try starts another. */
  epoch(job: EpochJob, control: JobControl): Promise<EpochResult>;
  evaluate(job: EvaluationJob, control: JobControl): Promise<Evaluation>;
  /** Ends the process of a run, if there is one. */
  end(run: string): Promise<void>;
}
