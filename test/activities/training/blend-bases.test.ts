import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shareItems } from '../../../activities/training/item-means.ts';
import { replayTogether } from '../../../activities/replay/replay-together.ts';
import { ScratchMerges } from '../../../activities/merges/scratch-merges.ts';
import { trainingCuts } from '../../../activities/training/training-cuts.ts';
import type { VersionDefinition } from '../../../actors/runtime/definition.ts';
import { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import { sequence } from '../../../events/position.ts';
import type { Checkpoint } from '../../../model/checkpoint.ts';
import { definitionOf, PartitionRig, RIG_BLEND } from '../../doubles/partition-rig.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';
import { somePlays } from '../../doubles/training-world.ts';
import { inventEvents } from '../../simulation/stream.ts';

const PARTITIONS = 3;
const VERSION = definitionOf('v1', RIG_BLEND, PARTITIONS);
const NEVER = new AbortController().signal;
const yieldNow = () => Promise.resolve();

async function setBarrier(rig: PartitionRig, barrier: number): Promise<void> {
  await rig.publish({ kind: 'BarrierSet', barrier, timeMs: 0 }, `barrier ${barrier}`);
}

/** Brings runtimes to these places side by side, and captures them there. */
async function captureAt(
  rig: PartitionRig,
  runtimes: readonly PartitionRuntime[],
  places: ReadonlyMap<number, number>,
): Promise<Checkpoint[]> {
  const { journal, clock } = rig;
  const merges = new ScratchMerges({ partitions: PARTITIONS, yieldNow });
  const captured = await replayTogether(
    { journal, versions: undefined, sink: undefined, yieldNow, sliceMsMax: 8, clock, merges },
    runtimes.map((runtime) => ({
      runtime,
      until: sequence(places.get(runtime.partition) ?? -1),
      visit: (reached: PartitionRuntime) => reached.capture(),
    })),
    NEVER,
  );
  return captured.map((one) => one!);
}

function runtimesOf(rig: PartitionRig): PartitionRuntime[] {
  return VERSION.start.map((_, partition) => rig.runtime(VERSION, partition));
}

function headsOf({ journal }: PartitionRig): Map<number, number> {
  return new Map(VERSION.start.map((_, partition) => [partition, journal.head(partition)]));
}

function cutsOf(
  rig: PartitionRig,
  holdoutShare: number,
  definition: Pick<VersionDefinition, 'learner' | 'start' | 'firstBarrier'> = VERSION,
): Promise<ReadonlyMap<number, number>> {
  const heads = definition.start.map((_, partition) => rig.journal.head(partition));
  const deps = { journal: rig.journal, yieldNow };
  return trainingCuts(deps, { definition, heads, holdoutShare }, NEVER);
}

/** A journal of events with barriers between them, the last ones near its end. */
async function livedRig(): Promise<PartitionRig> {
  const rig = await PartitionRig.create(PARTITIONS, 5);
  const told = inventEvents(new SeededRandom(5), 300);
  for (const [at, barrier] of [1, 2, 3, 4].entries()) {
    await rig.tell(...told.slice(at * 60, (at + 1) * 60));
    await setBarrier(rig, barrier);
  }
  await rig.tell(...told.slice(240));
  return rig;
}

/** The positive events that these partitions' users have had. */
function positives(checkpoints: readonly Checkpoint[]): number {
  let sum = 0;
  for (const { tensors } of checkpoints) {
    for (const count of tensors['users.positives']!.data) sum += count;
  }
  return sum;
}

describe('the cuts of a training', () => {
  it('lie at the last barrier that all have passed, where partitions learn of each other', async () => {
    const rig = await livedRig();
    const cuts = await cutsOf(rig, 0.3);
    const captured = await captureAt(rig, runtimesOf(rig), cuts);
    for (const { manifest, tensors } of captured) {
      assert.equal(manifest.extra['barrier'], 3);
      assert.equal(tensors['learner.sharing.timesMs']!.data.length, 0, 'nothing came after it');
      assert.ok(manifest.sequence < rig.journal.head(manifest.partition) * 0.75);
    }
  });

  it('lie before the first barrier where one has not passed it', async () => {
    const rig = await PartitionRig.create(PARTITIONS, 5);
    // Most events of one partition come before the barrier, most of another after it.
    const [early, late] = [0, 1].map((half) => somePlays(70, half * 1_000));
    await rig.tell(...early!.filter(({ user }) => user !== 'u1'));
    await setBarrier(rig, 1);
    await rig.tell(...early!.filter(({ user }) => user === 'u1'), ...late!);
    const cuts = await cutsOf(rig, 0.6);
    for (const { manifest } of await captureAt(rig, runtimesOf(rig), cuts)) {
      assert.equal(manifest.extra['barrier'], 0);
    }
  });

  it('are each its own where partitions learn of their own events alone, or there is but one', async () => {
    const rig = await livedRig();
    const gmf = definitionOf('v1', { learner: 'gmf' }, PARTITIONS);
    const cuts = await cutsOf(rig, 0.1, gmf);
    for (const [partition, cut] of cuts) {
      const head = rig.journal.head(partition);
      assert.equal(cut, head - Math.floor((head + 1) * 0.1));
    }
  });
});

describe('the bases of a blend', () => {
  it('know alike what partitions share, and lose no event and tell none twice', async () => {
    const rig = await livedRig();
    const cuts = await cutsOf(rig, 0.1);
    const bases = shareItems(await captureAt(rig, runtimesOf(rig), cuts));
    const [first, ...others] = bases;
    for (const { tensors } of others) {
      for (const name of ['learner.weights.rows', 'learner.sharing.base']) {
        assert.deepEqual(tensors[name]!.data, first!.tensors[name]!.data, name);
      }
      assert.equal(
        tensors['learner.contexts']!.data.length,
        first!.tensors['learner.contexts']!.data.length,
      );
    }
    const start = bases.map(({ manifest }) => manifest.sequence);
    const definition = { ...VERSION, start, firstBarrier: 5, baseSha256: ['', '', ''] };
    // Two barriers more: at the first each tells what it has not, at the second all have learned it.
    await setBarrier(rig, 5);
    await setBarrier(rig, 6);
    const restored = await Promise.all(
      bases.map((base, partition) =>
        PartitionRuntime.restore(rig.deps(definition, partition), base),
      ),
    );
    const ended = await captureAt(rig, restored, headsOf(rig));
    const all = positives(ended);
    assert.ok(positives(bases) < all, 'some came after the bases');
    for (const { tensors } of ended) {
      assert.deepEqual([...tensors['learner.popularity.events']!.data], [all]);
    }
  });

  it('are left as they are where there is one partition', async () => {
    const rig = await PartitionRig.create(1, 5);
    await rig.tell(...somePlays(50));
    const definition = definitionOf('v1', RIG_BLEND, 1);
    const captured = await (await rig.replay(rig.runtime(definition))).capture();
    assert.equal(shareItems([captured])[0], captured);
  });
});
