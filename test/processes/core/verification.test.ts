import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { CheckpointLinks } from '../../../activities/replay/checkpoint-links.ts';
import { follow } from '../../../activities/replay/follower.ts';
import { ScratchMerges } from '../../../activities/merges/scratch-merges.ts';
import { VersionRuntimes } from '../../../activities/versions/version-runtimes.ts';
import { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import { openCheckpoints } from '../../../adapters/embedded/checkpoints.ts';
import { openVersions } from '../../../adapters/embedded/versions.ts';
import { readTensorFile, writeTensorFile } from '../../../adapters/tensor-file.ts';
import type { ChainedJournal, Journal } from '../../../events/journal.ts';
import { sequence } from '../../../events/position.ts';
import type { Checkpoint } from '../../../model/checkpoint.ts';
import { hashedState } from '../../../processes/core/state-hash.ts';
import { verifyVersion } from '../../../processes/core/verification.ts';
import { StateTrail } from '../../../projections/state-trail.ts';
import { temporaryFolder } from '../../adapters/temporary-folder.ts';
import { misread } from '../../doubles/misread-journal.ts';
import { definitionOf, PartitionRig } from '../../doubles/partition-rig.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';

const NEVER = new AbortController().signal;
const yieldNow = () => Promise.resolve();
const KERNEL = 'ab'.repeat(32);

/** A live version over a journal in memory that leaves checkpoints and marks behind, and what verifies it. */
class VerifiedWorld {
  readonly rig: PartitionRig;
  readonly definition;
  readonly trails: StateTrail[];
  readonly runtimes: PartitionRuntime[];
  readonly checkpoints;
  readonly #folder: string;
  readonly #registry;
  readonly #maker;
  #links: CheckpointLinks;

  private constructor(rig: PartitionRig, folder: string) {
    this.rig = rig;
    this.#folder = folder;
    const { partitions } = rig.journal;
    this.definition = definitionOf('v1', {}, partitions);
    this.trails = Array.from({ length: partitions }, () => new StateTrail());
    this.runtimes = Array.from({ length: partitions }, (_, partition) =>
      rig.runtime(this.definition, partition),
    );
    this.checkpoints = openCheckpoints({
      folder: `${folder}/checkpoints`,
      checkpointsKeptMax: 9,
      onDamaged: () => undefined,
    });
    this.#registry = openVersions({ folder: `${folder}/models` });
    this.#maker = {
      create: rig.runtime.bind(rig),
      restore: (definition: typeof this.definition, partition: number, checkpoint: Checkpoint) =>
        PartitionRuntime.restore(rig.deps(definition, partition), checkpoint),
    };
    this.#links = this.#linksOf();
  }

  static async open(partitions: number): Promise<VerifiedWorld> {
    const world = new VerifiedWorld(await PartitionRig.create(partitions), await temporaryFolder());
    const { baseSha256: _, ...definition } = world.definition;
    const about = { parent: null, createdMs: 0, trainedBy: null, metrics: {} };
    await world.#registry.register({ definition, ...about }, null);
    return world;
  }

  /** What a process knows of the checkpoints that it saved ends with it. */
  #linksOf(): CheckpointLinks {
    return new CheckpointLinks({
      ...{ checkpoints: this.checkpoints, journal: this.journal, registry: this.#registry },
      kernelSha256: KERNEL,
      rowsAt: (partition, at) => this.trails[partition]?.digestAt(at),
    });
  }

  get journal(): ChainedJournal {
    const chainHash = (partition: number, at: number) =>
      Promise.resolve(`${partition}:${at}`.padStart(64, '0'));
    return Object.create(this.rig.journal, { chainHash: { value: chainHash } }) as ChainedJournal;
  }

  async play(count: number, random: SeededRandom): Promise<void> {
    const { partitions } = this.rig.journal;
    for (let n = 0; n < count; n += 1) {
      const [user, item] = [`u${random.below(12)}`, `i${random.below(30)}`];
      const timeMs = this.rig.appendedMs;
      await this.rig.tell({ user, item, timeMs, id: `e${timeMs}` });
      if (partitions < 2 || n % 25 !== 24) continue;
      const barrier = this.runtimes[0]!.barrier + 1 + Math.floor(n / 25);
      await this.rig.publish({ kind: 'BarrierSet', barrier, timeMs: 1 }, `b${barrier}`);
    }
  }

  /** Follows a journal to its head, a slice an event, and takes a checkpoint of every partition there. */
  async live(journal: Journal): Promise<void> {
    const { clock } = this.rig;
    this.rig.lookMs = 9;
    const { partitions } = this.rig.journal;
    const merges = new ScratchMerges({ partitions, yieldNow });
    const ending = new AbortController();
    const followed = this.runtimes.map((runtime, partition) =>
      follow(
        {
          ...{ journal, clock, runtime, merges, versions: undefined, yieldNow, sliceMsMax: 8 },
          sink: (delta) => this.trails[partition]!.apply(delta),
        },
        { until: this.rig.journal.head(partition), signal: ending.signal },
      ),
    );
    await Promise.all(followed);
    for (const runtime of this.runtimes) await this.#links.save(await runtime.capture());
  }

  verify(full = false) {
    const { rig, checkpoints } = this;
    const { journal } = this;
    const { identities, clock } = rig;
    const registry = this.#registry;
    const maker = this.#maker;
    const clean = new VersionRuntimes({
      ...{ journal, yieldNow, clock, registry, maker, follow, sliceMsMax: 8 },
      checkpoints: { newest: async () => undefined, list: async () => [] },
      logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    return verifyVersion(
      {
        ...{ journal, identities, registry, maker, clean, clock, yieldNow, sliceMsMax: 8 },
        takeServed: () =>
          Promise.all(this.runtimes.map((runtime) => hashedState(runtime, identities))),
        scratch: async () => {
          const folder = `${this.#folder}/scratch`;
          const remove = () => rm(folder, { recursive: true, force: true });
          const onDamaged = (path: string) => assert.fail(`${path} is damaged`);
          return { store: openCheckpoints({ folder, onDamaged }), remove };
        },
        retained: {
          ...{ journal, identities, maker, clean, clock, sliceMsMax: 8, checkpoints },
          kernelSha256: KERNEL,
          trailOf: (partition) => this.trails[partition],
        },
      },
      { isLive: true, full },
      () => undefined,
      NEVER,
    );
  }

  /** Changes a checkpoint on the disk; its own checksums fit again after. */
  async tamper(
    partition: number,
    at: number,
    change: (checkpoint: Checkpoint) => Checkpoint,
  ): Promise<void> {
    const path = `${this.#folder}/checkpoints/v1/p${partition}-${at}.safetensors`;
    const { checkpoint } = await readTensorFile(path);
    await writeTensorFile(path, change(checkpoint));
  }

  /** Begins anew from the newest checkpoints, as a start does: what was in memory is gone. */
  async restart(): Promise<void> {
    this.#links = this.#linksOf();
    for (const partition of this.runtimes.keys()) {
      const newest = await this.checkpoints.newest({ version: 'v1', partition });
      const { checkpoint } = newest!;
      const runtime = await this.#maker.restore(this.definition, partition, checkpoint);
      this.runtimes[partition] = runtime;
      this.trails[partition] = new StateTrail();
    }
  }

  async scratchIsGone(): Promise<boolean> {
    return !(await readdir(this.#folder)).includes('scratch');
  }
}

function bump(checkpoint: Checkpoint): Checkpoint {
  const name = Object.keys(checkpoint.tensors).find((one) => /item.*vectors/i.test(one))!;
  const tensor = checkpoint.tensors[name]!;
  const data = (tensor.data as Float32Array).slice();
  data[3] = data[3]! + 0.25;
  return { ...checkpoint, tensors: { ...checkpoint.tensors, [name]: { ...tensor, data } } };
}

for (const partitions of [1, 2]) {
  describe(`a verification of ${partitions} partition(s)`, () => {
    it('is equal, and so is all that is kept', async () => {
      const world = await VerifiedWorld.open(partitions);
      const random = new SeededRandom(3);
      for (const count of [40, 30, 30]) {
        await world.play(count, random);
        await world.live(world.rig.journal);
      }
      const quick = await world.verify();
      assert.deepEqual([quick.equal, quick.kept, quick.parted], [true, undefined, undefined]);
      const { equal, kept, parted } = await world.verify(true);
      assert.deepEqual([equal, parted, kept?.faults], [true, [], []]);
      assert.deepEqual(
        [kept?.checkpoints, kept?.unlinked, kept?.otherKernel],
        [3 * partitions, 0, 0],
      );
      assert.ok(kept!.marks > 100, `${kept!.marks} marks`);
      assert.ok(await world.scratchIsGone());
    });

    it('finds the one event that was learned wrongly', async () => {
      for (const [seed, share] of [
        [1, 0.1],
        [2, 0.5],
        [3, 0.95],
      ] as const) {
        const world = await VerifiedWorld.open(partitions);
        const random = new SeededRandom(seed);
        const wrong = partitions - 1;
        let at = -1;
        for (const part of [0, 1, 2]) {
          await world.play(50, random);
          if (part !== 1) await world.live(world.rig.journal);
          else {
            const [from, to] = [world.runtimes[wrong]!.position, world.rig.journal.head(wrong)];
            at = await interactionNear(
              world,
              wrong,
              from + 1 + Math.floor((to - from - 1) * share),
            );
            await world.live(misread(world.rig.journal, wrong, at));
          }
        }
        const { equal, differing, parted } = await world.verify();
        assert.equal(equal, false);
        assert.ok(differing.includes(wrong));
        assert.deepEqual(parted?.[0], {
          ...{ partition: wrong, after: `${wrong}:${at - 1}`, at: `${wrong}:${at}` },
          ...{ events: 1, by: 'rows' },
        });
      }
    });
  });
}

/** The first interaction at or after a place. */
async function interactionNear(
  { rig }: VerifiedWorld,
  partition: number,
  place: number,
): Promise<number> {
  for (let at = place; ; at += 1) {
    const block = await rig.journal.read(partition, sequence(at - 1));
    assert.ok(block !== undefined, 'the journal has an interaction there');
    if (block.kind[at - block.firstSequence] === 0) return at;
  }
}

describe('a verification of what was changed on the disk', () => {
  async function worldOf(): Promise<VerifiedWorld> {
    const world = await VerifiedWorld.open(1);
    const random = new SeededRandom(8);
    for (const count of [40, 30, 30]) {
      await world.play(count, random);
      await world.live(world.rig.journal);
    }
    return world;
  }

  it('finds the very checkpoint that live went on from', async () => {
    const world = await worldOf();
    await world.tamper(0, 99, bump);
    await world.restart();
    await world.play(20, new SeededRandom(9));
    await world.live(world.rig.journal);
    const { equal, parted, kept } = await world.verify();
    assert.equal(equal, false);
    const [found] = parted!;
    assert.deepEqual([found?.after, found?.at, found?.events], ['0:99', '0:99', 0]);
    assert.deepEqual(
      kept!.faults.map(({ position, fault }) => [position, fault.slice(0, 26)]),
      [
        ['0:99', 'it does not hold what it w'],
        ['0:99', 'its state is not what a cl'],
        ['0:119', 'its state is not what a cl'],
      ],
    );
  });

  it('tells between which checkpoints it was where nobody noted what was taken', async () => {
    const world = await worldOf();
    const unlinked = ({ manifest: { link: _, ...manifest }, tensors }: Checkpoint): Checkpoint =>
      bump({ manifest, tensors });
    await world.tamper(0, 99, unlinked);
    await world.restart();
    const { equal, parted, kept } = await world.verify();
    assert.equal(equal, false);
    assert.deepEqual(parted, [
      { partition: 0, after: '0:69', at: '0:99', events: 30, by: 'checkpoint' },
    ]);
    assert.equal(kept!.unlinked, 1);
  });

  it('finds a checkpoint that nobody goes on from when it is asked for all', async () => {
    const world = await worldOf();
    await world.tamper(0, 39, bump);
    assert.equal((await world.verify()).equal, true);
    const { equal, kept, parted } = await world.verify(true);
    assert.deepEqual([equal, parted], [true, []]);
    assert.deepEqual(
      kept!.faults.map(({ position, fault }) => [position, fault.slice(0, 26)]),
      [
        ['0:39', 'it does not hold what it w'],
        ['0:69', 'its parent is another file'],
        ['0:39', 'its state is not what a cl'],
      ],
    );
  });

  it('finds links that name other settings, another journal, another kernel, and what does not read', async () => {
    const link = (change: object) => (checkpoint: Checkpoint) => ({
      ...checkpoint,
      manifest: {
        ...checkpoint.manifest,
        link: { ...checkpoint.manifest.link!, ...change },
      },
    });
    const cases: readonly [(checkpoint: Checkpoint) => Checkpoint, RegExp][] = [
      [link({ settingsSha256: '0'.repeat(64) }), /other settings/],
      [link({ logSha256: '0'.repeat(64) }), /another journal/],
      [
        (checkpoint) => ({
          ...checkpoint,
          manifest: { ...checkpoint.manifest, sequence: 7 },
        }),
        /does not read as it was written/,
      ],
    ];
    for (const [change, fault] of cases) {
      const world = await worldOf();
      await world.tamper(0, 99, change);
      const { equal, kept } = await world.verify(true);
      assert.equal(equal, true);
      assert.equal(kept!.faults.length, 1, JSON.stringify(kept));
      assert.match(kept!.faults[0]!.fault, fault);
    }
    const world = await worldOf();
    await world.tamper(0, 99, link({ kernelSha256: null }));
    const { kept } = await world.verify(true);
    assert.deepEqual([kept!.faults, kept!.otherKernel], [[], 1]);
  });
});
