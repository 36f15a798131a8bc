import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  EpochJob,
  EpochResult,
  Evaluation,
  EvaluationJob,
  JobProgress,
  TrainingFiles,
} from '../../activities/training/trainer.ts';
import { readTensorFile, writeTensorFile } from '../../adapters/tensor-file.ts';
import {
  batchCheckpoint,
  memoryTensors,
  readBatchModel,
  readTrainerMemory,
} from '../../model/batch/batch-checkpoint.ts';
import type {
  BatchSettings,
  BatchTrainer,
  TrainingPairs,
} from '../../model/batch/batch-trainer.ts';
import type { Checkpoint, Tensor } from '../../model/checkpoint.ts';
import type { KernelFactory } from '../../model/kernel/kernel.ts';
import { BATCH_TRAINERS, defaultSettings, FROM_PARENT } from './batch-trainers.ts';
import { candidateOf, candidateTensors, readCandidate } from './candidate.ts';
import { readPartitionDataset } from './dataset.ts';
import { joinPartitions, parentModel } from './joined-partitions.ts';
import type { JoinedPartitions, PartitionParts } from './joined-partitions.ts';
import { parentStateOf, parentTables } from './parent-tables.ts';
import type { Hits, RankedRows } from './ranking.ts';

/** What jobs are done with. */
export interface JobTools {
  readonly kernels: KernelFactory;
  /** Milliseconds, for the seconds that an epoch took. */
  readonly clock: () => number;
  /** Tells how far the job is. */
  readonly onProgress: (progress: JobProgress) => void;
}

/** The share of an epoch's progress that is its training; the rest is its measurement. */
const TRAINING_SHARE = 0.9;

/** Trains one epoch over all partitions together, measures it, and writes its checkpoint. */
export async function runEpoch(tools: JobTools, job: EpochJob): Promise<EpochResult> {
  const began = tools.clock();
  const width = job.learner.dimensions;
  const parts = await Promise.all(job.files.map((files) => readPartition(tools, job, files)));
  const joined = joinPartitions(parts, width);
  tools.onProgress({ done: 0, total: 1 });
  const settings = settingsOf(job, joined.pairs);
  const trainer = await (await BATCH_TRAINERS[job.choice.trainer].load())(joined.pairs, settings);
  try {
    await startEpoch(trainer, job, joined);
    const { loss } = await trainer.epoch((share) =>
      tools.onProgress({ done: TRAINING_SHARE * share, total: 1 }),
    );
    const measured = await measure(tools, job, { joined, trainer, loss });
    const written = await writeTensorFile(job.to, measured.checkpoint);
    return {
      ...{ epoch: job.epoch, loss, hitRate10: measured.hitRate10 },
      checkpointSha256: written.sha256,
      seconds: (tools.clock() - began) / 1_000,
    };
  } finally {
    await trainer.close();
  }
}

async function readPartition(
  { kernels }: JobTools,
  { learner }: Pick<EpochJob, 'learner'>,
  { partition, ...files }: TrainingFiles,
): Promise<PartitionParts> {
  const parent = (await readTensorFile(files.parent)).checkpoint;
  const dataset = (await readTensorFile(files.dataset)).checkpoint;
  const state = parentStateOf(kernels, learner, parent);
  return { partition, parent, state, dataset: readPartitionDataset(dataset, parent) };
}

function settingsOf({ choice, learner, seed }: EpochJob, pairs: TrainingPairs): BatchSettings {
  return {
    ...defaultSettings(choice.trainer, undefined, pairs),
    ...FROM_PARENT[choice.trainer],
    ...choice.settings,
    ...{ dimensions: learner.dimensions, epochs: choice.epochs, seed },
  };
}

/** Brings the trainer to where the epoch before left it; before the first one tfjs takes the parent's rows. */
async function startEpoch(
  trainer: BatchTrainer,
  { epoch, from, learner }: EpochJob,
  joined: JoinedPartitions,
): Promise<void> {
  if (from !== null) {
    const { checkpoint } = await readTensorFile(from);
    await trainer.load(readBatchModel(checkpoint), epoch - 1, readTrainerMemory(checkpoint));
  } else if (trainer.name === 'tfjs') {
    await trainer.load(parentModel(joined, learner.dimensions), 0);
  }
}

interface EpochTrained {
  readonly joined: JoinedPartitions;
  readonly trainer: BatchTrainer;
  readonly loss: number;
}

/** Ranks the held-out pairs as every partition's candidate would answer, and puts all into one checkpoint. */
async function measure(
  tools: JobTools,
  { run, epoch, learner, seed, choice }: EpochJob,
  { joined, trainer, loss }: EpochTrained,
): Promise<{ checkpoint: Checkpoint; hitRate10: number }> {
  const model = await trainer.model();
  const candidate = candidateOf(joined, { trainer: choice.trainer, model, learner, seed });
  const tensors: Record<string, Tensor> = memoryTensors(await trainer.memory());
  const found: Hits[] = [];
  for (const part of joined.parts) {
    const tables = part.state.tablesOf(candidate(part));
    Object.assign(tensors, candidateTensors(part.partition, tables, learner.dimensions));
    const { validation, seen } = part.dataset;
    found.push(
      await part.state.countHits(tables, validation, seen, async () => {
        tools.onProgress({ done: TRAINING_SHARE, total: 1, loss });
        await nextTurn();
      }),
    );
  }
  const hitRate10 = rateOf(found);
  const trained = batchCheckpoint(model, trainer.name, trainer.settings, epoch);
  return {
    checkpoint: {
      manifest: { ...trained.manifest, version: run, extra: { loss, hitRate10 } },
      tensors: { ...trained.tensors, ...tensors },
    },
    hitRate10,
  };
}

/** Measures a candidate beside its parent on the pairs that neither saw and that chose nothing. */
export async function runEvaluation(tools: JobTools, job: EvaluationJob): Promise<Evaluation> {
  const candidate = (await readTensorFile(job.candidate)).checkpoint;
  const ofCandidate: Hits[] = [];
  const ofParent: Hits[] = [];
  for (const [at, files] of job.files.entries()) {
    const { parent, dataset, state } = await readPartition(tools, job, files);
    const { holdout, seen } = dataset;
    const count = (tables: RankedRows, half: number): Promise<Hits> =>
      state.countHits(tables, holdout, seen, async (done) => {
        const share = (half + done / Math.max(1, holdout.users.length)) / 2;
        tools.onProgress({ done: at + share, total: job.files.length });
        await nextTurn();
      });
    ofCandidate.push(await count(readCandidate(candidate, files.partition), 0));
    ofParent.push(await count(parentTables(parent), 1));
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
