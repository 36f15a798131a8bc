import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PartitionRuntime } from '../../actors/runtime/partition.ts';
import { sequence } from '../../events/position.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../model/safetensors.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { combineStateHashes } from '../../model/state-hash.ts';
import { DeltaMirror } from '../doubles/delta-mirror.ts';
import { definitionOf, PartitionRig, RIG_BLEND, type Told } from '../doubles/partition-rig.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';
import { inBatches, inventEvents } from './stream.ts';

const VERSIONS = [
  definitionOf('gmf'),
  definitionOf('isgd', { learner: 'isgd' }),
  definitionOf('blend', RIG_BLEND),
];
const EVENTS = 220;
const RUNS = { numRuns: 12, seed: 20_260_701 };

async function rigOf(
  seed: number,
  partitions: number,
  told: readonly Told[],
  batchMax = 40,
): Promise<PartitionRig> {
  const rig = await PartitionRig.create(partitions, seed);
  for (const batch of inBatches(new SeededRandom(seed), told, batchMax)) await rig.tell(...batch);
  return rig;
}

/** Runs a partition to its head in slices of random length, as live does. */
async function live(
  rig: PartitionRig,
  runtime: PartitionRuntime,
  random: SeededRandom,
): Promise<PartitionRuntime> {
  const head = rig.journal.head(runtime.partition);
  while (runtime.position < head) {
    const block = await rig.journal.read(runtime.partition, runtime.preparedTo);
    if (block !== undefined && runtime.hasRoom(block.count)) await runtime.prepare(block);
    const until = sequence(runtime.position + 1 + random.below(50));
    while (runtime.run(rig.nowMs, random.below(2) === 0 ? until : undefined) !== 'done');
  }
  return runtime;
}

/** As a file would hold it. */
function stored(checkpoint: Checkpoint): Checkpoint {
  return decodeCheckpoint(Buffer.concat([...encodeCheckpoint(checkpoint)]));
}

/** A property of a seed, for every learner and for one and two partitions. */
function holds(
  what: string,
  check: (seed: number, partitions: number, v: number) => Promise<void>,
) {
  for (const [v, { version }] of VERSIONS.entries()) {
    for (const partitions of [1, 2]) {
      it(`${what} (${version}, ${partitions} partitions)`, async () => {
        const property = fc.asyncProperty(fc.nat(), (seed) => check(seed, partitions, v));
        await fc.assert(property, RUNS);
      });
    }
  }
}

describe('replay', () => {
  holds(
    'arrives where live is, however both are cut into blocks and slices',
    async (seed, n, v) => {
      const random = new SeededRandom(seed);
      const told = inventEvents(random, EVENTS);
      const rig = await rigOf(seed, n, told);
      const hashes: string[] = [];
      for (let partition = 0; partition < n; partition++) {
        const runtime = rig.runtime(VERSIONS[v]!, partition, { mailboxMessagesMax: 60 });
        hashes.push(await rig.hash(await live(rig, runtime, random)));
      }
      // Other surrogates, other blocks: neither has a part in the state.
      const other = await rigOf(seed + 1, n, told, 7);
      assert.equal(combineStateHashes(hashes), await other.cleanHash(VERSIONS[v]!));
    },
  );

  holds('goes on from a checkpoint as if nothing had been', async (seed, n, v) => {
    const random = new SeededRandom(seed);
    const rig = await rigOf(seed, n, inventEvents(random, EVENTS));
    for (let partition = 0; partition < n; partition++) {
      const whole = await rig.replay(rig.runtime(VERSIONS[v]!, partition));
      const cut = sequence(random.below(rig.journal.head(partition) + 1));
      const half = await rig.replay(rig.runtime(VERSIONS[v]!, partition), cut);
      const bounds = { activeActorsMax: 1 + random.below(5) };
      const checkpoint = stored(await half.capture('parent'));
      const deps = rig.deps(VERSIONS[v]!, partition, bounds);
      const restored = await PartitionRuntime.restore(deps, checkpoint);
      assert.equal(restored.position, cut);
      assert.equal(await rig.hash(restored), await rig.hash(half));
      await live(rig, restored, random);
      assert.equal(await rig.hash(restored), await rig.hash(whole));
      const [left, right] = [await restored.capture(), await whole.capture()];
      assert.deepEqual(left.tensors, right.tensors);
      assert.deepEqual(left.manifest, right.manifest);
    }
  });

  holds('does not depend on how many actors are active', async (seed, n, v) => {
    const random = new SeededRandom(seed);
    const rig = await rigOf(seed, n, inventEvents(random, EVENTS));
    for (let partition = 0; partition < n; partition++) {
      const few = rig.runtime(VERSIONS[v]!, partition, { activeActorsMax: 1 + random.below(4) });
      const all = await rig.replay(rig.runtime(VERSIONS[v]!, partition));
      await live(rig, few, random);
      assert.equal(await rig.hash(few), await rig.hash(all));
      assert.ok(few.counters.activeActors <= 4);
      assert.deepEqual((await few.capture()).tensors, (await all.capture()).tensors);
    }
  });

  holds('leaves an erased user out as if they had never been', async (seed, n, v) => {
    const random = new SeededRandom(seed);
    const told = inventEvents(random, EVENTS);
    const rig = await rigOf(seed, n, told);
    const { user } = told[random.below(told.length)]!;
    const { surrogate } = (await rig.identities.find(user))!;
    await rig.identities.remove(user);
    await rig.publish({ kind: 'UserErased', user: surrogate, timeMs: 0 }, 'erased');
    const without = await rigOf(
      seed + 1,
      n,
      told.filter((each) => each.user !== user),
    );
    assert.equal(await rig.cleanHash(VERSIONS[v]!), await without.cleanHash(VERSIONS[v]!));
  });

  holds('tells readers all that it changes', async (seed, n, v) => {
    const random = new SeededRandom(seed);
    const rig = await rigOf(seed, n, inventEvents(random, EVENTS));
    for (let partition = 0; partition < n; partition++) {
      const bounds = { activeActorsMax: 3 };
      const actors = { seenItemsMax: 6, recentItemsMax: 3 };
      const runtime = rig.runtime({ ...VERSIONS[v]!, actors }, partition, bounds);
      const mirror = new DeltaMirror();
      mirror.apply(runtime.takeDelta());
      const head = rig.journal.head(partition);
      while (runtime.position < head) {
        await rig.replay(runtime, sequence(Math.min(head, runtime.position + random.below(40))));
        mirror.apply(runtime.takeDelta());
      }
      const whole = new DeltaMirror();
      whole.apply(await runtime.takeWhole());
      assert.deepEqual(mirror.content(), whole.content());
    }
  });
});
