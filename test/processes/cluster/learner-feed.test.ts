import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { follow } from '../../../activities/follower.ts';
import type { MergeExchange } from '../../../activities/merge-exchange.ts';
import { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import { RepriseError } from '../../../events/error.ts';
import { partitionOf } from '../../../events/partition-of.ts';
import type { Checkpoint } from '../../../model/checkpoint.ts';
import { loadKernel } from '../../../model/kernel/kernel.ts';
import { mergeContributions, type Contribution, type Merge } from '../../../model/merge.ts';
import { atOnce } from '../../../model/steps.ts';
import { wholeStateOf } from '../../../processes/cluster/checkpoint-states.ts';
import { ServingFeed } from '../../../processes/cluster/serving-feed.ts';
import { createLogger } from '../../../processes/logger.ts';
import { DEFAULT_PROJECTION_BOUNDS } from '../../../projections/bounds.ts';
import { Queries } from '../../../projections/queries.ts';
import { ServingState } from '../../../projections/serving-state.ts';
import { definitionOf, PartitionRig, RIG_BLEND } from '../../doubles/partition-rig.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';
import { memoryCatalogue } from '../../projections/serving-rig.ts';
import { inventEvents } from '../../simulation/stream.ts';

const EVENTS = 150;
const WAIT_MS_MAX = 30_000;
const kernels = await loadKernel({ plain: true });

interface Side {
  readonly serving: ServingState;
  readonly queries: Queries;
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
  readonly #saved: (Checkpoint | undefined)[];
  readonly #definition;
  #barriers = 0;
  wishes = 0;

  constructor(rig: PartitionRig, partitions: number) {
    this.rig = rig;
    this.partitions = partitions;
    this.meeting = new Meeting(partitions);
    this.#definition = definitionOf('v1', RIG_BLEND, partitions);
    this.movers = this.#definition.start.map((_, at) => rig.runtime(this.#definition, at));
    this.#saved = this.movers.map(() => undefined);
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

  /** Brings all movers to the heads of their partitions. */
  async move(): Promise<void> {
    const { journal, clock } = this.rig;
    const { moving: merges } = this.meeting;
    const sink = this.moved.serving.apply.bind(this.moved.serving);
    const deps = { journal, merges, sink, versions: undefined, yieldNow: turn, clock };
    const signal = new AbortController().signal;
    await Promise.all(
      this.movers.map((runtime) =>
        follow(
          { ...deps, runtime, sliceMsMax: 8 },
          { until: journal.head(runtime.partition), signal },
        ),
      ),
    );
  }

  async save(): Promise<void> {
    for (const [at, mover] of this.movers.entries()) this.#saved[at] = await mover.capture();
  }

  /** Starts the feed of another process. */
  feed(t: TestContext): Side {
    const side = this.side();
    const { journal, clock } = this.rig;
    const ending = new AbortController();
    const feed = new ServingFeed({
      ...{ serving: side.serving, clock, sleep: () => turn(), yieldNow: turn },
      logger: createLogger('silent'),
      learning: { journal, clock, sliceMsMax: 8, merges: this.meeting.reading },
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
          const deps = this.rig.deps(this.#definition, partition);
          return wholeStateOf(
            saved === undefined
              ? new PartitionRuntime(deps)
              : await PartitionRuntime.restore(deps, saved),
          );
        },
      },
    });
    const running = feed.run(ending.signal);
    t.after(async () => {
      ending.abort();
      await running;
    });
    return side;
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
