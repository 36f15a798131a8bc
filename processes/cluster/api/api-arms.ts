import { setMaxListeners } from 'node:events';
import { erasedSince } from '../../../activities/versions/stale-versions.ts';
import { versionsOf } from '../../../activities/feedback/experiment-record.ts';
import { openCheckpointWishes } from '../../../adapters/cluster/checkpoint-wishes.ts';
import { openDeltaReader } from '../../../adapters/cluster/redis/delta-stream.ts';
import { openErasures } from '../../../adapters/cluster/records.ts';
import type { QueriesPort } from '../../../api/deps.ts';
import { partitionOf } from '../../../events/partition-of.ts';
import { ArmPresence } from '../../../projections/arm-presence.ts';
import { ArmQueries } from '../../../projections/arm-queries.ts';
import type { Queries } from '../../../projections/queries.ts';
import type { ServingState } from '../../../projections/serving-state.ts';
import { createServing } from '../../core/serving.ts';
import { yieldNow } from '../../core/yield-now.ts';
import type { ApiParts } from './api-parts.ts';
import { ArmFeeds } from './arm-feeds.ts';
import type { ArmFeed } from './arm-feeds.ts';
import { HeldNotes } from './held-notes.ts';
import { createHeldStates } from './held-states.ts';
import { need } from '../need.ts';
import { pause } from '../servers/persisting.ts';
import { ServingFeed } from './serving-feed.ts';
import { toldArmVersions } from './told-arm-versions.ts';

/** Who hears of the end of a version's feed: so many for each partition. */
const LISTENERS_A_PARTITION = 8;

/** What answers of arms of an API are found with. */
export type ArmParts = Pick<
  ApiParts,
  | 'stores'
  | 'redis'
  | 'serving'
  | 'kernels'
  | 'following'
  | 'definitions'
  | 'aliases'
  | 'config'
  | 'logger'
  | 'signal'
  | 'clock'
>;

/** The versions of arms in an API of the cluster. */
export interface ApiArms {
  /** Those that arms may name. */
  readonly versions: ReturnType<typeof toldArmVersions>;
  /** Why answers are counted to no arm where arms name these versions; undefined where they are. */
  readonly whyUncounted: (versions: readonly string[]) => string | undefined;
  /** Queries that answer by the version of the arm that they are asked by. */
  queriesOf(queries: Queries): Pick<QueriesPort, 'recommend'>;
  /** Follows the versions that arms name until the process ends. */
  run(): Promise<void>;
}

/** Opens the versions of arms; nothing is followed before an experiment names one. */
export function openApiArms(parts: ArmParts): ApiArms {
  const { stores, serving: live, kernels, definitions, aliases, config, logger, signal } = parts;
  const { partitions } = config;
  const { database } = need(config.mongo, 'REPRISE_MONGO_URL');
  const records = openErasures({ connection: stores.mongo, database });
  const named = (): readonly string[] => versionsOf(definitions.experiments.value);
  const notes = new HeldNotes({ fences: stores.fences, clock: () => performance.now() });
  const feeds = new ArmFeeds({
    ...{ named, live, notes, logger, sleep: pause },
    newServing: () => createServing(kernels, partitions, config, () => undefined),
    feedOf: (version, serving) => feedOf(parts, version, serving),
    isStale: async (version) => (await erasedSince(records, version)) !== undefined,
  });
  const presence = new ArmPresence({
    live,
    servingOf: (version, partition) => feeds.serving(version, partition),
  });
  return {
    versions: toldArmVersions({ stores, live, aliases, notes, named }),
    whyUncounted: (versions) => presence.whyUncounted(versions),
    queriesOf: (queries) => {
      const ofArms = new ArmQueries({
        ...{ queries, presence, partitionOf: (user) => partitionOf(user, partitions) },
      });
      return { recommend: (query) => ofArms.recommend(query) };
    },
    run: () => feeds.run(signal),
  };
}

/** Feeds the read side of a held version: from what was kept of it, then from what movers tell. */
function feedOf(parts: ArmParts, version: string, serving: ServingState): ArmFeed {
  const { stores, redis, following, config, logger, clock } = parts;
  const reader = openDeltaReader(redis, {
    held: version,
    onTrouble: (partition, error) => {
      logger.warn({ version, partition, err: error }, 'deltas of an arm cannot be read');
    },
  });
  const wishes = openCheckpointWishes(redis);
  const feed = new ServingFeed({
    ...{ serving, reader, logger, clock, sleep: pause, yieldNow },
    states: createHeldStates({ ...stores, maker: following.maker }, version),
    learning: following.learning,
    passesPromotions: true,
    wishes: { wish: (partition) => wishes.wish(partition, version) },
  });
  return {
    async run(signal) {
      setMaxListeners(LISTENERS_A_PARTITION * (config.partitions + 1), signal);
      try {
        await feed.run(signal);
      } finally {
        await reader.close();
      }
    },
  };
}
