import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  batchCheckpoint,
  checkpointSha256,
  readBatchModel,
} from '../../../model/batch/batch-checkpoint.ts';
import type { BatchModel } from '../../../model/batch/batch-trainer.ts';
import { popularityModel } from '../../../model/batch/popularity-model.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../../model/safetensors.ts';

const MODEL: BatchModel = {
  dimensions: 2,
  userVectors: Float32Array.of(1, 2, 3, 4),
  userBias: Float32Array.of(5, 6),
  itemVectors: Float32Array.of(7, 8),
  itemBias: Float32Array.of(9),
  output: Float32Array.of(1, 1),
};

const written = (model: BatchModel) =>
  decodeCheckpoint(Buffer.concat([...encodeCheckpoint(batchCheckpoint(model, 'tfjs', {}, 3))]));

describe('the checkpoint of a batch model', () => {
  it('gives the model back as it was', () => {
    assert.deepEqual(readBatchModel(written(MODEL)), MODEL);
  });

  it('holds a model without dimensions', () => {
    const pairs = { userRows: Uint32Array.of(0), itemRows: Uint32Array.of(1) };
    const model = popularityModel({ users: 1, items: 2, ...pairs });
    assert.deepEqual(readBatchModel(written(model)), model);
  });

  it('has one hash for any number of threads, and others for other bits and settings', () => {
    const hash = (model: BatchModel, threads: number, seed: number) =>
      checkpointSha256(batchCheckpoint(model, 'tfjs', { threads, seed }, 3));
    assert.equal(hash(MODEL, 1, 1), hash(MODEL, 2, 1));
    assert.notEqual(hash(MODEL, 1, 1), hash(MODEL, 1, 2));
    const other = { ...MODEL, itemBias: Float32Array.of(9.5) };
    assert.notEqual(hash(MODEL, 1, 1), hash(other, 1, 1));
  });

  it('is refused where a table is missing', () => {
    const { manifest } = batchCheckpoint(MODEL, 'tfjs', {}, 3);
    assert.throws(() => readBatchModel({ manifest, tensors: {} }), /no table output/);
  });
});
