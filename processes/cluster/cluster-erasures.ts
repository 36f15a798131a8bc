import { Erasures } from '../../activities/forgetting/erasures.ts';
import type { ErasuresDeps } from '../../activities/forgetting/erasures.ts';
import { openErasures } from '../../adapters/cluster/records.ts';
import { RepriseError } from '../../events/error.ts';
import type { JournalEntry } from '../../events/journal.ts';
import { partitionOf } from '../../events/partition-of.ts';
import type { SendingEventDoor } from '../../events/sending-door.ts';
import type { ClusterConfig } from '../config/cluster-config.ts';
import { need } from './need.ts';
import type { ClusterStores } from './stores.ts';

/** What erasures of a process of the cluster work on. */
export interface ClusterErasuresWays {
  readonly config: ClusterConfig;
  readonly stores: Pick<ClusterStores, 'mongo' | 'identities'>;
  readonly door: Pick<SendingEventDoor, 'appendErased'>;
  /** Unix milliseconds. */
  readonly clock: () => number;
}

/** The erasures that all processes share, and their records. */
export interface ClusterErasures {
  readonly records: ReturnType<typeof openErasures>;
  readonly erasures: Erasures;
}

/** Opens the erasures of a cluster: records in MongoDB, facts that go the way of events. */
export function openClusterErasures({
  config,
  stores,
  door,
  clock,
}: ClusterErasuresWays): ClusterErasures {
  const { database } = need(config.mongo, 'REPRISE_MONGO_URL');
  const records = openErasures({ connection: stores.mongo, database });
  const erasures = new Erasures({
    ...{ store: records, identities: stores.identities, clock },
    journal: { append: (entries) => appended(door, entries) },
    partitionOf: (user) => partitionOf(user, config.partitions),
  });
  return { records, erasures };
}

/** Sends erasures through the door; the positions that it tells are those of the entries. */
async function appended(
  door: Pick<SendingEventDoor, 'appendErased'>,
  entries: readonly JournalEntry[],
): ReturnType<ErasuresDeps['journal']['append']> {
  const sent = entries.map(({ partition, fact }) => {
    if (partition === 'all' || fact.kind !== 'UserErased') {
      throw new RepriseError('INVALID', 'only erasures of users go this way');
    }
    return { partition, fact };
  });
  const positions = await door.appendErased(sent);
  return positions.map((position) => ({ positions: [position], duplicate: false }));
}
