import type {
  BatchModel,
  BatchSettings,
  OnShare,
  TrainingPairs,
} from '../../../model/batch/batch-trainer.ts';
import { BLOCK, EVENT, SGD, sgdScratchBytes } from '../../../model/kernel/training-layout.ts';
import { TrainingMemory, alignedBytes } from '../../../model/kernel/training-kernel.ts';
import type { TrainingKernel } from '../../../model/kernel/training-kernel.ts';
import { STREAM, seedRows, streamKey } from './seeded-rows.ts';
import type { KernelSolver } from './solver.ts';
import { STRATA, countRows, dealRows, makeBlocks } from './strata.ts';
import type { Block, Parts } from './strata.ts';
import { TrainingThreads } from './threads.ts';
import type { ThreadTask } from './threads.ts';

/** The learned rows in the shared memory, each side in the order of its parts. */
interface Tables {
  readonly users: Float32Array;
  readonly items: Float32Array;
  readonly userBias: Float32Array;
  readonly itemBias: Float32Array;
}

/**
 * Stochastic gradient descent on matrix factorisation with biases and the logistic loss, GMF with an output layer of
 * ones. A turn's blocks share no row and each draws from its own streams, so any number of threads gives the same bits.
 */
export class SgdSolver implements KernelSolver {
  readonly #settings: BatchSettings;
  readonly #memory: TrainingMemory;
  readonly #threads: TrainingThreads;
  readonly #userParts: Parts;
  readonly #itemParts: Parts;
  readonly #tables: Tables;
  readonly #header: number;
  readonly #entries: readonly number[];

  constructor(kernel: TrainingKernel, pairs: TrainingPairs, settings: BatchSettings) {
    const { users, items, userRows, itemRows } = pairs;
    const { dimensions } = settings;
    this.#settings = settings;
    this.#userParts = dealRows(countRows(userRows, users));
    this.#itemParts = dealRows(countRows(itemRows, items));
    const blocks = makeBlocks(pairs, settings.negatives, this.#userParts, this.#itemParts);
    const scratchBytes = sgdScratchBytes(Math.max(...blocks.map(eventsOf)));
    const rows = users + items;
    const memory = new TrainingMemory(kernel, sgdBytes(rows, blocks, settings, scratchBytes));
    this.#memory = memory;
    const pointers = {
      users: memory.alloc(4 * users * dimensions),
      items: memory.alloc(4 * items * dimensions),
      userBias: memory.alloc(4 * users),
      itemBias: memory.alloc(4 * items),
    };
    this.#tables = {
      users: memory.f32(pointers.users, users * dimensions),
      items: memory.f32(pointers.items, items * dimensions),
      userBias: memory.f32(pointers.userBias, users),
      itemBias: memory.f32(pointers.itemBias, items),
    };
    this.#header = this.#placeHeader(pointers);
    this.#entries = blocks.map((block) => this.#placeBlock(block));
    const scratches = Array.from({ length: threadsOf(settings) }, () => memory.alloc(scratchBytes));
    this.#seed(pairs);
    this.#threads = new TrainingThreads(kernel, memory, scratches);
  }

  async epoch(number: number, onShare?: OnShare): Promise<number> {
    const turns = streamKey(this.#settings.seed, STREAM.order, number);
    for (let turn = 0; turn < STRATA; turn += 1) {
      const tasks = Array.from({ length: STRATA }, (_, part): ThreadTask => {
        const block = part * STRATA + ((part + turn) % STRATA);
        const key = streamKey(turns[0], turns[1], block);
        return { name: 'sgdBlock', args: [this.#header, this.#entries[block] as number, ...key] };
      });
      await this.#threads.run(tasks);
      onShare?.((turn + 1) / STRATA);
    }
    return this.#meanLoss();
  }

  model(): BatchModel {
    const { dimensions } = this.#settings;
    const { users, items, userBias, itemBias } = this.#tables;
    return {
      dimensions,
      userVectors: takeRows(users, this.#userParts.places, dimensions),
      userBias: takeRows(userBias, this.#userParts.places, 1),
      itemVectors: takeRows(items, this.#itemParts.places, dimensions),
      itemBias: takeRows(itemBias, this.#itemParts.places, 1),
      output: new Float32Array(dimensions).fill(1),
    };
  }

  load(model: BatchModel): void {
    const { dimensions, output, userVectors, userBias, itemVectors, itemBias } = model;
    // The output layer is ones here: another one is multiplied into the users' rows.
    const weighed = userVectors.map((value, at) => value * (output[at % dimensions] as number));
    this.#tables.users.set(takeRows(weighed, this.#userParts.rows, dimensions));
    this.#tables.userBias.set(takeRows(userBias, this.#userParts.rows, 1));
    this.#tables.items.set(takeRows(itemVectors, this.#itemParts.rows, dimensions));
    this.#tables.itemBias.set(takeRows(itemBias, this.#itemParts.rows, 1));
  }

  async close(): Promise<void> {
    await this.#threads.close();
  }

  #placeHeader(pointers: Record<keyof Tables, number>): number {
    const { dimensions, learningRate, regularization } = this.#settings;
    const header = this.#memory.alloc(4 * SGD.words);
    const words = this.#memory.u32(header, SGD.words);
    for (const [name, pointer] of Object.entries(pointers))
      words[SGD[name as keyof Tables]] = pointer;
    words[SGD.dimensions] = dimensions;
    const floats = this.#memory.f32(header, SGD.words);
    floats[SGD.rate] = learningRate;
    floats[SGD.decay] = learningRate * regularization;
    return header;
  }

  #placeBlock(block: Block): number {
    const events = this.#memory.alloc(4 * block.events.length);
    this.#memory.u32(events, block.events.length).set(block.events);
    const entry = this.#memory.alloc(4 * BLOCK.words);
    const words = this.#memory.u32(entry, BLOCK.words);
    words[BLOCK.events] = events;
    words[BLOCK.count] = eventsOf(block);
    words[BLOCK.firstItem] = block.firstItem;
    words[BLOCK.items] = block.items;
    return entry;
  }

  /** Rows by their own numbers, not by their places, so that they do not depend on how rows are dealt. */
  #seed({ users, items }: TrainingPairs): void {
    const { dimensions, seed, initDeviation } = this.#settings;
    const rowsOf = (rows: number, purpose: number): Float32Array => {
      const seeded = new Float32Array(rows * dimensions);
      seedRows(seeded, dimensions, { seed, purpose }, initDeviation);
      return seeded;
    };
    this.load({
      dimensions,
      userVectors: rowsOf(users, STREAM.users),
      userBias: new Float32Array(users),
      itemVectors: rowsOf(items, STREAM.items),
      itemBias: new Float32Array(items),
      output: new Float32Array(dimensions).fill(1),
    });
  }

  #meanLoss(): number {
    let samples = 0;
    let loss = 0;
    for (const entry of this.#entries) {
      const likelihood = this.#memory.f64(entry + 4 * BLOCK.loss, 2);
      loss -= Math.log(likelihood[0] as number) + (likelihood[1] as number) * Math.LN2;
      samples += this.#memory.words[(entry >>> 2) + BLOCK.samples] as number;
    }
    return loss / Math.max(1, samples);
  }
}

/** Gathers rows of `width` numbers. */
function takeRows(values: Float32Array, rows: Uint32Array, width: number): Float32Array {
  const taken = new Float32Array(rows.length * width);
  for (const [at, row] of rows.entries()) {
    taken.set(values.subarray(row * width, (row + 1) * width), at * width);
  }
  return taken;
}

/** No turn has more blocks than there are parts. */
function threadsOf({ threads }: BatchSettings): number {
  return Math.min(threads, STRATA);
}

function eventsOf(block: Block): number {
  return block.events.length / EVENT.words;
}

function sgdBytes(
  rows: number,
  blocks: readonly Block[],
  settings: BatchSettings,
  scratchBytes: number,
): number {
  // Two tables a side, each of which is aligned.
  const tables = 4 * rows * (settings.dimensions + 1) + 4 * alignedBytes(1);
  const events = blocks.map(
    (block) => alignedBytes(4 * block.events.length) + alignedBytes(4 * BLOCK.words),
  );
  const scratch = threadsOf(settings) * alignedBytes(scratchBytes);
  return tables + alignedBytes(4 * SGD.words) + scratch + events.reduce((a, b) => a + b, 0);
}
