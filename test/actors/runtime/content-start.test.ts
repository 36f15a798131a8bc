import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { VersionDefinition } from '../../../actors/runtime/definition.ts';
import { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import { TENSOR } from '../../../actors/runtime/partition-checkpoint.ts';
import { sequence } from '../../../events/position.ts';
import { unpackIds } from '../../../model/item-ids.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../../model/safetensors.ts';
import { definitionOf, PartitionRig, RIG_BLEND } from '../../doubles/partition-rig.ts';

const GENRES = ['jazz', 'folk'];
/** Items that listeners know; each new one is of one of their genres. */
const KNOWN = 20;
const ROUNDS = 30;

/** Publishes items of two genres, each of which half of the listeners play, and then plays a new one of each. */
async function fill(rig: PartitionRig): Promise<void> {
  for (let item = 0; item < KNOWN + 2; item++) {
    const metadata = { title: `no. ${String(item)}`, genre: GENRES[item % 2] };
    const fact = {
      kind: 'ItemPublished',
      item: `item ${String(item)}`,
      metadata,
      timeMs: 0,
    } as const;
    await rig.publish(fact, `item ${String(item)}`);
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (let item = 0; item < KNOWN; item++) {
      const user = `listener ${String((item % 2) + 2 * (round % 5))}`;
      const id = `${String(round)} ${String(item)}`;
      await rig.tell({ id, user, item: `item ${String(item)}`, timeMs: round * 60_000 });
    }
  }
  for (const item of [KNOWN, KNOWN + 1]) {
    await rig.tell({ user: 'someone new', item: `item ${String(item)}`, timeMs: ROUNDS * 60_000 });
  }
}

/** The vectors of all items by id. */
async function vectorsOf(runtime: PartitionRuntime): Promise<Map<string, Float32Array>> {
  const { tensors } = await runtime.capture();
  const ids = unpackIds(tensors[TENSOR.itemIds], tensors[TENSOR.itemOffsets]) ?? [];
  const vectors = tensors[TENSOR.itemVectors];
  const [, width = 0] = vectors?.shape ?? [];
  const data = vectors?.data as Float32Array;
  return new Map(ids.map((id, row) => [id, data.subarray(row * width, (row + 1) * width)]));
}

function cosine(left: Float32Array, right: Float32Array): number {
  const dot = (a: Float32Array, b: Float32Array): number =>
    a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  return dot(left, right) / Math.sqrt(dot(left, left) * dot(right, right));
}

function mean(vectors: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(0)] = vectors;
  return first.map(
    (_, at) => vectors.reduce((sum, one) => sum + (one[at] ?? 0), 0) / vectors.length,
  );
}

const DEFINITIONS: readonly VersionDefinition[] = [
  definitionOf('blend', RIG_BLEND, 1),
  definitionOf('gmf', { learner: 'gmf', dimensions: 8 }, 1),
];

for (const definition of DEFINITIONS) {
  describe(`where new items start (${definition.version})`, () => {
    let rig: PartitionRig;
    let replayed: PartitionRuntime;
    before(async () => {
      rig = await PartitionRig.create(1, 5);
      await fill(rig);
      replayed = await rig.replay(rig.runtime(definition));
    });

    it('is nearer to the items of their genre than to the others', async () => {
      const vectors = await vectorsOf(replayed);
      for (const at of [0, 1]) {
        const of = (genre: number): Float32Array[] =>
          Array.from({ length: KNOWN / 2 }, (_, n) =>
            vectors.get(`item ${String(n * 2 + genre)}`)!,
          );
        const started = vectors.get(`item ${String(KNOWN + at)}`)!;
        const own = cosine(started, mean(of(at)));
        assert.ok(
          own > cosine(started, mean(of(1 - at))) + 0.2,
          `genre ${String(at)}: ${String(own)}`,
        );
      }
    });

    it('is the same after a checkpoint, through its file, as in a full replay', async () => {
      const head = rig.journal.head(0);
      for (const cut of [3, KNOWN + 1, KNOWN + 10, head - 2]) {
        const half = await rig.replay(rig.runtime(definition), sequence(cut));
        const file = Buffer.concat([...encodeCheckpoint(await half.capture())]);
        const restored = await PartitionRuntime.restore(
          rig.deps(definition),
          decodeCheckpoint(file),
        );
        assert.equal(await rig.hash(restored), await rig.hash(half));
        await rig.replay(restored);
        assert.equal(await rig.hash(restored), await rig.hash(replayed));
      }
    });

    it('is part of the state before any of its items is played', async () => {
      const other = await PartitionRig.create(1, 5);
      const published = { kind: 'ItemPublished', item: 'a', timeMs: 0 } as const;
      const hashOf = async (metadata: Record<string, unknown> | null): Promise<string> => {
        await other.publish({ ...published, metadata }, JSON.stringify(metadata));
        return other.hash(await other.replay(other.runtime(definition)));
      };
      const empty = await hashOf(null);
      assert.notEqual(await hashOf({ genre: 'jazz' }), empty);
      assert.equal(await hashOf({ title: 'a' }), empty);
    });

    it('is damaged where a checkpoint lacks it, or names a text that is not there', async () => {
      const checkpoint = await replayed.capture();
      const { [TENSOR.contentIdOffsets]: dropped, ...tensors } = checkpoint.tensors;
      assert.ok(dropped);
      const restored = (changed: typeof tensors): Promise<PartitionRuntime> =>
        PartitionRuntime.restore(rig.deps(definition), { ...checkpoint, tensors: changed });
      await assert.rejects(restored(tensors), { code: 'DAMAGED', message: /attributes/ });
      const words = checkpoint.tensors[TENSOR.attributes]!;
      const wrong = { ...words, data: new Uint32Array(words.data.length).fill(99) };
      await assert.rejects(restored({ ...checkpoint.tensors, [TENSOR.attributes]: wrong }), {
        code: 'DAMAGED',
      });
    });
  });
}
