import type {
  BatchModel,
  BatchSettings,
  OnShare,
  TrainingPairs,
} from '../../../model/batch/batch-trainer.ts';
import {
  ALS,
  PANEL,
  alsScratchBytes,
  matrixBytes,
  panelWidth,
} from '../../../model/kernel/training-layout.ts';
import { TrainingMemory, alignedBytes } from '../../../model/kernel/training-kernel.ts';
import type { TrainingKernel } from '../../../model/kernel/training-kernel.ts';
import { groupPairs } from './grouped-pairs.ts';
import type { GroupedPairs } from './grouped-pairs.ts';
import { STREAM, seedRows } from './seeded-rows.ts';
import type { KernelSolver } from './solver.ts';
import { TrainingThreads } from './threads.ts';
import type { ThreadTask } from './threads.ts';

/** Tasks that the rows of a side are cut into: many, for rows differ much in what they cost. */
const TASKS_AIMED = 128;

/** One side of the pairs in the shared memory. */
interface Side {
  readonly rows: number;
  readonly vectors: Float32Array;
  readonly regularization: Float32Array;
  readonly losses: Float32Array;
  readonly header: number;
  readonly grouped: GroupedPairs;
}

/** The regularisation of a row that chose `chosen` of `others`, scaled by how often it counts in the objective. */
export function alsRegularization(settings: BatchSettings, chosen: number, others: number): number {
  const counts = chosen + settings.unobservedWeight * others;
  return settings.regularization * counts ** settings.frequencyExponent;
}

/**
 * Weighted alternating least squares on implicit pairs: the squared error to 1 of what was chosen, plus the weighted
 * square of every score, plus the regularisation. The rows of a side are independent, so any number of threads gives
 * the same bits.
 */
export class AlsSolver implements KernelSolver {
  readonly #settings: BatchSettings;
  readonly #pairs: number;
  readonly #memory: TrainingMemory;
  readonly #threads: TrainingThreads;
  readonly #users: Side;
  readonly #items: Side;
  readonly #width: number;

  constructor(kernel: TrainingKernel, pairs: TrainingPairs, settings: BatchSettings) {
    const { users, items, userRows, itemRows } = pairs;
    this.#settings = settings;
    this.#pairs = userRows.length;
    this.#width = panelWidth(settings.dimensions);
    this.#memory = new TrainingMemory(kernel, alsBytes(pairs, settings));
    const ofUsers = groupPairs(userRows, itemRows, { rows: users, columns: items });
    const ofItems = groupPairs(itemRows, userRows, { rows: items, columns: users });
    const gram = this.#memory.alloc(matrixBytes(this.#width));
    const vectors = [users, items].map((rows) =>
      this.#memory.alloc(4 * rows * settings.dimensions),
    );
    const [userVectors, itemVectors] = vectors as [number, number];
    const place = (grouped: GroupedPairs, solved: number, fixed: number, fixedRows: number) =>
      this.#placeSide(grouped, { solved, fixed, fixedRows, gram });
    this.#users = place(ofUsers, userVectors, itemVectors, items);
    this.#items = place(ofItems, itemVectors, userVectors, users);
    const scratches = Array.from({ length: settings.threads }, () =>
      this.#memory.alloc(alsScratchBytes(this.#width)),
    );
    const { seed, dimensions, initDeviation } = settings;
    seedRows(this.#items.vectors, dimensions, { seed, purpose: STREAM.items }, initDeviation);
    this.#threads = new TrainingThreads(kernel, this.#memory, scratches);
  }

  async epoch(_number: number, onShare?: OnShare): Promise<number> {
    await this.#solve(this.#users);
    onShare?.(0.5);
    await this.#solve(this.#items);
    let loss = this.#pairs;
    for (const less of this.#items.losses) loss -= less;
    loss += penaltyOf(this.#users, this.#settings.dimensions);
    return loss / Math.max(1, this.#pairs);
  }

  model(): BatchModel {
    const { dimensions } = this.#settings;
    return {
      dimensions,
      userVectors: this.#users.vectors.slice(),
      userBias: new Float32Array(this.#users.rows),
      itemVectors: this.#items.vectors.slice(),
      itemBias: new Float32Array(this.#items.rows),
      output: new Float32Array(dimensions).fill(1),
    };
  }

  load(model: BatchModel): void {
    // A score is p·q here: the output layer is multiplied into the users' rows, and biases are left out.
    const { dimensions, output } = model;
    const weighed = model.userVectors.map(
      (value, at) => value * (output[at % dimensions] as number),
    );
    this.#users.vectors.set(weighed);
    this.#items.vectors.set(model.itemVectors);
  }

  async close(): Promise<void> {
    await this.#threads.close();
  }

  #placeSide(
    grouped: GroupedPairs,
    at: { solved: number; fixed: number; fixedRows: number; gram: number },
  ): Side {
    const { dimensions, unobservedWeight } = this.#settings;
    const memory = this.#memory;
    const rows = grouped.starts.length - 1;
    const header = memory.alloc(4 * ALS.words);
    const words = memory.u32(header, ALS.words);
    const starts = memory.alloc(4 * (rows + 1));
    const columns = memory.alloc(4 * grouped.columns.length);
    const regularization = memory.alloc(4 * rows);
    const losses = memory.alloc(4 * rows);
    memory.u32(starts, rows + 1).set(grouped.starts);
    memory.u32(columns, grouped.columns.length).set(grouped.columns);
    const pointers = { fixed: at.fixed, fixedRows: at.fixedRows, solved: at.solved, gram: at.gram };
    const fields = {
      ...pointers,
      dimensions,
      width: this.#width,
      starts,
      columns,
      regularization,
      losses,
    };
    for (const [name, value] of Object.entries(fields))
      words[ALS[name as keyof typeof fields]] = value;
    memory.f32(header, ALS.words)[ALS.unobserved] = unobservedWeight;
    const side = {
      rows,
      vectors: memory.f32(at.solved, rows * dimensions),
      regularization: memory.f32(regularization, rows),
      losses: memory.f32(losses, rows),
      header,
      grouped,
    };
    for (let row = 0; row < rows; row += 1) {
      const chosen = (grouped.starts[row + 1] as number) - (grouped.starts[row] as number);
      side.regularization[row] = alsRegularization(this.#settings, chosen, at.fixedRows);
    }
    return side;
  }

  async #solve(side: Side): Promise<void> {
    const panels = this.#width / PANEL;
    const grams = Array.from({ length: panels }, (_, panel): ThreadTask => {
      // The last panels of a triangle hold the most.
      const from = panels - 1 - panel;
      return { name: 'alsGram', args: [side.header, from, from + 1] };
    });
    await this.#threads.run(grams);
    await this.#threads.run(rowTasks(side, this.#width));
  }
}

/** Cuts a side's rows into tasks that cost about the same. */
function rowTasks(side: Side, width: number): ThreadTask[] {
  const { starts } = side.grouped;
  // A row costs its pairs' products, and then a factorisation of about a third of the width more.
  const costUpTo = (row: number): number => (starts[row] as number) + (row * width) / 3;
  const aim = costUpTo(side.rows) / TASKS_AIMED;
  const tasks: ThreadTask[] = [];
  let from = 0;
  for (let to = 1; to <= side.rows; to += 1) {
    if (to < side.rows && costUpTo(to) - costUpTo(from) < aim) continue;
    tasks.push({ name: 'alsRows', args: [side.header, from, to] });
    from = to;
  }
  return tasks;
}

/** The regularisation's part of the loss of one side. */
function penaltyOf(side: Side, dimensions: number): number {
  let sum = 0;
  for (let row = 0; row < side.rows; row += 1) {
    let square = 0;
    for (let at = row * dimensions; at < (row + 1) * dimensions; at += 1) {
      square += (side.vectors[at] as number) ** 2;
    }
    sum += square * (side.regularization[row] as number);
  }
  return sum;
}

function alsBytes(pairs: TrainingPairs, settings: BatchSettings): number {
  const { dimensions, threads } = settings;
  const width = panelWidth(dimensions);
  const ofSide = (rows: number): number =>
    alignedBytes(4 * ALS.words) +
    alignedBytes(4 * rows * dimensions) +
    alignedBytes(4 * (rows + 1)) +
    alignedBytes(4 * pairs.userRows.length) +
    2 * alignedBytes(4 * rows);
  const scratch = threads * alignedBytes(alsScratchBytes(width));
  return ofSide(pairs.users) + ofSide(pairs.items) + alignedBytes(matrixBytes(width)) + scratch;
}
