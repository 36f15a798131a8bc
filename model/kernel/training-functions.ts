import type { Pointer } from './kernel.ts';

/**
 * The arithmetic of batch training over one memory that threads share: the exports of the WebAssembly module, and of
 * its plain twin. Headers are laid out in training-layout.ts; `scratch` is the calling thread's own.
 */
export interface TrainingFunctions {
  /** Sets the panels `from` to `to` (exclusive) of the sum of all fixed rows' products with themselves. */
  alsGram(header: Pointer, from: number, to: number, scratch: Pointer): void;
  /** Solves the rows `from` to `to` (exclusive) of one side, each exactly, and notes what each leaves of its loss. */
  alsRows(header: Pointer, from: number, to: number, scratch: Pointer): void;
  /**
   * Passes once over the events of a block, in an order drawn from the stream of two words: one logistic gradient an
   * event, on its item with target 1 and on negatives drawn from the block's own items with target 0.
   */
  sgdBlock(header: Pointer, entry: Pointer, key0: number, key1: number, scratch: Pointer): void;
}
