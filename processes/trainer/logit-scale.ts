import type { BatchModel, TrainingPairs } from '../../model/batch/batch-trainer.ts';
import { scorerOf } from '../../model/batch/model-score.ts';
import type { Draws } from './draws.ts';

/** How scores near 0 and 1 become logits: score · factor + bias. */
export interface LogitScale {
  readonly factor: number;
  readonly bias: number;
}

/** What a scale is fitted to. */
export interface LogitSample {
  /** How many drawn items weigh as much as a chosen one. */
  readonly negatives: number;
  readonly draws: Draws;
  /** What is added to each item's logit and stays as it is; nothing where it is left out. */
  readonly itemBias?: Float32Array;
}

/** Chosen pairs that a scale is fitted to, and items drawn beside each. */
const SAMPLE_PAIRS = 20_000;
const DRAWN_A_PAIR = 4;
/** Steps of Newton's method, which needs about ten. */
const STEPS = 25;
/** Holds the factor where chosen and drawn pairs can be told apart without a doubt. */
const RIDGE = 1e-5;
const FACTOR_MAX = 64;

interface Sample {
  readonly scores: Float64Array;
  readonly offsets: Float64Array;
  readonly targets: Uint8Array;
  /** The weight of a drawn pair; a chosen one weighs 1. */
  readonly drawnWeight: number;
}

/** Fits the scale at which the scores of a model that was trained to 0 and 1 are the best logits, by Newton's method. */
export function logitScale(
  model: BatchModel,
  pairs: TrainingPairs,
  { negatives, draws, itemBias }: LogitSample,
): LogitScale {
  const sample = drawSample(model, pairs, { negatives, draws, ...(itemBias && { itemBias }) });
  let scale: LogitScale = { factor: 1, bias: 0 };
  for (let step = 0; step < STEPS; step += 1) scale = newtonStep(sample, scale);
  return scale;
}

function drawSample(
  model: BatchModel,
  { userRows, itemRows, items }: TrainingPairs,
  { negatives, draws, itemBias }: LogitSample,
): Sample {
  const score = scorerOf(model);
  const width = 1 + DRAWN_A_PAIR;
  const count = Math.min(SAMPLE_PAIRS, userRows.length);
  const scores = new Float64Array(count * width);
  const offsets = new Float64Array(count * width);
  const targets = new Uint8Array(count * width);
  const candidates = new Uint32Array(width);
  const found = new Float64Array(width);
  for (let at = 0; at < count; at += 1) {
    const pair = draws.below(userRows.length);
    candidates[0] = itemRows[pair] as number;
    for (let slot = 1; slot < width; slot += 1) candidates[slot] = draws.below(items);
    score(userRows[pair] as number, candidates, found);
    scores.set(found, at * width);
    targets[at * width] = 1;
    for (let slot = 0; slot < width; slot += 1) {
      offsets[at * width + slot] = itemBias?.[candidates[slot] as number] ?? 0;
    }
  }
  return { scores, offsets, targets, drawnWeight: Math.max(1, negatives) / DRAWN_A_PAIR };
}

function newtonStep(
  { scores, offsets, targets, drawnWeight }: Sample,
  { factor, bias }: LogitScale,
): LogitScale {
  const ridge = RIDGE * scores.length;
  let [slopeFactor, slopeBias] = [ridge * factor, 0];
  let [curveFactor, curveBoth, curveBias] = [ridge, 0, ridge];
  for (let at = 0; at < scores.length; at += 1) {
    const score = scores[at] as number;
    const chance = 1 / (1 + Math.exp(-(factor * score + bias + (offsets[at] as number))));
    const weight = targets[at] === 1 ? 1 : drawnWeight;
    const slope = weight * (chance - (targets[at] as number));
    const curve = weight * chance * (1 - chance);
    slopeFactor += slope * score;
    slopeBias += slope;
    curveFactor += curve * score * score;
    curveBoth += curve * score;
    curveBias += curve;
  }
  const area = curveFactor * curveBias - curveBoth * curveBoth;
  const stepFactor = (curveBias * slopeFactor - curveBoth * slopeBias) / area;
  const stepBias = (curveFactor * slopeBias - curveBoth * slopeFactor) / area;
  return {
    factor: Math.min(FACTOR_MAX, Math.max(1, factor - stepFactor)),
    bias: bias - stepBias,
  };
}

/** Scales a model's rows to logits, users and items to one length on average, with these item biases. */
export function scaleToLogits(
  model: BatchModel,
  { factor }: LogitScale,
  itemBias: Float32Array,
): BatchModel {
  const { userVectors, itemVectors, userBias } = model;
  const ofUsers = rootMeanSquare(userVectors);
  const ofItems = rootMeanSquare(itemVectors);
  const balance = ofUsers > 0 && ofItems > 0 ? Math.sqrt(ofItems / ofUsers) : 1;
  const forUsers = Math.sqrt(factor) * balance;
  const forItems = Math.sqrt(factor) / balance;
  return {
    ...model,
    userVectors: userVectors.map((value) => value * forUsers),
    userBias: userBias.map((value) => value * factor),
    itemVectors: itemVectors.map((value) => value * forItems),
    itemBias,
  };
}

function rootMeanSquare(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum / Math.max(1, values.length));
}
