import type { BatchModel, OnShare } from '../../../model/batch/batch-trainer.ts';

/** One way to train on the kernel, on its own threads and memory. */
export interface KernelSolver {
  /** Runs the epoch of this number, from 1, and gives the mean loss of its objective. */
  epoch(number: number, onShare?: OnShare): Promise<number>;
  /** Copies what is learned so far. */
  model(): BatchModel;
  /** Replaces what is learned. */
  load(model: BatchModel): void;
  /** Ends the threads. */
  close(): Promise<void>;
}
