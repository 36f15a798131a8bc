import { setImmediate as nextTurn } from 'node:timers/promises';

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
import { readNativeParts } from '../../core/native-parts.ts';
import { Draws } from '../draws.ts';
import { loadTensorFlow } from '../tensorflow.ts';
import type { TensorFlow } from '../tensorflow.ts';
import { AdamTable } from './adam.ts';
import { BlockMaker } from './block.ts';
import type { Block } from './block.ts';
import { blockGradients } from './block-gradients.ts';
import { startModel, warmStart } from './start-model.ts';

/** Users whose pairs are one step. */
const BLOCK_USERS = 16;
/** The last epoch's rate as a share of the first's: between them it falls by the same factor an epoch. */
const LAST_RATE_SHARE = 0.05;
/** The output layer stands in every pair: it is stepped with care. */
const OUTPUT_RATE_SHARE = 0.1;
const ONE_ROW = Uint32Array.of(0);

interface Tables {
  readonly users: AdamTable;
  readonly userBias: AdamTable;
  readonly items: AdamTable;
  readonly itemBias: AdamTable;
  readonly output: AdamTable;
}

/** GMF on tfjs-node: gradients by autograd on the rows of a block, steps on these rows alone. */
class TfjsTrainer implements BatchTrainer {
  readonly name = 'tfjs';
  readonly settings: BatchSettings;
  readonly #tf: TensorFlow;
  readonly #pairs: TrainingPairs;
  readonly #blocks: BlockMaker;
  #tables: Tables;
  #epoch = 0;

  constructor(tf: TensorFlow, pairs: TrainingPairs, settings: BatchSettings, start: BatchModel) {
    this.#tf = tf;
    this.#pairs = pairs;
    this.settings = settings;
    this.#blocks = new BlockMaker(pairs, settings.negatives);
    this.#tables = tablesOf(start);
  }

  async epoch(onShare?: OnShare): Promise<EpochReport> {
    const { seed, epochs, learningRate } = this.settings;
    const epoch = this.#epoch + 1;
    const share = Math.min(1, (epoch - 1) / Math.max(1, epochs - 1));
    const rate = learningRate * LAST_RATE_SHARE ** share;
    const draws = new Draws(seed, epoch, 0);
    const order = draws.order(this.#pairs.users);
    let loss = 0;
    for (let from = 0; from < order.length; from += BLOCK_USERS) {
      loss += this.#step(this.#blocks.make(order.subarray(from, from + BLOCK_USERS), draws), rate);
      onShare?.(Math.min(1, (from + BLOCK_USERS) / order.length));
      await nextTurn();
    }
    this.#epoch = epoch;
    return { epoch, loss: loss / this.#pairs.userRows.length };
  }

  #step(block: Block, rate: number): number {
    if (block.positives === 0) return 0;
    const { users, items } = block;
    const tables = this.#tables;
    const gradients = blockGradients(this.#tf, block, {
      users: tables.users.gather(users),
      userBias: tables.userBias.gather(users),
      items: tables.items.gather(items),
      itemBias: tables.itemBias.gather(items),
      output: tables.output.values,
    });
    const { regularization } = this.settings;
    const userDecays = block.userPairs.map((pairs) => regularization * pairs);
    const itemDecays = block.itemPairs.map((pairs) => regularization * pairs);
    tables.users.step(users, gradients.users, userDecays, rate);
    tables.userBias.step(users, gradients.userBias, userDecays, rate);
    tables.items.step(items, gradients.items, itemDecays, rate);
    tables.itemBias.step(items, gradients.itemBias, itemDecays, rate);
    // Free to grow, the output layer would make the L2 of the rows a no-op: it is held near 1, where GMF is tuned MF.
    const outputDecay = Float32Array.of(userDecays.reduce((sum, decay) => sum + decay, 0));
    tables.output.step(ONE_ROW, gradients.output, outputDecay, rate * OUTPUT_RATE_SHARE, 1);
    return gradients.loss;
  }

  model(): Promise<BatchModel> {
    const { users, userBias, items, itemBias, output } = this.#tables;
    return Promise.resolve({
      dimensions: this.settings.dimensions,
      userVectors: users.values.slice(),
      userBias: userBias.values.slice(),
      itemVectors: items.values.slice(),
      itemBias: itemBias.values.slice(),
      output: output.values.slice(),
    });
  }

  memory(): Promise<TrainerMemory> {
    const memory: Record<string, Float32Array | Uint32Array> = {};
    for (const [name, table] of Object.entries(this.#tables) as [string, AdamTable][]) {
      Object.assign(memory, table.memory(name));
    }
    return Promise.resolve(memory);
  }

  async load(model: BatchModel, epoch: number, memory: TrainerMemory = {}): Promise<void> {
    checkBatchModel(model, this.#pairs, this.settings);
    await Promise.resolve();
    const tables = tablesOf(model);
    if (Object.keys(memory).length > 0) {
      for (const [name, table] of Object.entries(tables) as [string, AdamTable][]) {
        table.remember(name, memory);
      }
    }
    this.#tables = tables;
    this.#epoch = epoch;
  }

  close(): Promise<void> {
    // Tensors live within a step alone.
    return Promise.resolve();
  }
}

function tablesOf(model: BatchModel): Tables {
  const { dimensions, userVectors, userBias, itemVectors, itemBias, output } = model;
  return {
    users: new AdamTable(userVectors.slice(), dimensions),
    userBias: new AdamTable(userBias.slice(), 1),
    items: new AdamTable(itemVectors.slice(), dimensions),
    itemBias: new AdamTable(itemBias.slice(), 1),
    output: new AdamTable(output.slice(), dimensions),
  };
}

/** Makes a trainer on tfjs-node; throws UNAVAILABLE with the remedy where it is not there. */
export const createTfjsTrainer: BatchTrainerFactory = async (pairs, settings) => {
  checkBatch(pairs, settings);
  if (settings.solver !== 'sgd') {
    const message = `the tfjs trainer has no solver ${settings.solver}: choose sgd, or the kernel trainer`;
    throw new RepriseError('INVALID', message, { field: 'solver' });
  }
  const { unavailable } = readNativeParts().tfjs;
  if (unavailable !== undefined) {
    throw new RepriseError('UNAVAILABLE', `tfjs-node is off: ${unavailable}`);
  }
  // Sums that threads share out differ in their last bits from run to run; the steps of a block are small.
  process.env['TF_NUM_INTRAOP_THREADS'] ??= '1';
  const start =
    settings.warmStartEpochs > 0 ? await warmStart(pairs, settings) : startModel(pairs, settings);
  return new TfjsTrainer(loadTensorFlow(), pairs, settings, start);
};
