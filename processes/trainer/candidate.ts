import { TRAINED_TENSORS, trainedTensorName } from '../../activities/versions/base-checkpoint.ts';
import type { TrainerName } from '../../activities/training/trainer.ts';
import type { BatchModel } from '../../model/batch/batch-trainer.ts';
import type { Checkpoint, Tensor } from '../../model/checkpoint.ts';
import type { LearnerSettings } from '../../model/settings.ts';
import { alignTo } from './aligned-model.ts';
import { Draws } from './draws.ts';
import { parentModel, rowsOfPart } from './joined-partitions.ts';
import type { JoinedPart, JoinedPartitions } from './joined-partitions.ts';
import { logitScale, scaleToLogits } from './logit-scale.ts';
import type { RankedRows } from './ranking.ts';

/** What was trained, and what the actors' learner is set to. */
export interface Trained {
  readonly trainer: TrainerName;
  readonly model: BatchModel;
  readonly learner: LearnerSettings;
  readonly seed: number;
}

/** The share of what tfjs trained in a candidate; the rest is the parent's, from whose rows it went on. */
const TFJS_SHARE = 0.65;
/** The share of what either trained in a blend's candidate: the rest of the blend has learned beside the parent's rows. */
const BLEND_SHARE = 0.35;
/** The share of the parent's item biases in what the kernel trained, which has none of its own. */
const BIAS_SHARE = 0.5;

/**
 * The rows that actors go on from, a partition at a time. Item biases follow the stream, and epochs over a shuffled past
 * would forget what is new: they stay the parent's.
 */
export function candidateOf(
  joined: JoinedPartitions,
  trained: Trained,
): (part: JoinedPart) => RankedRows {
  const { trainer, model } = trained;
  if (trained.learner.learner === 'blend') return blendCandidateOf(joined, trained);
  if (trainer === 'tfjs') {
    return (part) => ({
      ...meanRows(rowsOfPart(model, part), part.rows, TFJS_SHARE),
      bias: part.rows.bias,
    });
  }
  const solved = trained.learner.learner === 'gmf' ? asLogits(joined, trained) : model;
  return (part) => {
    const rows = rowsOfPart(solved, part);
    return trained.learner.learner === 'gmf' ? rows : { ...rows, bias: part.rows.bias };
  };
}

/**
 * The rows of a blend's `gmf`, which has no output layer, and whose rows lie where its items' contexts do: what the
 * kernel solved from rows of its own is turned to there.
 */
function blendCandidateOf(
  joined: JoinedPartitions,
  trained: Trained,
): (part: JoinedPart) => RankedRows {
  const { trainer, learner } = trained;
  const model =
    trainer === 'tfjs'
      ? withoutOutput(trained.model)
      : alignTo(asLogits(joined, trained), parentModel(joined, learner.dimensions), joined.pairs);
  return (part) => ({
    ...meanRows(rowsOfPart(model, part), part.rows, BLEND_SHARE),
    bias: part.rows.bias,
  });
}

/** The same scores without an output layer: it is multiplied into the users' rows. */
function withoutOutput(model: BatchModel): BatchModel {
  const { dimensions, output, userVectors } = model;
  return {
    ...model,
    userVectors: userVectors.map((value, at) => value * (output[at % dimensions] as number)),
    output: new Float32Array(dimensions).fill(1),
  };
}

/** Both fit the same events from one start, and their mean is seldom worse than either. */
function meanRows(trained: RankedRows, parent: RankedRows, share: number): RankedRows {
  const mean = (table: keyof RankedRows): Float32Array =>
    trained[table].map((value, at) => share * value + (1 - share) * (parent[table][at] as number));
  return { users: mean('users'), items: mean('items'), bias: mean('bias'), output: mean('output') };
}

/** What was solved for 0 and 1, as logits beside half the parent's biases; their level stays, as new items start at 0. */
function asLogits(joined: JoinedPartitions, { model, learner, seed }: Trained): BatchModel {
  const { itemBias: before } = parentModel(joined, learner.dimensions);
  const level = before.reduce((sum, bias) => sum + bias, 0) / Math.max(1, before.length);
  const itemBias = before.map((bias) => BIAS_SHARE * bias + (1 - BIAS_SHARE) * level);
  const { negatives } = learner;
  const scale = logitScale(model, joined.pairs, {
    ...{ negatives, itemBias, draws: new Draws(seed, 0, 1) },
  });
  return scaleToLogits(model, scale, itemBias);
}

/** The tensors of a partition's candidate for an epoch's checkpoint. */
export function candidateTensors(
  partition: number,
  rows: RankedRows,
  width: number,
): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const table of Object.keys(TRAINED_TENSORS) as (keyof RankedRows)[]) {
    const data = rows[table];
    const floats = table === 'bias' ? 1 : width;
    tensors[trainedTensorName(partition, table)] = { shape: [data.length / floats, floats], data };
  }
  return tensors;
}

/** Takes the candidate's rows of a partition from an epoch's checkpoint. */
export function readCandidate(epoch: Checkpoint, partition: number): RankedRows {
  const rows = (table: keyof RankedRows): Float32Array => {
    const data = epoch.tensors[trainedTensorName(partition, table)]?.data;
    if (data instanceof Float32Array) return data;
    throw new RangeError(`the epoch holds no table ${table} of 32-bit floats`);
  };
  return { users: rows('users'), items: rows('items'), bias: rows('bias'), output: rows('output') };
}
