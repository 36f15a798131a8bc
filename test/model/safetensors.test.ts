import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Checkpoint, Tensor } from '../../model/checkpoint.ts';
import {
  CHUNK_BYTES_MAX,
  decodeCheckpoint,
  decodeCheckpointInSteps,
  encodeCheckpoint,
} from '../../model/safetensors.ts';

const MANIFEST: Checkpoint['manifest'] = {
  version: 'v1',
  partition: 0,
  sequence: 41,
  settings: { learner: 'gmf', note: 'größer "quoted" \\ ' },
  parent: null,
  createdMs: 1_700_000_000_000,
  extra: { deadLetters: [] },
};

const dataArbitrary: fc.Arbitrary<Tensor['data']> = fc.oneof(
  fc.float32Array({ maxLength: 20 }),
  fc.float64Array({ maxLength: 20 }),
  fc.int32Array({ maxLength: 20 }),
  fc.uint32Array({ maxLength: 20 }),
  fc.uint8Array({ maxLength: 20 }),
);

const tensorsArbitrary = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 12 }).filter((name) => !name.startsWith('__')),
  dataArbitrary.map((data): Tensor => ({ shape: [data.length], data })),
  { maxKeys: 5, noNullPrototype: true },
);

function encode(checkpoint: Checkpoint): Uint8Array {
  return Uint8Array.from(Buffer.concat([...encodeCheckpoint(checkpoint)]));
}

test('a checkpoint is read back as it was written, from any place in memory', () => {
  fc.assert(
    fc.property(tensorsArbitrary, fc.nat(9), (tensors, offset) => {
      const bytes = encode({ manifest: MANIFEST, tensors });
      const moved = new Uint8Array(bytes.length + offset).subarray(offset);
      moved.set(bytes);
      const decoded = decodeCheckpoint(moved);
      assert.deepEqual(decoded.manifest, MANIFEST);
      assert.deepEqual(decoded.tensors, tensors);
    }),
  );
});

test('every flipped bit, every missing and every added byte is refused as damage', () => {
  const bytes = encode({
    manifest: MANIFEST,
    tensors: {
      users: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      rows: { shape: [3], data: Uint32Array.of(7, 8, 9) },
      none: { shape: [0, 4], data: new Float64Array(0) },
    },
  });
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Uint8Array.from(bytes);
    flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
    assert.throws(() => decodeCheckpoint(flipped), { code: 'DAMAGED' }, `byte ${String(at)}`);
    assert.throws(() => decodeCheckpoint(bytes.subarray(0, at)), { code: 'DAMAGED' });
  }
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  assert.throws(() => decodeCheckpoint(longer), { code: 'DAMAGED' });
});

test('the file is a safetensors file: sizes, types and places as its header says', () => {
  const bytes = encode({
    manifest: MANIFEST,
    tensors: {
      b: { shape: [1, 2], data: Float32Array.of(1.5, -2) },
      a: { shape: [3], data: Uint8Array.of(1, 2, 3) },
    },
  });
  const view = new DataView(bytes.buffer);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
    string,
    unknown
  >;
  assert.equal(length % 8, 0);
  assert.deepEqual(header['b'], { dtype: 'F32', shape: [1, 2], data_offsets: [0, 8] });
  assert.deepEqual(header['a'], { dtype: 'U8', shape: [3], data_offsets: [8, 11] });
  const metadata = header['__metadata__'] as Record<string, unknown>;
  assert.ok(Object.values(metadata).every((value) => typeof value === 'string'));
  assert.match(metadata['sha256:b'] as string, /^[0-9a-f]{64}$/);
  assert.equal(view.getFloat32(8 + length, true), 1.5);
  assert.equal(bytes.length, 8 + length + 11);
});

test('a large tensor is hashed, written and checked in bounded pieces', () => {
  const data = new Float32Array((CHUNK_BYTES_MAX / 4) * 3 + 5).fill(0.5);
  const chunks = [
    ...encodeCheckpoint({ manifest: MANIFEST, tensors: { t: { shape: [data.length], data } } }),
  ];
  assert.ok(chunks.every((chunk) => chunk.length <= CHUNK_BYTES_MAX));
  assert.equal(chunks.filter((chunk) => chunk.length === 0).length, 4);
  const steps = decodeCheckpointInSteps(Uint8Array.from(Buffer.concat(chunks)));
  let count = 0;
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) count++;
  assert.equal(count, 4);
  assert.deepEqual(step.value.tensors['t']?.data, data);
});

test('equal checkpoints give equal files, whatever the order of their tensors', () => {
  const a: Tensor = { shape: [1], data: Float32Array.of(1) };
  const b: Tensor = { shape: [1], data: Float64Array.of(2) };
  assert.deepEqual(
    encode({ manifest: MANIFEST, tensors: { a, b } }),
    encode({ manifest: MANIFEST, tensors: { b, a } }),
  );
});

test('a tensor that does not fit its shape is refused', () => {
  const tensors = { t: { shape: [2, 2], data: new Float32Array(3) } };
  assert.throws(() => [...encodeCheckpoint({ manifest: MANIFEST, tensors })], /tensor t/);
});
