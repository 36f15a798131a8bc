import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CheckpointLinks } from '../../../activities/replay/checkpoint-links.ts';
import { FigureKeeping, FIGURES_KEPT_MAX } from '../../../activities/versions/figure-keeping.ts';
import { follow } from '../../../activities/replay/follower.ts';
import {
  SHADOW_CHECKPOINTS_KEPT_MAX,
  ShadowKeeping,
  SHADOWS_LEFT_MAX,
} from '../../../activities/versions/shadow-keeping.ts';
import { ShadowPace } from '../../../activities/versions/shadow-pace.ts';
import { resumeShadow } from '../../../activities/versions/shadow-resuming.ts';
import { Shadows } from '../../../activities/versions/shadows.ts';
import type { VersionDefinition } from '../../../actors/runtime/definition.ts';
import { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import { openCheckpoints } from '../../../adapters/embedded/checkpoints.ts';
import { sequence } from '../../../events/position.ts';
import type { Sequence } from '../../../events/position.ts';
import type { LearnerSettings } from '../../../model/settings.ts';
import { PrequentialMetricsBook } from '../../../processes/core/prequential-metrics.ts';
import { temporaryFolder } from '../../adapters/temporary-folder.ts';
import { definitionOf, PartitionRig, RIG_BLEND } from '../../doubles/partition-rig.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';
import { somePlays } from '../../doubles/training-world.ts';

const yieldNow = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A journal that grows, with live partitions that stand where a test puts them. */
class Stream {
  readonly rig: PartitionRig;
  readonly partitions: number;
  readonly learner: Partial<LearnerSettings>;
  readonly stands: Sequence[];
  #told = 0;
  #barrier = 0;

  constructor(rig: PartitionRig, partitions: number, learner: Partial<LearnerSettings>) {
    this.rig = rig;
    this.partitions = partitions;
    this.learner = learner;
    this.stands = new Array<Sequence>(partitions).fill(sequence(-1));
  }

  definition(version: string): VersionDefinition {
    return definitionOf(version, this.learner, this.partitions);
  }

  get journal() {
    // The journal in memory has no chain: where it stands and how much it holds tells it apart from another one.
    const { journal } = this.rig;
    return Object.assign(Object.create(journal) as typeof journal, {
      chainHash: (partition: number, at: number) => Promise.resolve(`${partition}:${at}`),
    });
  }

  async grow(count: number, withBarrier: boolean): Promise<void> {
    await this.rig.tell(...somePlays(count, this.#told));
    this.#told += count;
    if (!withBarrier || this.partitions === 1) return;
    this.#barrier += 1;
    const fact = { kind: 'BarrierSet', barrier: this.#barrier, timeMs: 0 } as const;
    await this.rig.publish(fact, `barrier ${this.#barrier}`);
  }

  liveAtHead(): void {
    for (const partition of this.stands.keys()) {
      this.stands[partition] = this.rig.journal.head(partition);
    }
  }
}

/** A core from its start to its kill, over what the ones before left in a folder. */
class Life {
  readonly stream: Stream;
  readonly shadows: Shadows;
  readonly book = new PrequentialMetricsBook(1);
  readonly keeping: ShadowKeeping;
  readonly figures: FigureKeeping;
  readonly store: ReturnType<typeof openCheckpoints>;
  readonly damaged: string[] = [];
  readonly failures: unknown[] = [];
  /** Where each version went on. */
  readonly resumed = new Map<string, readonly number[]>();
  /** Checkpoints that are written before the kill. */
  writesLeft = Infinity;

  constructor(stream: Stream, folder: string) {
    const { rig, partitions, stands, journal } = stream;
    this.stream = stream;
    const onDamaged = (path: string) => this.damaged.push(path);
    this.store = openCheckpoints({
      folder: `${folder}/shadows`,
      checkpointsKeptMax: SHADOW_CHECKPOINTS_KEPT_MAX,
      onDamaged,
    });
    const files = openCheckpoints({
      folder: `${folder}/figures`,
      checkpointsKeptMax: FIGURES_KEPT_MAX,
      onDamaged,
    });
    this.figures = new FigureKeeping({ book: this.book, store: files });
    const maker = {
      create: (definition: VersionDefinition, partition: number) =>
        rig.runtime(definition, partition),
      restore: (...[definition, partition, checkpoint]: RestoreArguments) =>
        PartitionRuntime.restore(rig.deps(definition, partition), checkpoint),
    };
    this.shadows = new Shadows({
      ...{ journal: rig.journal, partitions, follow, yieldNow, sliceMsMax: 8, clock: rig.clock },
      pace: new ShadowPace({ clock: rig.clock, yieldNow, sleep: async () => yieldNow() }),
      start: (version, partition) =>
        Promise.resolve(rig.runtime(stream.definition(version), partition)),
      resume: async (version) => {
        const deps = { checkpoints: this.store, journal, maker };
        const runtimes = await resumeShadow(deps, stream.definition(version));
        if (runtimes)
          this.resumed.set(
            version,
            runtimes.map(({ position }) => position),
          );
        return runtimes;
      },
      livePosition: (partition) => stands[partition]!,
      observerOf: (version) => this.book.observerOf(version),
      onError: (error) => this.failures.push(error),
    });
    const registry = {
      get: (version: string) =>
        Promise.resolve({
          definition: stream.definition(version),
          ...{ parent: null, createdMs: 0, trainedBy: null, metrics: {} },
        }),
    };
    const links = new CheckpointLinks({
      ...{ checkpoints: this.store, journal, registry, kernelSha256: null },
      rowsAt: () => undefined,
    });
    this.keeping = new ShadowKeeping({
      shadows: this.shadows,
      figures: this.figures,
      links: {
        save: (checkpoint) => {
          this.writesLeft -= 1;
          if (this.writesLeft < 0) return Promise.reject(new Error('killed'));
          return links.save(checkpoint);
        },
      },
      ...{ store: this.store, clock: rig.clock },
    });
  }

  static async begin(stream: Stream, folder: string, ...versions: string[]): Promise<Life> {
    const life = new Life(stream, folder);
    await life.figures.load(versions);
    for (const version of versions) await life.shadows.hold(version);
    return life;
  }

  /** Waits until a version stands where the live partitions do; the test's own time-out ends a wait for ever. */
  async caughtUp(version: string): Promise<void> {
    this.shadows.wake();
    const there = JSON.stringify(this.stream.stands);
    while (JSON.stringify(this.shadows.positions(version)) !== there) {
      assert.deepEqual(this.failures, []);
      await sleep(1);
    }
  }

  async hashes(version: string): Promise<readonly (string | undefined)[]> {
    const partitions = Array.from({ length: this.stream.partitions }, (_, partition) => partition);
    return Promise.all(
      partitions.map((partition) =>
        this.shadows.visit(version, partition, (runtime) => this.stream.rig.hash(runtime)),
      ),
    );
  }

  /** What was seen of a version, whatever the order in which its partitions were. */
  seen(version: string): unknown {
    const { total, events, partitions } = this.book.observerOf(version).capture();
    return { total, partitions, events: [...events].sort((a, b) => a.key - b.key) };
  }

  async kept(version: string): Promise<readonly number[]> {
    const listed = await this.store.list(0);
    return listed.filter((one) => one.version === version).map((one) => one.sequence);
  }
}

type RestoreArguments = [VersionDefinition, number, Parameters<typeof PartitionRuntime.restore>[1]];

async function streamOf(partitions = 1, learner: Partial<LearnerSettings> = {}): Promise<Stream> {
  return new Stream(await PartitionRig.create(partitions), partitions, learner);
}

const WORLDS = [
  { name: 'gmf, 1 partition', partitions: 1, learner: {} },
  { name: 'gmf, 2 partitions', partitions: 2, learner: {} },
  { name: 'blend, 1 partition', partitions: 1, learner: RIG_BLEND },
  { name: 'blend, 2 partitions', partitions: 2, learner: RIG_BLEND },
] as const;

for (const { name, partitions, learner } of WORLDS) {
  describe(`a shadow that is killed again and again (${name})`, () => {
    for (const seed of [1, 2, 3]) {
      it(`comes where one that never was does, with the same figures (seed ${seed})`, async () => {
        const random = new SeededRandom(seed);
        const stream = await streamOf(partitions, learner);
        const never = await Life.begin(stream, await temporaryFolder(), 'v2');
        const folder = await temporaryFolder();
        let life = await Life.begin(stream, folder, 'v2');
        let resumed = 0;
        for (let turn = 0; turn < 14; turn += 1) {
          await stream.grow(5 + random.below(25), random.below(2) === 0);
          stream.liveAtHead();
          never.shadows.wake();
          life.shadows.wake();
          if (random.below(2) === 0) await life.caughtUp('v2');
          if (random.below(4) === 0) life.writesLeft = random.below(partitions);
          const keeping = life.keeping.look('all').catch((error: unknown) => {
            assert.equal((error as Error).message, 'killed');
          });
          if (random.below(2) === 0) await keeping;
          if (random.below(2) === 0) continue;
          await life.shadows.close();
          await keeping;
          assert.deepEqual([life.damaged, life.failures], [[], []]);
          life = await Life.begin(stream, folder, 'v2');
          if (life.resumed.has('v2')) resumed += 1;
        }
        for (const each of [never, life]) await each.caughtUp('v2');
        assert.ok(resumed > 0, 'it went on from what was kept at least once');
        assert.deepEqual(await life.hashes('v2'), await never.hashes('v2'));
        assert.deepEqual(life.seen('v2'), never.seen('v2'));
        if (partitions === 1) {
          assert.deepEqual(
            (await life.hashes('v2'))[0],
            await stream.rig.hash(
              await stream.rig.replay(stream.rig.runtime(stream.definition('v2'))),
            ),
          );
        }
        for (const each of [never, life]) await each.shadows.close();
      });
    }
  });
}

describe('what is kept of shadows', () => {
  it('is of the newest places, and of few versions that are held no more', async () => {
    const stream = await streamOf();
    const life = await Life.begin(stream, await temporaryFolder(), 'v2');
    for (let turn = 0; turn < 4; turn += 1) {
      await stream.grow(10, false);
      stream.liveAtHead();
      await life.caughtUp('v2');
      await life.keeping.look('all');
    }
    assert.deepEqual(await life.kept('v2'), [39, 29]);
    for (const version of ['v3', 'v4', 'v5', 'v10']) {
      life.shadows.keepOnly(new Set());
      await life.shadows.hold(version);
      await life.caughtUp(version);
      await life.keeping.look('all');
    }
    await life.keeping.look();
    assert.equal(SHADOWS_LEFT_MAX, 3);
    assert.deepEqual(await life.store.versions(), ['v3', 'v4', 'v5', 'v10']);
    await life.shadows.close();
  });

  it('is kept when enough is new or enough time has passed, and not before', async () => {
    const stream = await streamOf();
    const life = await Life.begin(stream, await temporaryFolder(), 'v2');
    await stream.grow(10, false);
    stream.liveAtHead();
    await life.caughtUp('v2');
    await life.keeping.look();
    assert.deepEqual(await life.kept('v2'), []);
    stream.rig.nowMs += 60_000;
    await life.keeping.look();
    assert.deepEqual(await life.kept('v2'), [9]);
    stream.rig.nowMs += 60_000;
    await life.keeping.look();
    assert.deepEqual(await life.kept('v2'), [9], 'nothing is new');
    await life.shadows.close();
  });

  it('is passed over where it is damaged, or of another definition', async () => {
    const stream = await streamOf();
    const folder = await temporaryFolder();
    let life = await Life.begin(stream, folder, 'v2');
    for (let turn = 0; turn < 2; turn += 1) {
      await stream.grow(10, false);
      stream.liveAtHead();
      await life.caughtUp('v2');
      await life.keeping.look('all');
    }
    await life.shadows.close();
    const path = `${folder}/shadows/v2/p0-19.safetensors`;
    const bytes = await readFile(path);
    bytes[bytes.length - 5]! ^= 1;
    await writeFile(path, bytes);
    life = await Life.begin(stream, folder, 'v2');
    assert.deepEqual([life.resumed.get('v2'), life.damaged], [[9], [path]]);
    await life.caughtUp('v2');
    await life.shadows.close();
    const other = new Stream(stream.rig, 1, { learningRate: 0.5 });
    life = await Life.begin(other, folder, 'v2');
    assert.equal(life.resumed.has('v2'), false);
    await life.shadows.close();
  });

  it('is not written again while what is kept goes', async () => {
    const stream = await streamOf();
    const folder = await temporaryFolder();
    const life = await Life.begin(stream, folder, 'v2');
    await stream.grow(10, false);
    stream.liveAtHead();
    await life.caughtUp('v2');
    await life.keeping.look('all');
    const looks: Promise<void>[] = [];
    await life.keeping.apart(async () => {
      looks.push(life.keeping.look('all'));
      await life.store.keepOnly(new Set());
      await life.figures.forgetOthers('v1');
      assert.deepEqual(await readdir(`${folder}/figures`), []);
      await life.shadows.renew();
      assert.deepEqual(await readdir(`${folder}/shadows`), []);
    });
    await Promise.all(looks);
    await life.caughtUp('v2');
    assert.equal(life.resumed.has('v2'), false, 'it began anew');
    await life.shadows.close();
  });
});
