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
  /** Epochs of the kernel's `als` that the first rows come from (`tfjs`); 0 starts from small drawn rows. */
  readonly warmStartEpochs: number;
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

/** What an optimiser remembers beside the model, by name: so much a row as it has need of. */
export type TrainerMemory = Readonly<Record<string, Float32Array | Uint32Array>>;

/** Told how much of an epoch is done, from 0 to 1. */
export type OnShare = (share: number) => void;

/** A batch training under way: the port of `tfjs` and `kernel`, passed by both in one contract suite. */
export interface BatchTrainer {
  readonly name: 'tfjs' | 'kernel';
  readonly settings: BatchSettings;
  /** Runs the next epoch. */
  epoch(onShare?: OnShare): Promise<EpochReport>;
  /** Copies what is learned so far. */
  model(): Promise<BatchModel>;
  /** Copies what it remembers beside the model; nothing where an epoch needs the model alone. */
  memory(): Promise<TrainerMemory>;
  /**
   * Puts a model in the place of what is learned; dimensions and rows have to fit. With what was remembered it goes on
   * as if it had never stopped, with the same bits; without, the model is a start.
   */
  load(model: BatchModel, epoch: number, memory?: TrainerMemory): Promise<void>;
  /** Ends its threads and frees its memory. */
  close(): Promise<void>;
}

/** Makes a trainer of pairs; throws INVALID where the settings are not its own. */
export type BatchTrainerFactory = (
  pairs: TrainingPairs,
  settings: BatchSettings,
) => Promise<BatchTrainer>;
