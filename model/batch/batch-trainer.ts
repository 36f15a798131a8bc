/** The positive pairs that a batch trainer learns from: `itemRows[i]` was chosen by `userRows[i]`; each pair once. */
export interface TrainingPairs {
  readonly users: number;
  readonly items: number;
  readonly userRows: Uint32Array;
  readonly itemRows: Uint32Array;
}

/** What a batch trainer is set to; a checkpoint is a pure function of the pairs and of these. */
export interface BatchSettings {
  /** Length of an embedding; a multiple of 4 from 4 to 512. */
  readonly dimensions: number;
  readonly solver: 'sgd' | 'als';
  /** Passes over the pairs (`sgd`) or over both tables (`als`). */
  readonly epochs: number;
  /** Step size (`sgd`). */
  readonly learningRate: number;
  /** L2 (`sgd`), or its factor before the frequency scaling (`als`). */
  readonly regularization: number;
  /** Negatives drawn per positive (`sgd`). */
  readonly negatives: number;
  /** Standard deviation of the first rows. */
  readonly initDeviation: number;
  /** Weight of what was not chosen (`als`). */
  readonly unobservedWeight: number;
  /** Exponent of the frequency scaling of the regularisation (`als`). */
  readonly frequencyExponent: number;
  /** Seeds every draw. */
  readonly seed: number;
  /** Threads; the result has the same bits for any number. */
  readonly threads: number;
}

/** What was learned: a score is (h∘p)·q + item bias + user bias; rows after rows, 32-bit floats. */
export interface BatchModel {
  readonly dimensions: number;
  /** `users × dimensions`. */
  readonly userVectors: Float32Array;
  readonly userBias: Float32Array;
  /** `items × dimensions`. */
  readonly itemVectors: Float32Array;
  readonly itemBias: Float32Array;
  /** The output layer h, of `dimensions`. */
  readonly output: Float32Array;
}

/** What an epoch reports. */
export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  /** Mean loss of the epoch, of the solver's own objective. */
  readonly loss: number;
}

/** A batch training under way: the port of `tfjs` and `kernel`, passed by both in one contract suite. */
export interface BatchTrainer {
  readonly name: 'tfjs' | 'kernel';
  readonly settings: BatchSettings;
  /** Runs the next epoch. */
  epoch(): Promise<EpochReport>;
  /** Copies what is learned so far. */
  model(): Promise<BatchModel>;
  /** Puts a model in the place of what is learned, as a warm start or after a kill; dimensions and rows have to fit. */
  load(model: BatchModel, epoch: number): Promise<void>;
  /** Ends its threads and frees its memory. */
  close(): Promise<void>;
}

/** Makes a trainer of pairs; throws INVALID where the settings are not its own. */
export type BatchTrainerFactory = (
  pairs: TrainingPairs,
  settings: BatchSettings,
) => Promise<BatchTrainer>;
