import { randomUUID } from 'node:crypto';
import { follow } from '../../activities/replay/follower.ts';
import { VersionRuntimes } from '../../activities/versions/version-runtimes.ts';
import type { RuntimeMaker } from '../../activities/versions/version-runtimes.ts';
import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import { openCheckpointWishes } from '../../adapters/cluster/checkpoint-wishes.ts';
import { openDeltaWriter } from '../../adapters/cluster/redis/delta-stream.ts';
import type { DeltaStreamEnd } from '../../adapters/cluster/redis/delta-writer.ts';
import type { RedisLink } from '../../adapters/cluster/redis/redis.ts';
import { openUsers } from '../../adapters/cluster/users.ts';
import { eventKey } from '../../events/event-key.ts';
import { partitionOf } from '../../events/partition-of.ts';
import { loadKernel } from '../../model/kernel/kernel.ts';
import { readClusterConfig } from '../../processes/config/cluster.ts';
import type { ClusterConfig } from '../../processes/config/cluster-config.ts';
import { createRuntimeMaker } from '../../processes/core/runtime-maker.ts';
import { yieldNow } from '../../processes/core/yield-now.ts';
import { openRedis } from '../../processes/cluster/servers/redis-link.ts';
import { openClusterStores } from '../../processes/cluster/stores.ts';
import type { ClusterStores } from '../../processes/cluster/stores.ts';
import { createLogger } from '../../processes/logger.ts';
import type { UserStore } from '../../projections/user-store.ts';

/** Events between two barriers. */
const BARRIER_EVENTS = 25;

/** The shared stores of a cluster as a test sees them: it appends events, and compares what the workers made of them. */
export class LearnedJournal {
  readonly stores: ClusterStores;
  readonly users: UserStore;
  readonly partitions: number;
  readonly #redis: RedisLink;
  readonly #maker: RuntimeMaker;
  #told = 0;
  #barrier = 0;

  private constructor(
    config: ClusterConfig,
    stores: ClusterStores,
    redis: RedisLink,
    maker: RuntimeMaker,
  ) {
    this.partitions = config.partitions;
    this.stores = stores;
    this.users = openUsers({ connection: stores.mongo, database: config.mongo?.database ?? '' });
    this.#redis = redis;
    this.#maker = maker;
  }

  static async open(env: Readonly<Record<string, string>>): Promise<LearnedJournal> {
    const config = readClusterConfig(env, 'worker');
    const stores = await openClusterStores({
      config,
      logger: createLogger('silent'),
      clock: Date.now,
    });
    const maker = createRuntimeMaker({ ...stores, kernels: await loadKernel(), clock: Date.now });
    return new LearnedJournal(config, stores, openRedis(config), maker);
  }

  /** The last barrier that was set. */
  get barrier(): number {
    return this.#barrier;
  }

  /** Appends so many plays of a few hundred users, and a barrier after every few. */
  async tell(count: number): Promise<void> {
    for (let left = count; left > 0; left -= BARRIER_EVENTS) {
      await this.#tellPlays(Math.min(left, BARRIER_EVENTS));
      await this.#setBarrier();
    }
  }

  async #setBarrier(): Promise<void> {
    this.#barrier += 1;
    const barrier = this.#barrier;
    const key = eventKey(`barrier ${String(barrier)}`);
    const fact = { kind: 'BarrierSet', barrier, timeMs: 1_700_000_000_000 + this.#told } as const;
    await this.stores.journal.append([{ partition: 'all', key, fact }]);
  }

  async #tellPlays(count: number): Promise<void> {
    const plays = Array.from({ length: count }, (_, n) => this.#told + n);
    this.#told += count;
    const users = plays.map((at) => `user-${String((at * 7) % 211)}`);
    const identities = await this.stores.identities.resolve(users);
    await this.stores.journal.append(
      plays.map((at, n) => ({
        partition: partitionOf(users[n] ?? '', this.partitions),
        key: eventKey(randomUUID()),
        fact: {
          kind: 'InteractionRecorded',
          type: 'play',
          user: identities[n]!.surrogate,
          item: `item-${String((at * 11) % 97)}`,
          value: NaN,
          timeMs: 1_700_000_000_000 + at,
          sealed: new Uint8Array(0),
        },
      })),
    );
  }

  /** The events that stand in the journal, barriers among them, which are taken note of. */
  async events(): Promise<number> {
    const { journal } = this.stores;
    let events = 0;
    for (let partition = 0; partition < this.partitions; partition += 1) {
      await journal.read(partition, journal.head(partition));
      events += journal.head(partition) + 1;
    }
    const nextKey = (): Uint8Array => eventKey(`barrier ${String(this.#barrier + 1)}`);
    while ((await journal.find(nextKey()))?.length === this.partitions) this.#barrier += 1;
    return events;
  }

  /** The barrier that a partition's newest checkpoint stands at. */
  async checkpointedBarrier(partition: number): Promise<unknown> {
    const newest = await this.stores.checkpoints.newest({ partition });
    return newest?.checkpoint.manifest.extra['barrier'];
  }

  /** Who holds each partition, and where each fence stands. */
  async notes(): ReturnType<ClusterStores['fences']['notes']> {
    return this.stores.fences.notes();
  }

  /** Tells whether the workers told of every event. */
  async isLearned(): Promise<boolean> {
    const { heads } = this.stores.journal.status();
    const notes = await this.notes();
    return (
      notes.length === heads.length &&
      notes.every(({ fence, position }) => position >= (heads[fence.partition] ?? 0))
    );
  }

  streamEnd(partition: number): Promise<DeltaStreamEnd | undefined> {
    return openDeltaWriter(this.#redis).end(partition);
  }

  /** The names of all checkpoints that a fence wrote. */
  async checkpointsOf(partition: number, fence: number): Promise<readonly string[]> {
    const all = await this.stores.checkpoints.list(partition);
    return all.map(({ path }) => path).filter((path) => path.includes(`-f${String(fence)}-`));
  }

  /** The state hash of the newest checkpoint, which is wished for until it stands at the head. */
  async checkpointedHash(partition: number): Promise<string> {
    const wishes = openCheckpointWishes(this.#redis);
    const head = this.stores.journal.head(partition);
    for (;;) {
      const newest = await this.stores.checkpoints.newest({ partition });
      if (newest?.saved.sequence === head) {
        const known = await this.stores.registry.get(newest.saved.version);
        const { checkpoint } = newest;
        const runtime = await this.#maker.restore(known!.definition, partition, checkpoint);
        return runtime.stateHash(this.stores.identities.all());
      }
      await wishes.wish(partition);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  /** The state hash at the head by a replay of the journal alone. */
  async cleanHash(partition: number): Promise<string> {
    return (await this.cleanRuntime(partition)).stateHash(this.stores.identities.all());
  }

  /** The state at the head by a replay of the journal alone. */
  async cleanRuntime(partition: number): Promise<PartitionRuntime> {
    const { journal, registry } = this.stores;
    const clean = new VersionRuntimes({
      ...{
        journal,
        registry,
        maker: this.#maker,
        follow,
        yieldNow,
        logger: createLogger('silent'),
      },
      ...{ sliceMsMax: 50, clock: Date.now },
      checkpoints: { newest: () => Promise.resolve(undefined), list: () => Promise.resolve([]) },
    });
    return clean.runtimeAt('v1', partition, journal.head(partition));
  }

  async close(): Promise<void> {
    await this.#redis.close();
    await this.stores.close();
  }
}
