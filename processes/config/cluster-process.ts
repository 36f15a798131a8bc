/** The processes of the cluster profile. */
export const CLUSTER_PROCESSES = ['api', 'ingest', 'worker', 'trainer', 'indexer'] as const;

/** One of {@link CLUSTER_PROCESSES}. */
export type ClusterProcess = (typeof CLUSTER_PROCESSES)[number];

/** A part of the configuration that a process may need. */
export type ConfigPart = 'kafka' | 'mongo' | 'redis' | 'temporal' | 'files' | 'signing';

/** What each process cannot do without; what another one needs may be absent from its environment. */
export const PARTS_NEEDED: Readonly<Record<ClusterProcess, readonly ConfigPart[]>> = {
  api: ['kafka', 'mongo', 'redis', 'temporal', 'files', 'signing'],
  ingest: ['kafka', 'mongo', 'redis'],
  worker: ['kafka', 'mongo', 'redis', 'temporal', 'files'],
  trainer: ['kafka', 'mongo', 'redis', 'temporal', 'files'],
  indexer: ['kafka', 'mongo', 'redis', 'temporal', 'files'],
};
