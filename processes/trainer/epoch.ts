import type { LearnerSettings } from '../../model/settings.ts';
import type { TrainerSettings } from '../../activities/trainer.ts';
import { stepRows } from './adagrad.ts';
import { BatchMaker } from './batch.ts';
import type { Batch, TrainingRows } from './batch.ts';
import { Draws } from './draws.ts';
import type { PartitionFactors } from './factors.ts';
import { batchGradients } from './gradients.ts';
import type { TensorFlow } from './tensorflow.ts';

const BATCH_POSITIVES_MIN = 256;
const BATCH_POSITIVES_MAX = 4_096;
/** Batches that an epoch is cut into where the size of a batch is left to the trainer. */
const BATCHES_AIMED = 128;

/** One epoch over one partition. */
export interface PartitionEpoch {
  readonly partition: number;
  readonly epoch: number;
  readonly seed: number;
  readonly rows: TrainingRows;
  readonly factors: PartitionFactors;
  readonly learner: LearnerSettings;
  readonly trainer: TrainerSettings;
  /** Called after each batch with the interactions done and the mean loss so far; may let the event loop turn. */
  readonly onBatch: (done: number, meanLoss: number) => Promise<void>;
}

/** Trains one partition's factors in place for one epoch; returns the mean loss of a pair. */
export async function trainPartition(tf: TensorFlow, run: PartitionEpoch): Promise<number> {
  const { rows, factors, trainer, learner } = run;
  const draws = new Draws(run.seed, run.epoch, run.partition);
  const order = draws.order(rows.users.length);
  const counts = { users: factors.users.squares.length, items: factors.items.squares.length };
  const maker = new BatchMaker(rows, counts, trainer.negatives);
  const size = batchSize(order.length, trainer);
  let loss = 0;
  let weight = 0;
  for (let from = 0; from < order.length; from += size) {
    const batch = maker.make(order.subarray(from, from + size), draws);
    loss += stepBatch(tf, learner, trainer, { batch, maker, factors });
    for (const one of batch.weights) weight += one;
    await run.onBatch(Math.min(from + size, order.length), weight > 0 ? loss / weight : 0);
  }
  return weight > 0 ? loss / weight : 0;
}

interface Step {
  readonly batch: Batch;
  readonly maker: BatchMaker;
  readonly factors: PartitionFactors;
}

function stepBatch(
  tf: TensorFlow,
  learner: LearnerSettings,
  trainer: TrainerSettings,
  { batch, maker, factors }: Step,
): number {
  const { touchedUsers, touchedItems } = maker;
  const gradients = batchGradients(tf, learner.learner === 'isgd' ? 'isgd' : 'gmf', batch, {
    users: touchedUsers.gather(factors.users.values, factors.users.width),
    items: touchedItems.gather(factors.items.values, factors.items.width),
    bias: touchedItems.gather(factors.bias.values, 1),
    output: factors.output.values,
  });
  const rates = { learning: trainer.learningRate, decay: trainer.regularization };
  const { rows, counts } = touchedItems;
  stepRows(factors.users, touchedUsers.rows, gradients.users, touchedUsers.counts, rates);
  stepRows(factors.items, rows, gradients.items, counts, rates);
  if (learner.learner === 'isgd') return gradients.loss;
  // Popularity stands in the bias: it is not held back.
  stepRows(factors.bias, rows, gradients.bias, counts, { ...rates, decay: 0 });
  const once = new Float32Array([batch.size]);
  stepRows(factors.output, new Uint32Array(1), gradients.output, once, { ...rates, decay: 0 });
  return gradients.loss;
}

function batchSize(interactions: number, trainer: TrainerSettings): number {
  if (trainer.batchPositives > 0) return trainer.batchPositives;
  const aimed = Math.ceil(interactions / BATCHES_AIMED);
  return Math.min(BATCH_POSITIVES_MAX, Math.max(BATCH_POSITIVES_MIN, aimed));
}
