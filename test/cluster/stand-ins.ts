import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fence } from '../../activities/replay/fences.ts';
import { createIngest } from '../../activities/ingest/ingest.ts';
import { LivePartition } from '../../activities/replay/live-partition.ts';
import { openAcknowledgements } from '../../adapters/cluster/acknowledgements.ts';
import { openCheckpointWishes } from '../../adapters/cluster/checkpoint-wishes.ts';
import { openDeltaWriter } from '../../adapters/cluster/redis/delta-stream.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import type { TransportConsumer } from '../../events/transport.ts';
import { readClusterConfig } from '../../processes/config/cluster.ts';
import { openKafka } from '../../processes/cluster/servers/kafka.ts';
import { openRedis } from '../../processes/cluster/servers/redis-link.ts';
import { openRuntimes } from '../../processes/cluster/runtimes.ts';
import { openClusterStores } from '../../processes/cluster/stores.ts';
import type { ClusterStores } from '../../processes/cluster/stores.ts';
import { yieldNow } from '../../processes/core/yield-now.ts';
import { createLogger } from '../../processes/logger.ts';
import { createMemoryPoisonLot } from '../doubles/memory-poison-lot.ts';

/** The ingest and the worker of a cluster in the test's own process, each of which can be stopped and started. */
export interface StandIns {
  readonly stores: ClusterStores;
  startIngest(): void;
  stopIngest(): Promise<void>;
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  close(): Promise<void>;
}

/** Opens stand-ins for a cluster's ingest and worker; neither runs yet. */
export async function openStandIns(env: Readonly<Record<string, string>>): Promise<StandIns> {
  const config = readClusterConfig({ ...env, REPRISE_SCRATCH_FOLDER: undefined }, 'api');
  const logger = createLogger('silent');
  const fences = new Map<number, Fence>();
  const stores = await openClusterStores({
    ...{ config, logger, clock: Date.now },
    fenceOf: (partition) => fences.get(partition),
  });
  const transport = await openKafka(config, logger);
  const redis = openRedis(config);
  const { versions } = await openRuntimes(stores, redis, { config, logger });
  const { journal, identities, checkpoints } = stores;
  const ingest = createIngest({
    ...{ journal, identities, logger, yieldNow, random: randomBytes, clock: Date.now },
    poison: createMemoryPoisonLot(),
    feed: openAcknowledgements(redis),
    types: DEFAULT_INTERACTION_TYPES,
  });
  let consumer: TransportConsumer | undefined;
  let live: LivePartition[] = [];
  let ending = new AbortController();

  const startPartition = async (partition: number): Promise<void> => {
    const fence = await stores.fences.take(partition, 'stand-in');
    fences.set(partition, fence);
    const writer = openDeltaWriter(redis, {
      onCheckpointNeeded: (needed) => void live[needed]?.checkpoint().catch(() => undefined),
    });
    const one = new LivePartition(await versions.recover(partition), {
      ...{ journal, versions, yieldNow, sliceMsMax: 8 },
      clock: () => performance.now(),
      sink: (delta) => writer.append(delta, fence.number),
      save: (checkpoint) => checkpoints.save(checkpoint),
      onError: () => undefined,
    });
    live[partition] = one;
    one.start();
  };

  const standIns: StandIns = {
    stores,
    startIngest() {
      consumer = transport.createConsumer();
      void consumer.run(ingest.handle, ingest);
    },
    async stopIngest() {
      await consumer?.close();
      consumer = undefined;
    },
    async startWorker() {
      ending = new AbortController();
      for (let partition = 0; partition < config.partitions; partition += 1) {
        await startPartition(partition);
      }
      await openCheckpointWishes(redis).heed((partition) => {
        void live[partition]?.checkpoint().catch(() => undefined);
      }, ending.signal);
    },
    async stopWorker() {
      ending.abort();
      // A server that is down must not hold the end up.
      const closed = Promise.allSettled(live.map((one) => one.close()));
      await Promise.race([closed, pause(2_000, undefined, { ref: false })]);
      live = [];
    },
    async close() {
      await standIns.stopIngest();
      await standIns.stopWorker();
      await transport.close();
      await redis.close();
      await stores.close();
    },
  };
  return standIns;
}
