import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { orderedJournal, ORDERED_ROWS_MAX } from '../../../activities/replay/ordered-journal.ts';
import { replayTogether } from '../../../activities/replay/replay-together.ts';
import { ScratchMerges } from '../../../activities/merges/scratch-merges.ts';
import { sortByTime } from '../../../activities/replay/time-order.ts';
import type { VersionDefinition } from '../../../actors/runtime/definition.ts';
import type { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import { partitionOf } from '../../../events/partition-of.ts';
import { sequence } from '../../../events/position.ts';
import type { LearnerSettings } from '../../../model/settings.ts';
import { combineStateHashes } from '../../../model/state-hash.ts';
import { atOnce } from '../../../model/steps.ts';
import { definitionOf, PartitionRig, RIG_BLEND, type Told } from '../../doubles/partition-rig.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';
import { inBatches, inventEvents } from '../../simulation/stream.ts';

const NEVER = new AbortController().signal;
const yieldNow = () => Promise.resolve();
const LEARNERS: readonly Partial<LearnerSettings>[] = [
  { learner: 'gmf' },
  { learner: 'isgd' },
  RIG_BLEND,
];

function shuffled<T>(values: readonly T[], random: SeededRandom): T[] {
  const all = [...values];
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    [all[at], all[other]] = [all[other]!, all[at]!];
  }
  return all;
}

/** By time, those of one time as they came; what has no time comes last. */
function inTimeOrder(told: readonly Told[]): Told[] {
  const timeOf = ({ timeMs = 0 }: Told) => (Number.isNaN(timeMs) ? Infinity : timeMs);
  return [...told].sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : 0));
}

/** Tells batches with a barrier after each. */
async function rigOf(batches: readonly (readonly Told[])[], partitions: number, seed: number) {
  const rig = await PartitionRig.create(partitions, seed);
  for (const [at, batch] of batches.entries()) {
    await rig.tell(...batch);
    await rig.publish({ kind: 'BarrierSet', barrier: at + 1, timeMs: 0 }, `barrier ${at}`);
  }
  return rig;
}

/** The same events in time order, as many of each partition between two barriers. */
function reordered(batches: readonly (readonly Told[])[], partitions: number): Told[][] {
  const lanes = Array.from({ length: partitions }, (_, partition) => {
    const own = batches.flat().filter(({ user }) => partitionOf(user, partitions) === partition);
    return inTimeOrder(own).values();
  });
  return batches.map((batch) =>
    batch.map(({ user }) => lanes[partitionOf(user, partitions)]!.next().value!),
  );
}

/** The state at the heads, by a replay of all partitions as the definition says. */
async function replayed(rig: PartitionRig, definition: VersionDefinition): Promise<string> {
  const { clock } = rig;
  const isErased = (surrogate: Uint8Array) => rig.journal.isErased(surrogate);
  const journal = orderedJournal({ journal: rig.journal, isErased, yieldNow }, definition);
  const merges = new ScratchMerges({ partitions: definition.start.length, yieldNow });
  const hashes = await replayTogether(
    { journal, versions: undefined, sink: undefined, yieldNow, sliceMsMax: 8, clock, merges },
    definition.start.map((_, partition) => ({
      runtime: rig.runtime(definition, partition),
      until: journal.head(partition),
      visit: (runtime: PartitionRuntime) => rig.hash(runtime),
    })),
    NEVER,
  );
  return combineStateHashes(hashes.map((hash) => hash!));
}

function headsOf({ journal }: PartitionRig): number[] {
  return Array.from({ length: journal.partitions }, (_, partition) => journal.head(partition));
}

describe('a version that learns in the order of event times', () => {
  for (const partitions of [1, 2]) {
    for (const learner of LEARNERS) {
      const name = `${learner.learner}, ${partitions} partitions`;
      it(`has the state of a journal that was told in that order (${name})`, async () => {
        const property = fc.asyncProperty(fc.nat(), async (seed) => {
          const random = new SeededRandom(seed);
          const batches = inBatches(random, shuffled(inventEvents(random, 300), random), 40);
          const late = await rigOf(batches, partitions, seed);
          const inTime = await rigOf(reordered(batches, partitions), partitions, seed + 1);
          const definition = definitionOf('v1', learner, partitions);
          const ordered = { ...definition, timeOrderedTo: headsOf(late) };
          const hash = await replayed(late, ordered);
          assert.equal(hash, await replayed(inTime, definition));
          // In time already, nothing moves.
          assert.equal(
            hash,
            await replayed(inTime, { ...definition, timeOrderedTo: headsOf(inTime) }),
          );
          assert.notEqual(hash, await replayed(late, definition));
        });
        await fc.assert(property, { numRuns: 6, seed: 20_261_128 });
      });
    }
  }

  it('goes on in the order of the journal after the events that it orders', async () => {
    const random = new SeededRandom(3);
    const told = shuffled(inventEvents(random, 240), random);
    const [first, rest] = [told.slice(0, 150), told.slice(150)];
    const rig = await rigOf([first, rest], 1, 3);
    const other = await rigOf([inTimeOrder(first), rest], 1, 4);
    const definition = definitionOf('v1', {}, 1);
    const ordered = { ...definition, timeOrderedTo: [149] };
    assert.equal(await replayed(rig, ordered), await replayed(other, definition));
  });

  it('leaves erased and quarantined events out as if they had never been', async () => {
    const random = new SeededRandom(5);
    const batches = inBatches(random, shuffled(inventEvents(random, 400), random), 40);
    const [gone = '', left = ''] = new Set(batches.flat().map(({ user }) => user));
    const without = batches.map((batch) =>
      batch.filter(({ user }) => user !== gone && user !== left),
    );
    const rig = await rigOf(batches, 2, 5);
    const other = await rigOf(without, 2, 6);
    const definition = definitionOf('v1', {}, 2);
    const leftOut = [
      {
        quarantine: 'q1',
        users: [(await rig.identities.find(left))!.surrogate],
        from: [-1, -1],
        to: headsOf(rig),
      },
    ];
    const { surrogate } = (await rig.identities.find(gone))!;
    const timeOrderedTo = headsOf(rig);
    await rig.identities.remove(gone);
    await rig.publish({ kind: 'UserErased', user: surrogate, timeMs: 0 }, 'erased');
    assert.equal(
      await replayed(rig, { ...definition, leftOut, timeOrderedTo }),
      await replayed(other, { ...definition, timeOrderedTo: headsOf(other) }),
    );
  });

  it('names refused events by where they stand in the journal', async () => {
    const rig = await PartitionRig.create(1, 7);
    const types = ['play', 'yodel', 'play'];
    await rig.tell(
      ...types.map((type, at) => ({ user: 'ann', item: `${at}`, type, timeMs: 9_000 - at })),
    );
    const definition = { ...definitionOf('v1', {}, 1), timeOrderedTo: [2] };
    const isErased = () => Promise.resolve(false);
    const journal = orderedJournal({ journal: rig.journal, isErased, yieldNow }, definition);
    const runtime = rig.runtime(definition);
    await runtime.prepare((await journal.read(0, sequence(-1)))!);
    runtime.run('all');
    assert.deepEqual(
      runtime.deadLetters.map(({ sequence: at, type }) => [at, type]),
      [[1, 'yodel']],
    );
  });

  it('reads more events than one pass gathers, each once and in order', async () => {
    const count = ORDERED_ROWS_MAX + 5_000;
    const random = new SeededRandom(9);
    const rig = await PartitionRig.create(1, 9);
    const told = Array.from({ length: count }, (_, at) => ({
      ...{ id: `e${at}`, user: `u${at % 50}`, item: `i${at % 70}` },
      timeMs: random.below(40_000),
    }));
    for (let at = 0; at < count; at += 5_000) await rig.tell(...told.slice(at, at + 5_000));
    const definition = { ...definitionOf('v1', {}, 1), timeOrderedTo: [count - 1] };
    const isErased = () => Promise.resolve(false);
    const journal = orderedJournal({ journal: rig.journal, isErased, yieldNow }, definition);
    const places: number[] = [];
    for (let after = sequence(-1); after < count - 1;) {
      const block = (await journal.read(0, after))!;
      assert.equal(block.firstSequence, after + 1);
      places.push(...block.places!);
      const [row, place] = [block.count - 1, block.places!.at(-1)!];
      assert.equal(block.items[block.item[row]!], told[place]!.item);
      const { surrogate } = (await rig.identities.find(told[place]!.user))!;
      assert.deepEqual((block.fact(row) as { user?: string }).user, surrogate);
      after = sequence(after + block.count);
    }
    const expected = told
      .map(({ timeMs }, at) => ({ timeMs, at }))
      .sort((a, b) => a.timeMs - b.timeMs || a.at - b.at);
    assert.deepEqual(
      places,
      expected.map(({ at }) => at),
    );
  });

  it('sorts as a stable sort does', () => {
    const numbers = fc.array(fc.nat(20), { maxLength: 200 });
    fc.assert(
      fc.property(numbers, (drawn) => {
        const times = Float64Array.from(drawn);
        const rows = Uint32Array.from(times.keys());
        const expected = [...times.keys()].sort((a, b) => times[a]! - times[b]!);
        assert.deepEqual([...atOnce(sortByTime(rows, times))], expected);
        assert.deepEqual([...rows], [...times.keys()], 'what was given stays');
      }),
    );
  });
});
