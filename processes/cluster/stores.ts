import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fence, FenceStore } from '../../activities/replay/fences.ts';
import type { CheckpointStore } from '../../activities/replay/checkpoint-store.ts';
import type { ObjectStore } from '../../activities/object-store.ts';
import type { VersionRegistry } from '../../activities/versions/version-registry.ts';
import { openBaseBlobs } from '../../adapters/cluster/mongo/base-blobs.ts';
import { openCheckpoints } from '../../adapters/cluster/checkpoints.ts';
import type {
  CheckpointsOptions,
  SharedCheckpointStore,
} from '../../adapters/cluster/checkpoints.ts';
import type { ClusterIdentities } from '../../adapters/cluster/identity.ts';
import { openFences } from '../../adapters/cluster/fences.ts';
import type { ClusterJournal } from '../../adapters/cluster/journal.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo/mongo.ts';
import { ObjectCache } from '../../adapters/cluster/objects/object-cache.ts';
import { openObjectFolder } from '../../adapters/cluster/objects/object-folder.ts';
import { openObjectS3 } from '../../adapters/cluster/objects/object-s3.ts';
import { openVersions } from '../../adapters/cluster/versions.ts';
import type { ClusterVersions } from '../../adapters/cluster/versions.ts';
import { RepriseError } from '../../events/error.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import type { ClusterConfig } from '../config/cluster-config.ts';
import type { LearnerName } from '../config/learner.ts';
import { defaultLearnerOf, settingsOf } from '../config/learner.ts';
import { FIRST_VERSION, registerFirst } from '../core/first-version.ts';
import type { Logger } from '../logger.ts';
import { Closers } from './closers.ts';
import { openJournalStores } from './journal-stores.ts';
import { need } from './need.ts';

export { need } from './need.ts';

/** What every process of the cluster keeps in MongoDB and among the shared objects. */
export interface ClusterStores {
  readonly mongo: MongoConnection;
  readonly journal: ClusterJournal;
  readonly identities: ClusterIdentities;
  readonly registry: ClusterVersions;
  readonly fences: FenceStore;
  readonly objects: ObjectStore;
  readonly checkpoints: CheckpointStore;
  /** The states of versions that are held beside the live one. */
  readonly heldCheckpoints: SharedCheckpointStore;
  close(): Promise<void>;
}

/** How the stores are opened. */
export interface StoresOptions {
  readonly config: ClusterConfig;
  readonly logger: Logger;
  /** Unix milliseconds, whole. */
  readonly clock: () => number;
  /** The fence by which this process moves a partition; undefined where it moves none. */
  readonly fenceOf?: (partition: number) => Fence | undefined;
}

/** Opens the stores of a process; the first version is registered where there is none. */
export async function openClusterStores(options: StoresOptions): Promise<ClusterStores> {
  const { config, logger, clock, fenceOf = () => undefined } = options;
  const { partitions } = config;
  const { database } = need(config.mongo, 'REPRISE_MONGO_URL');
  const closers = new Closers();
  try {
    const journalStores = await openJournalStores(config, clock);
    closers.add(() => journalStores.close());
    const { mongo, journal, identities } = journalStores;
    const objects = await openObjects(config, clock);
    closers.add(() => objects.close());
    const registry = openVersions({ connection: mongo, database, blobs: openBaseBlobs(objects) });
    await registerFirst(
      registry,
      {
        settings: settingsOf(config.learner ?? defaultLearnerOf('cluster')),
        types: DEFAULT_INTERACTION_TYPES,
        partitions,
      },
      // The same for every process that may come first.
      () => 0,
    );
    await refuseOtherLearner(registry, config.learner);
    const fences = openFences({ connection: mongo, database, clock });
    const shared: CheckpointsOptions = {
      ...{ objects, fences, fenceOf },
      cache: new ObjectCache({
        objects,
        folder: join(config.scratchFolder, 'objects'),
        random: randomBytes,
        clock,
        onTrouble: (why) => {
          logger.warn({ why }, 'a copy of a shared object could not be kept');
        },
      }),
      onDamaged: (path, reason) => {
        logger.warn({ path, reason }, 'a checkpoint is damaged; taking the one before');
      },
    };
    return {
      ...{ mongo, journal, identities, registry, fences, objects },
      checkpoints: openCheckpoints(shared),
      heldCheckpoints: openCheckpoints({ ...shared, folder: 'shadows' }),
      close: () => closers.close(),
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function refuseOtherLearner(
  registry: Pick<VersionRegistry, 'get'>,
  wanted: LearnerName | undefined,
): Promise<void> {
  const learner = (await registry.get(FIRST_VERSION))?.definition.learner.learner;
  if (wanted === undefined || learner === undefined || wanted === learner) return;
  throw new RepriseError(
    'CONFLICT',
    `the cluster was made with REPRISE_LEARNER=${learner}, which is fixed, and not ${wanted}: leave it out, or ` +
      'name another database with REPRISE_MONGO_DATABASE',
    { learner, wanted },
  );
}

async function openObjects(config: ClusterConfig, clock: () => number): Promise<ObjectStore> {
  const files = need(config.files, 'REPRISE_SHARED_FOLDER or REPRISE_S3_BUCKET');
  if (files.kind === 'folder') {
    return openObjectFolder({ root: files.folder, random: randomBytes, clock });
  }
  const spool = join(config.scratchFolder, 'spool');
  await mkdir(spool, { recursive: true, mode: 0o700 });
  const { bucket, region, endpoint, credentials } = files;
  return openObjectS3({
    ...{ bucket, region, spool, random: randomBytes },
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && {
      credentials: {
        accessKeyId: credentials.accessKeyId.reveal(),
        secretAccessKey: credentials.secretAccessKey.reveal(),
      },
    }),
  });
}
