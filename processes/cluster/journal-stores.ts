import { randomBytes } from 'node:crypto';
import { openIdentities } from '../../adapters/cluster/identity.ts';
import type { ClusterIdentities } from '../../adapters/cluster/identity.ts';
import { openJournal } from '../../adapters/cluster/journal.ts';
import type { ClusterJournal, JournalOptions } from '../../adapters/cluster/journal.ts';
import { connectMongo } from '../../adapters/cluster/mongo/mongo.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo/mongo.ts';
import type { ClusterConfig } from '../config/cluster-config.ts';
import { Closers } from './closers.ts';
import { namingVariables } from './naming-variables.ts';
import { need } from './need.ts';

/** Where events stand, and who they are of: what a process that only moves events needs of MongoDB. */
export interface JournalStores {
  readonly mongo: MongoConnection;
  readonly journal: ClusterJournal;
  readonly identities: ClusterIdentities;
  close(): Promise<void>;
}

/** Opens the journal and the identities; both share a connection. Told of every block that is appended here. */
export async function openJournalStores(
  config: ClusterConfig,
  clock: () => number,
  onAppended?: JournalOptions['onAppended'],
): Promise<JournalStores> {
  const { partitions } = config;
  const { url, database, identityDatabase, tls } = need(config.mongo, 'REPRISE_MONGO_URL');
  const closers = new Closers();
  try {
    const mongo = await namingVariables('REPRISE_MONGO_URL', () =>
      connectMongo({
        url: url.reveal(),
        ...((tls.caFile ?? tls.certKeyFile) !== undefined && {
          tls: {
            ...(tls.caFile !== undefined && { caFile: tls.caFile }),
            ...(tls.certKeyFile !== undefined && { certificateKeyFile: tls.certKeyFile }),
          },
        }),
      }),
    );
    closers.add(() => mongo.close());
    const journal = await openJournal({
      ...{ connection: mongo, database, partitions, clock, onAppended },
    });
    closers.add(() => journal.close());
    const identities = await openIdentities({
      ...{ connection: mongo, database: identityDatabase, random: randomBytes, clock },
    });
    closers.add(() => identities.close());
    return { mongo, journal, identities, close: () => closers.close() };
  } catch (error) {
    await closers.close();
    throw error;
  }
}
