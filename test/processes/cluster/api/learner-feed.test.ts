import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { follow } from '../../../../activities/replay/follower.ts';
import type { VersionSource } from '../../../../activities/replay/follower.ts';
import type { MergeExchange } from '../../../../activities/merges/merge-exchange.ts';
import { promotionOf } from '../../../../activities/versions/promotion-fact.ts';
import type { VersionDefinition } from '../../../../actors/runtime/definition.ts';
import { PartitionRuntime } from '../../../../actors/runtime/partition.ts';
import { RepriseError } from '../../../../events/error.ts';
import { partitionOf } from '../../../../events/partition-of.ts';
import { sequence } from '../../../../events/position.ts';
import type { Checkpoint } from '../../../../model/checkpoint.ts';
import { loadKernel } from '../../../../model/kernel/kernel.ts';
import { mergeContributions, type Contribution, type Merge } from '../../../../model/merge.ts';
import { atOnce } from '../../../../model/steps.ts';
import { wholeStateOf } from '../../../../processes/cluster/checkpoint-states.ts';
import type { StatePlace, WholeState } from '../../../../processes/cluster/checkpoint-states.ts';
import { ServingFeed } from '../../../../processes/cluster/api/serving-feed.ts';
import { createLogger } from '../../../../processes/logger.ts';
import { DEFAULT_PROJECTION_BOUNDS } from '../../../../projections/bounds.ts';
import { Queries } from '../../../../projections/queries.ts';
import { ServingState } from '../../../../projections/serving-state.ts';
import { definitionOf, PartitionRig, RIG_BLEND } from '../../../doubles/partition-rig.ts';
import { SeededRandom } from '../../../doubles/seeded-random.ts';
import { memoryCatalogue } from '../../../projections/serving-rig.ts';
import { inventEvents } from '../../../simulation/stream.ts';

const EVENTS = 150;
const WAIT_MS_MAX = 30_000;
const kernels = await loadKernel({ plain: true });

interface Side {
  readonly serving: ServingState;
  readonly queries: Queries;
}

interface FedSide extends Side {
  readonly feed: ServingFeed;
}

/** Merges of one version that all partitions contribute to and anybody reads. */
class Meeting {
  readonly merges = new Map<number, Merge>();
  readonly #given = new Map<number, Contribution[]>();
  readonly #partitions: number;

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  /** As movers meet. */
  readonly moving: MergeExchange = {
    contribute: (contribution) => {
      const given = [...(this.#given.get(contribution.barrier) ?? []), contribution];
      this.#given.set(contribution.barrier, given);
      if (given.length === this.#partitions) {
        this.merges.set(contribution.barrier, atOnce(mergeContributions(given)));
      }
      return Promise.resolve();
    },
    take: async ({ barrier }, _partition, signal) => {
      while (!signal.aborted && !this.merges.has(barrier)) await turn();
      return this.merges.get(barrier);
    },
  };

  /** As those take merges who move nothing: one that is gone is no wait. */
  readonly reading: MergeExchange = {
    contribute: () => Promise.resolve(),
    take: ({ barrier }) => {
      const merge = this.merges.get(barrier);
      return merge === undefined
        ? Promise.reject(new RepriseError('NOT_FOUND', 'the merge is gone'))
        : Promise.resolve(merge);
    },
  };
}

/** Partitions with their movers, and what each mover saved last. */
class World {
  readonly rig: PartitionRig;
  readonly partitions: number;
  readonly meeting: Meeting;
  readonly movers: PartitionRuntime[];
  readonly moved: Side;
  /** The runtimes of the second version, which is held beside the first one. */
  readonly #beside: PartitionRuntime[];
  readonly #meetingBeside: Meeting;
  readonly #saved: (Checkpoint | undefined)[];
  /** What is kept of the second version. */
  readonly #kept: (Checkpoint | undefined)[];
  readonly #definitions: ReadonlyMap<string, VersionDefinition>;
  #barriers = 0;
  wishes = 0;
  /** Where it is set, what is kept of the second version is given only then. */
  keptComes: Promise<void> | undefined;
  /** How often that was asked for. */
  keptAsked = 0;

  constructor(rig: PartitionRig, partitions: number) {
    this.rig = rig;
    this.partitions = partitions;
    this.meeting = new Meeting(partitions);
    this.#meetingBeside = new Meeting(partitions);
    const first = definitionOf('v1', RIG_BLEND, partitions);
    const second = definitionOf('v2', { ...RIG_BLEND, learningRate: 0.2 }, partitions);
    this.#definitions = new Map([
      ['v1', first],
      ['v2', second],
    ]);
    this.movers = first.start.map((_, at) => rig.runtime(first, at));
    this.#beside = first.start.map((_, at) => rig.runtime(second, at));
    this.#saved = this.movers.map(() => undefined);
    this.#kept = this.movers.map(() => undefined);
    this.moved = this.side();
  }

  side(): Side {
    const serving = new ServingState({
      ...{ partitions: this.partitions, kernels, bounds: DEFAULT_PROJECTION_BOUNDS },
      schedule: () => () => undefined,
    });
    const queries = new Queries({
      ...{ serving, identities: this.rig.identities, catalogue: memoryCatalogue() },
      partitionOf: (user) => partitionOf(user, this.partitions),
      signingKey: createSecretKey(Buffer.alloc(32, 1)),
    });
    return { serving, queries };
  }

  async happen(seed: number): Promise<void> {
    const told = inventEvents(new SeededRandom(seed), EVENTS);
    await this.rig.tell(...told.map((each) => ({ ...each, id: `${seed} ${each.id ?? ''}` })));
    const barrier = ++this.#barriers;
    await this.rig.publish({ kind: 'BarrierSet', barrier, timeMs: 0 }, `barrier ${barrier}`);
  }

  /** Brings all movers to the heads of their partitions, over promotions. */
  async move(): Promise<void> {
    const { journal } = this.rig;
    const sink = this.moved.serving.apply.bind(this.moved.serving);
    const versions: VersionSource = {
      runtimeAt: (_, partition, at) => this.#besideAt(partition, at),
    };
    await Promise.all(
      this.movers.map(async (runtime, at) => {
        this.movers[at] = await follow(
          { ...this.#moving, runtime, sink, versions },
          { until: journal.head(at), signal: new AbortController().signal },
        );
      }),
    );
  }

  /** Brings the second version to the heads, beside, and keeps it there. */
  async keepBeside(): Promise<void> {
    const { journal } = this.rig;
    await Promise.all(
      this.#beside.map(async (_, at) => {
        const runtime = await this.#besideAt(at, journal.head(at));
        this.#kept[at] = await runtime.capture();
      }),
    );
  }

  async promote(): Promise<void> {
    await this.rig.publish(promotionOf(this.#definition('v2'), 0), 'promote v2');
  }

  get #moving() {
    const { journal, clock } = this.rig;
    const merges: MergeExchange = {
      contribute: (given) => this.#meetingOf(given.version).moving.contribute(given),
      take: (name, ...rest) => this.#meetingOf(name.version).moving.take(name, ...rest),
    };
    return { journal, clock, merges, yieldNow: turn, sliceMsMax: 8 };
  }

  /** As those take merges who move nothing. */
  get #reading(): MergeExchange {
    return {
      contribute: () => Promise.resolve(),
      take: (name, ...rest) => this.#meetingOf(name.version).reading.take(name, ...rest),
    };
  }

  #meetingOf(version: string): Meeting {
    return version === 'v1' ? this.meeting : this.#meetingBeside;
  }

  #definition(version: string): VersionDefinition {
    const found = this.#definitions.get(version);
    assert.ok(found, version);
    return found;
  }

  async #besideAt(partition: number, at: number): Promise<PartitionRuntime> {
    const runtime = this.#beside[partition];
    assert.ok(runtime);
    const until = sequence(at);
    const deps = { ...this.#moving, runtime, sink: undefined, versions: undefined };
    return follow(deps, { until, signal: new AbortController().signal });
  }

  async #restored(partition: number, checkpoint: Checkpoint): Promise<PartitionRuntime> {
    const definition = this.#definition(checkpoint.manifest.version);
    return PartitionRuntime.restore(this.rig.deps(definition, partition), checkpoint);
  }

  /** A whole state at a place, replayed from the start. */
  async replayed(partition: number, { version, sequence: at }: StatePlace): Promise<WholeState> {
    const { journal, clock } = this.rig;
    const runtime = this.rig.runtime(this.#definition(version), partition);
    const merges = this.#reading;
    const deps = { journal, clock, merges, yieldNow: turn, sliceMsMax: 8, runtime };
    const until = sequence(at);
    const signal = new AbortController().signal;
    return wholeStateOf(
      await follow({ ...deps, sink: undefined, versions: undefined }, { until, signal }),
    );
  }

  async save(): Promise<void> {
    for (const [at, mover] of this.movers.entries()) this.#saved[at] = await mover.capture();
  }

  /** Starts the feed of another process. */
  feed(t: TestContext): FedSide {
    const side = this.side();
    const { journal, clock } = this.rig;
    const ending = new AbortController();
    const feed = new ServingFeed({
      ...{ serving: side.serving, clock, sleep: () => turn(), yieldNow: turn },
      logger: createLogger('silent'),
      learning: { journal, clock, sliceMsMax: 8, merges: this.#reading },
      reader: {
        read: () => {
          throw new Error('no deltas are read where answers read the learner');
        },
      },
      wishes: {
        wish: () => {
          this.wishes += 1;
          return this.save();
        },
      },
      states: {
        newest: async (partition, past) => {
          const saved = this.#saved[partition];
          if (past !== undefined && !((saved?.manifest.sequence ?? -1) > past.sequence)) {
            return undefined;
          }
          return wholeStateOf(
            saved === undefined
              ? this.rig.runtime(this.#definition('v1'), partition)
              : await this.#restored(partition, saved),
          );
        },
        before: async (partition, { version, sequence: at }) => {
          this.keptAsked += 1;
          await this.keptComes;
          const kept = this.#kept[partition];
          const isIts = kept?.manifest.version === version && kept.manifest.sequence <= at;
          return isIts ? this.#restored(partition, kept) : undefined;
        },
      },
    });
    const running = feed.run(ending.signal);
    t.after(async () => {
      ending.abort();
      await running;
    });
    return { ...side, feed };
  }

  /** Waits until a read side has come to the heads, and compares what it answers with what the movers' side does. */
  async assertSame({ serving, queries }: Side): Promise<void> {
    const { journal } = this.rig;
    const endMs = performance.now() + WAIT_MS_MAX;
    const isThere = (at: number) => serving.position(at) === journal.head(at);
    while (!this.movers.every((_, at) => isThere(at))) {
      assert.ok(performance.now() < endMs, 'the feed does not come to the heads');
      await turn();
    }
    let own = 0;
    for (let user = 0; user < 31; user += 1) {
      const asked = { user: `user ${user}`, n: 10, exclude: 'seen', after: [] } as const;
      const answer = await queries.recommend(asked);
      assert.deepEqual(answer, await this.moved.queries.recommend(asked));
      if (answer.basedOn === 'user') own += 1;
    }
    assert.ok(own > 0, 'somebody is answered by the learner');
  }
}

describe('the feed of a process that answers by learners of its own', () => {
  for (const partitions of [1, 3]) {
    it(`answers as the movers' process does (${partitions} partitions)`, async (t) => {
      const world = new World(await PartitionRig.create(partitions, 4), partitions);
      await world.happen(1);
      await world.move();
      const first = world.feed(t);
      await world.assertSame(first);
      for (const seed of [2, 3, 4]) {
        await world.happen(seed);
        await world.move();
      }
      await world.assertSame(first);
      await world.save();
      await world.happen(5);
      await world.move();
      await world.assertSame(world.feed(t));
      await world.assertSame(first);
    });
  }

  it('takes a newer state where the merge that it needs is gone', async (t) => {
    const world = new World(await PartitionRig.create(2, 4), 2);
    await world.happen(1);
    await world.move();
    const side = world.feed(t);
    await world.assertSame(side);
    await world.happen(2);
    await world.happen(3);
    const { merges } = world.meeting;
    await world.move();
    await world.happen(4);
    await world.move();
    merges.clear();
    const late = world.feed(t);
    await world.assertSame(late);
    assert.ok(world.wishes > 0);
  });
});

describe('the feed of a process whose learners are relieved by a promotion', () => {
  /** A world whose feed stands before a promotion. */
  async function aboutToSwitch(
    t: TestContext,
    isKept: boolean,
  ): Promise<{ readonly world: World; readonly side: FedSide }> {
    const world = new World(await PartitionRig.create(2, 4), 2);
    await world.happen(1);
    await world.move();
    if (isKept) await world.keepBeside();
    const side = world.feed(t);
    await world.assertSame(side);
    return { world, side };
  }

  const versionsOf = ({ serving }: Side): readonly string[] =>
    [0, 1].map((partition) => serving.partition(partition).version);

  it('goes on with what is kept of the promoted version, replayed to its promotion', async (t) => {
    const { world, side } = await aboutToSwitch(t, true);
    await world.happen(2);
    await world.promote();
    await world.happen(3);
    await world.move();
    await world.assertSame(side);
    assert.deepEqual(versionsOf(side), ['v2', 'v2']);
    await world.happen(4);
    await world.move();
    await world.assertSame(side);
    assert.equal(world.wishes, 0, 'nothing else was needed');
  });

  it('takes a newer state where nothing is kept of it', async (t) => {
    const { world, side } = await aboutToSwitch(t, false);
    await world.promote();
    await world.happen(2);
    await world.move();
    await world.assertSame(side);
    assert.deepEqual(versionsOf(side), ['v2', 'v2']);
    assert.ok(world.wishes > 0);
  });

  it('answers by the version before until the promoted one is there, also where its state is replaced meanwhile', async (t) => {
    const { world, side } = await aboutToSwitch(t, true);
    let come = (): void => undefined;
    world.keptComes = new Promise((resolve) => {
      come = resolve;
    });
    await world.promote();
    await world.happen(2);
    await world.move();
    while (world.keptAsked === 0) await turn();
    assert.deepEqual(versionsOf(side), ['v1', 'v1']);
    const replaced = [0, 1].map((partition) =>
      side.feed.replace(partition, (at) => world.replayed(partition, at)),
    );
    come();
    await Promise.all(replaced);
    await world.assertSame(side);
    assert.deepEqual(versionsOf(side), ['v2', 'v2']);
  });
});
