import type {
  EpochJob,
  EpochResult,
  Evaluation,
  EvaluationJob,
  JobProgress,
  TrainingFiles,
} from '../../activities/trainer.ts';
import { DEFAULT_TRAINER_SETTINGS } from '../../activities/trainer.ts';
import { readTensorFile, writeTensorFile } from '../../adapters/tensor-file.ts';
import type { Checkpoint, Tensor } from '../../model/checkpoint.ts';
import type { KernelFactory } from '../../model/kernel/kernel.ts';
import { readPartitionDataset } from './dataset.ts';
import { trainPartition } from './epoch.ts';
import {
  candidateRows,
  epochTensors,
  loadFactors,
  rankedRows,
  readCandidate,
  startFactors,
} from './factors.ts';
import { countHits } from './ranking.ts';
import type { Hits, RankedRows } from './ranking.ts';
import type { TensorFlow } from './tensorflow.ts';

/** What jobs are done with. */
export interface JobTools {
  readonly tf: TensorFlow;
  readonly kernels: KernelFactory;
  /** Milliseconds, for the seconds that an epoch took. */
  readonly clock: () => number;
  /** Tells how far the job is, and lets the event loop turn. */
  readonly onProgress: (progress: JobProgress) => Promise<void>;
}

/** The share of an epoch's progress that is its training; the rest is its measurement. */
const TRAINING_SHARE = 0.9;

/** Trains one epoch over every partition, measures it, and writes its checkpoint. */
export async function runEpoch(tools: JobTools, job: EpochJob): Promise<EpochResult> {
  const began = tools.clock();
  const before = job.from === null ? undefined : (await readTensorFile(job.from)).checkpoint;
  const tensors: Record<string, Tensor> = {};
  const losses: number[] = [];
  const found: Hits[] = [];
  for (const [at, files] of job.files.entries()) {
    const part = await trainOne(tools, job, { files, before, at });
    Object.assign(tensors, part.tensors);
    losses.push(part.loss);
    found.push(part.hits);
  }
  const loss = losses.reduce((sum, one) => sum + one, 0) / Math.max(1, losses.length);
  const hitRate10 = rateOf(found);
  const written = await writeTensorFile(job.to, checkpointOf(job, { loss, hitRate10 }, tensors));
  return {
    epoch: job.epoch,
    loss,
    hitRate10,
    checkpointSha256: written.sha256,
    seconds: (tools.clock() - began) / 1_000,
  };
}

interface PartOfEpoch {
  readonly files: TrainingFiles;
  readonly before: Checkpoint | undefined;
  readonly at: number;
}

async function trainOne(
  tools: JobTools,
  job: EpochJob,
  { files, before, at }: PartOfEpoch,
): Promise<{ tensors: Record<string, Tensor>; loss: number; hits: Hits }> {
  const { learner, trainer, epoch, seed } = job;
  const { partition } = files;
  const parent = (await readTensorFile(files.parent)).checkpoint;
  const dataset = readPartitionDataset(
    (await readTensorFile(files.dataset)).checkpoint,
    parent,
    trainer,
  );
  const start = startFactors(parent, learner);
  const factors = before === undefined ? start : loadFactors(before, partition, learner);
  const parentFactors = before === undefined ? startFactors(parent, learner) : start;
  const total = dataset.rows.users.length;
  const report = (share: number, loss?: number) =>
    tools.onProgress({
      done: at + share,
      total: job.files.length,
      ...(loss !== undefined && { loss }),
    });
  const loss = await trainPartition(tools.tf, {
    ...{ partition, epoch, seed, factors, learner, trainer },
    rows: dataset.rows,
    onBatch: (done, mean) => report((TRAINING_SHARE * done) / total, mean),
  });
  const candidate = candidateRows(factors, parentFactors, trainer.trainedShare);
  const hits = await countHits(tools.kernels, candidate, dataset.validation, dataset.seen, () =>
    report(TRAINING_SHARE, loss),
  );
  return { tensors: epochTensors(partition, candidate, factors), loss, hits };
}

/** Measures a candidate beside its parent on the pairs that neither saw and that chose nothing. */
export async function runEvaluation(tools: JobTools, job: EvaluationJob): Promise<Evaluation> {
  const candidate = (await readTensorFile(job.candidate)).checkpoint;
  const ofCandidate: Hits[] = [];
  const ofParent: Hits[] = [];
  for (const [at, files] of job.files.entries()) {
    const parent = (await readTensorFile(files.parent)).checkpoint;
    const dataset = (await readTensorFile(files.dataset)).checkpoint;
    const { holdout, seen } = readPartitionDataset(dataset, parent, DEFAULT_TRAINER_SETTINGS);
    const count = (rows: RankedRows, half: number) =>
      countHits(tools.kernels, rows, holdout, seen, (done) =>
        tools.onProgress({
          done: at + (half + done / Math.max(1, holdout.users.length)) / 2,
          total: job.files.length,
        }),
      );
    ofCandidate.push(await count(readCandidate(candidate, files.partition), 0));
    ofParent.push(await count(rankedRows(startFactors(parent, job.learner)), 1));
  }
  return {
    candidate: rateOf(ofCandidate),
    parent: rateOf(ofParent),
    events: ofParent.reduce((sum, { events }) => sum + events, 0),
  };
}

function rateOf(found: readonly Hits[]): number {
  const events = found.reduce((sum, one) => sum + one.events, 0);
  const hits = found.reduce((sum, one) => sum + one.hits, 0);
  return events === 0 ? 0 : hits / events;
}

function checkpointOf(
  job: EpochJob,
  reached: { loss: number; hitRate10: number },
  tensors: Record<string, Tensor>,
): Checkpoint {
  return {
    manifest: {
      version: job.run,
      partition: 0,
      sequence: job.epoch,
      settings: { learner: job.learner, trainer: job.trainer, seed: job.seed },
      parent: null,
      // A clock would make two checkpoints of the same epoch differ.
      createdMs: 0,
      extra: reached,
    },
    tensors,
  };
}
