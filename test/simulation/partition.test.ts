import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { follow } from '../../activities/replay/follower.ts';
import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import { PartitionRuntime } from '../../actors/runtime/partition.ts';
import type { Sequence } from '../../events/position.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../model/safetensors.ts';
import { DeltaMirror } from '../doubles/delta-mirror.ts';
import { definitionOf, PartitionRig, RIG_BLEND } from '../doubles/partition-rig.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';
import { inventEvents } from './stream.ts';

const SEEDS = [1, 2, 3, 4, 5, 6];
const TURNS = 60;
const DEFINITIONS: readonly VersionDefinition[] = [
  definitionOf('first'),
  definitionOf('second', { learningRate: 0.3 }),
  definitionOf('third', { learner: 'isgd', dimensions: 4 }),
  definitionOf('fourth', RIG_BLEND),
];

/** One partition's life, made up from a seed: events, slices, checkpoints, kills, promotions. */
class Life {
  readonly rig: PartitionRig;
  readonly #random: SeededRandom;
  readonly #partition: number;
  #runtime: PartitionRuntime;
  #promotions = 0;
  /** Encoded checkpoints, as on a disk, with the version that each is of. */
  readonly #files: { readonly version: VersionDefinition; readonly bytes: Uint8Array }[] = [];
  mirror = new DeltaMirror();
  kills = 0;
  restores = 0;

  constructor(rig: PartitionRig, random: SeededRandom, partition: number) {
    this.rig = rig;
    this.#random = random;
    this.#partition = partition;
    this.#runtime = this.#fresh(DEFINITIONS[0]!);
  }

  get runtime(): PartitionRuntime {
    return this.#runtime;
  }

  async turn(): Promise<void> {
    const draw = this.#random.below(20);
    if (draw < 6) await this.#tell();
    else if (draw < 15) await this.#follow(false);
    else if (draw < 17) await this.#checkpoint();
    else if (draw < 19) await this.#kill();
    else await this.#promote();
  }

  /** Goes on to the head, undisturbed. */
  finish(): Promise<void> {
    return this.#follow(true);
  }

  async #tell(): Promise<void> {
    const count = 1 + this.#random.below(80);
    const prefix = `${this.#random.next()}`;
    const told = inventEvents(this.#random, count);
    await this.rig.tell(...told.map((each) => ({ ...each, id: `${prefix} ${each.id ?? ''}` })));
  }

  async #follow(toHead: boolean): Promise<void> {
    const end = new AbortController();
    let yieldsLeft = toHead ? Infinity : this.#random.below(6);
    const { journal, clock } = this.rig;
    const yieldNow = () => {
      if (yieldsLeft-- <= 0) end.abort();
      return Promise.resolve();
    };
    const versions = { runtimeAt: this.#runtimeAt.bind(this) };
    const sink = this.mirror.apply.bind(this.mirror);
    this.#runtime = await follow(
      { journal, runtime: this.#runtime, versions, sink, yieldNow, sliceMsMax: 4, clock },
      { until: journal.head(this.#partition), signal: end.signal },
    );
  }

  async #checkpoint(): Promise<void> {
    const bytes = Buffer.concat([...encodeCheckpoint(await this.#runtime.capture())]);
    this.#files.push({ version: this.#runtime.definition, bytes });
  }

  /** What was in memory is gone; now and then the newest file is damaged too. */
  async #kill(): Promise<void> {
    this.kills++;
    const newest = this.#files.at(-1);
    if (newest !== undefined && this.#random.below(3) === 0) {
      newest.bytes[this.#random.below(newest.bytes.length)]! ^= 0x10;
    }
    this.mirror = new DeltaMirror();
    this.#runtime = await this.#recover();
  }

  async #recover(): Promise<PartitionRuntime> {
    for (let file = this.#files.pop(); file !== undefined; file = this.#files.pop()) {
      let checkpoint: Checkpoint;
      try {
        checkpoint = decodeCheckpoint(file.bytes);
      } catch (error) {
        assert.equal((error as { code?: unknown }).code, 'DAMAGED');
        continue;
      }
      this.restores++;
      this.#files.push(file);
      return PartitionRuntime.restore(this.#deps(file.version), checkpoint);
    }
    return this.#fresh(DEFINITIONS[0]!);
  }

  async #promote(): Promise<void> {
    const { version } = DEFINITIONS[this.#random.below(DEFINITIONS.length)]!;
    const settings = {};
    await this.rig.publish(
      { kind: 'ModelPromoted', version, baseSha256: [], start: [], settings, timeMs: 0 },
      `promotion ${this.#promotions++}`,
    );
  }

  #runtimeAt(version: string, _partition: number, at: Sequence): Promise<PartitionRuntime> {
    const definition = DEFINITIONS.find((each) => each.version === version)!;
    return this.rig.replay(this.#fresh(definition), at);
  }

  #fresh(definition: VersionDefinition): PartitionRuntime {
    return new PartitionRuntime(this.#deps(definition));
  }

  #deps(definition: VersionDefinition) {
    const activeActorsMax = 1 + this.#random.below(20);
    return this.rig.deps(definition, this.#partition, { activeActorsMax, deadLettersMax: 10_000 });
  }
}

describe('a partition under kills, checkpoints and promotions', () => {
  for (const seed of SEEDS) {
    const partitions = 1 + (seed % 2);
    it(`ends where a clean replay does (seed ${seed}, ${partitions} partitions)`, async () => {
      const random = new SeededRandom(seed);
      const rig = await PartitionRig.create(partitions, seed);
      rig.lookMs = 1;
      const life = new Life(rig, random, partitions - 1);
      for (let turn = 0; turn < TURNS; turn++) await life.turn();
      await life.finish();
      const { runtime, mirror } = life;
      assert.equal(runtime.position, rig.journal.head(partitions - 1));
      assert.ok(life.kills > 0, 'the seed kills');
      const clean = rig.runtime(runtime.definition, partitions - 1, { deadLettersMax: 10_000 });
      await rig.replay(clean);
      assert.equal(await rig.hash(runtime), await rig.hash(clean));
      assert.deepEqual(
        { ...runtime.counters, activeActors: 0, passivations: 0 },
        { ...clean.counters, activeActors: 0, passivations: 0 },
      );
      assert.deepEqual(runtime.deadLetters, clean.deadLetters);
      const whole = new DeltaMirror();
      whole.apply(await clean.takeWhole());
      assert.deepEqual(mirror.content(), whole.content());
    });
  }
});
