import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { replayTogether } from '../../activities/replay/replay-together.ts';
import { ScratchMerges } from '../../activities/merges/scratch-merges.ts';
import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import { PartitionRuntime } from '../../actors/runtime/partition.ts';
import { TENSOR } from '../../actors/runtime/partition-checkpoint.ts';
import { sequence } from '../../events/position.ts';
import { unpackIds } from '../../model/item-ids.ts';
import { mergeContributions, type Contribution, type Merge } from '../../model/merge.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../model/safetensors.ts';
import type { LearnerSettings } from '../../model/settings.ts';
import { combineStateHashes } from '../../model/state-hash.ts';
import { atOnce } from '../../model/steps.ts';
import { DeltaMirror } from '../doubles/delta-mirror.ts';
import { definitionOf, PartitionRig, RIG_BLEND } from '../doubles/partition-rig.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';
import { inventEvents } from './stream.ts';

/** The learners that the seeds take by turns. */
const SETTINGS: readonly Partial<LearnerSettings>[] = [
  RIG_BLEND,
  { learner: 'gmf' },
  { learner: 'isgd' },
];
const TURNS = 160;
const NEVER = new AbortController().signal;
const yieldNow = () => Promise.resolve();

/** Partitions that go on at random, each at its own pace, over a store of merges that outlives their kills. */
class Lives {
  readonly rig: PartitionRig;
  readonly definition: VersionDefinition;
  readonly runtimes: PartitionRuntime[];
  readonly mirrors: DeltaMirror[];
  readonly #random: SeededRandom;
  readonly #files: Uint8Array[][];
  readonly #given = new Map<number, Contribution[]>();
  readonly #merges = new Map<number, Merge>();
  barriers = 0;
  kills = 0;
  waits = 0;

  constructor(rig: PartitionRig, random: SeededRandom, definition: VersionDefinition) {
    this.rig = rig;
    this.definition = definition;
    this.#random = random;
    this.runtimes = definition.start.map((_, partition) => rig.runtime(definition, partition));
    this.mirrors = definition.start.map(() => new DeltaMirror());
    this.#files = definition.start.map(() => []);
  }

  async turn(): Promise<void> {
    const draw = this.#random.below(20);
    const partition = this.#random.below(this.runtimes.length);
    if (draw < 1) await this.#publish();
    else if (draw < 3) await this.#tell();
    else if (draw < 6) await this.setBarrier();
    else if (draw < 15) await this.#goOn(partition, 1 + this.#random.below(30));
    else if (draw < 18) await this.#checkpoint(partition);
    else await this.#kill(partition);
  }

  async finish(): Promise<void> {
    const isDone = () =>
      this.runtimes.every(
        ({ partition, position }) => position === this.rig.journal.head(partition),
      );
    for (let round = 0; !isDone(); round++) {
      assert.ok(round < 10_000, 'the partitions wait for each other for ever');
      for (const { partition } of this.runtimes) await this.#goOn(partition, Infinity);
    }
  }

  async setBarrier(): Promise<void> {
    const barrier = ++this.barriers;
    await this.rig.publish({ kind: 'BarrierSet', barrier, timeMs: 0 }, `barrier ${barrier}`);
  }

  async #tell(): Promise<void> {
    const prefix = `${this.#random.next()}`;
    const told = inventEvents(this.#random, 1 + this.#random.below(60));
    await this.rig.tell(...told.map((each) => ({ ...each, id: `${prefix} ${each.id ?? ''}` })));
  }

  /** Items with attributes in common, so that new ones start elsewhere than at their seeds. */
  async #publish(): Promise<void> {
    const [{ item } = { item: '' }] = inventEvents(this.#random, 1);
    const tags = ['a', 'b', 'c'].slice(this.#random.below(3));
    const fact = { kind: 'ItemPublished', item, metadata: { tags }, timeMs: 0 } as const;
    await this.rig.publish(fact, `published ${String(this.#random.next())}`);
  }

  async #goOn(partition: number, events: number): Promise<void> {
    const runtime = this.runtimes[partition]!;
    const until = Math.min(runtime.position + events, this.rig.journal.head(partition));
    while (runtime.position < until) {
      if (runtime.preparedTo === runtime.position) {
        await runtime.prepare((await this.rig.journal.read(partition, runtime.position))!);
      }
      const outcome = runtime.run('all', sequence(until));
      if (typeof outcome !== 'object' || 'switch' in outcome) continue;
      const before = outcome.needs === undefined ? undefined : this.#merges.get(outcome.needs);
      if (outcome.needs !== undefined && before === undefined) {
        this.waits++;
        break;
      }
      this.#give(await runtime.passBarrier(before));
    }
    if (this.#random.below(2) === 0) this.mirrors[partition]!.apply(runtime.takeDelta());
  }

  #give(contribution: Contribution | undefined): void {
    if (contribution === undefined || this.#merges.has(contribution.barrier)) return;
    const given = this.#given.get(contribution.barrier) ?? [];
    this.#given.set(contribution.barrier, [
      contribution,
      ...given.filter(({ partition }) => partition !== contribution.partition),
    ]);
    const all = this.#given.get(contribution.barrier)!;
    if (all.length < this.runtimes.length) return;
    this.#merges.set(contribution.barrier, atOnce(mergeContributions(all)));
    this.#given.delete(contribution.barrier);
  }

  async #checkpoint(partition: number): Promise<void> {
    const captured = await this.runtimes[partition]!.capture();
    this.#files[partition]!.push(Buffer.concat([...encodeCheckpoint(captured)]));
  }

  /** What was in memory is gone, and what the partition gave, unless it was merged. */
  async #kill(partition: number): Promise<void> {
    this.kills++;
    for (const [barrier, given] of this.#given) {
      this.#given.set(
        barrier,
        given.filter((each) => each.partition !== partition),
      );
    }
    const files = this.#files[partition]!;
    if (this.#random.below(3) === 0) files.pop();
    const file = files.at(-1);
    const deps = this.rig.deps(this.definition, partition);
    const runtime =
      file === undefined
        ? new PartitionRuntime(deps)
        : await PartitionRuntime.restore(deps, decodeCheckpoint(file));
    this.runtimes[partition] = runtime;
    this.mirrors[partition] = new DeltaMirror();
    this.#give(runtime.contribution);
  }
}

async function cleanHashes(rig: PartitionRig, definition: VersionDefinition): Promise<string[]> {
  const { journal, clock } = rig;
  const partitions = definition.start.length;
  const merges = new ScratchMerges({ partitions, yieldNow });
  const hashes = await replayTogether(
    { journal, versions: undefined, sink: undefined, yieldNow, sliceMsMax: 8, clock, merges },
    definition.start.map((_, partition) => ({
      runtime: rig.runtime(definition, partition),
      until: journal.head(partition),
      visit: (runtime: PartitionRuntime) => rig.hash(runtime),
    })),
    NEVER,
  );
  return hashes.map((hash) => hash!);
}

/** Every item's vector and bias. */
async function itemRows(runtime: PartitionRuntime): Promise<Map<string, number[]>> {
  const { tensors } = await runtime.capture();
  const vectors = tensors[TENSOR.itemVectors]!;
  const width = vectors.shape[1]!;
  const items = unpackIds(tensors[TENSOR.itemIds], tensors[TENSOR.itemOffsets])!;
  const rows = items.map((item, row): [string, number[]] => [
    item,
    [
      ...vectors.data.subarray(row * width, (row + 1) * width),
      tensors[TENSOR.itemBias]!.data[row]!,
    ],
  ]);
  return new Map(rows.sort(([left], [right]) => (left < right ? -1 : 1)));
}

describe('partitions that merge at barriers', () => {
  for (const partitions of [1, 2, 4, 8]) {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const settings = SETTINGS[seed % SETTINGS.length]!;
      const learner = String(settings.learner);
      it(`end where a clean replay does (${partitions} partitions, ${learner}, seed ${seed})`, async () => {
        const random = new SeededRandom(seed * 100 + partitions);
        const rig = await PartitionRig.create(partitions, seed);
        const definition = definitionOf('v1', settings, partitions);
        const lives = new Lives(rig, random, definition);
        for (let turn = 0; turn < TURNS; turn++) await lives.turn();
        await lives.finish();
        assert.ok(lives.kills > 0 && lives.barriers > 3, 'the seed kills and sets barriers');
        assert.ok(partitions === 1 || lives.waits > 0, 'somebody waited');
        const hashes = await Promise.all(lives.runtimes.map((runtime) => rig.hash(runtime)));
        const clean = await cleanHashes(rig, definition);
        assert.deepEqual(hashes, clean);
        assert.equal(combineStateHashes(hashes), combineStateHashes(clean));
        for (const [partition, mirror] of lives.mirrors.entries()) {
          const runtime = lives.runtimes[partition]!;
          mirror.apply(runtime.takeDelta());
          const whole = new DeltaMirror();
          whole.apply(await runtime.takeWhole());
          assert.deepEqual(mirror.content(), whole.content());
        }
      });
    }
  }

  it('know after a barrier more what the others had learned before', async () => {
    const rig = await PartitionRig.create(4, 7);
    const lives = new Lives(rig, new SeededRandom(7), definitionOf('v1', {}, 4));
    await rig.tell(...inventEvents(new SeededRandom(7), 400));
    await lives.setBarrier();
    await lives.setBarrier();
    await lives.finish();
    const [first, ...others] = await Promise.all(lives.runtimes.map(itemRows));
    assert.ok(first!.size > 1);
    for (const other of others) assert.deepEqual(other, first);
  });
});
