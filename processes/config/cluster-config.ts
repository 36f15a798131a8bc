import type { LearnerName } from './learner.ts';
import type { ClusterProcess } from './cluster-process.ts';
import type { Secret } from './secret.ts';

/** Files of TLS, PEM; the system's authorities where there is no `caFile`. */
export interface TlsFiles {
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

/** How Kafka is reached. */
export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly topic: string;
  /** Undefined where no TLS is spoken. */
  readonly tls: TlsFiles | undefined;
  readonly sasl:
    | {
        readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
        readonly username: Secret;
        readonly password: Secret;
      }
    | undefined;
}

/** How MongoDB is reached; identities stand in a database of their own. */
export interface MongoConfig {
  readonly url: Secret;
  readonly database: string;
  readonly identityDatabase: string;
  readonly tls: { readonly caFile: string | undefined; readonly certKeyFile: string | undefined };
}

/** How Redis is reached; an address of `rediss://` speaks TLS. */
export interface RedisConfig {
  readonly url: Secret;
  readonly password: Secret | undefined;
  readonly tls: TlsFiles;
}

/** How Temporal is reached. */
export interface TemporalConfig {
  readonly address: string;
  readonly namespace: string;
  readonly tls: (TlsFiles & { readonly serverName: string | undefined }) | undefined;
  readonly apiKey: Secret | undefined;
  readonly uiUrl: string | undefined;
}

/** Where checkpoints and index releases are kept: a folder of a volume that all processes mount, or a bucket. */
export type FilesConfig =
  | { readonly kind: 'folder'; readonly folder: string }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      readonly region: string;
      /** Undefined for Amazon's own. */
      readonly endpoint: string | undefined;
      /** Undefined takes what the machine's role gives. */
      readonly credentials:
        { readonly accessKeyId: Secret; readonly secretAccessKey: Secret } | undefined;
    };

/** What an operator can set for a process of the cluster. A part that the process does not need may be undefined. */
export interface ClusterConfig {
  readonly process: ClusterProcess;
  readonly host: string;
  readonly port: number;
  readonly probePort: number;
  readonly apiKey: Secret | undefined;
  /** The file of API keys of an API; none where absent. */
  readonly keysFile: string | undefined;
  /** Requests that a caller may send to one API in a second; not counted where absent. */
  readonly requestsPerSecondMax: number | undefined;
  readonly logLevel: string;
  readonly partitions: number;
  /** The learner of a cluster that is made, as asked for; another one than it has is refused. */
  readonly learner: LearnerName | undefined;
  readonly signingKey: Secret | undefined;
  /** A folder of this process alone, for files on their way. */
  readonly scratchFolder: string;
  readonly sliceMsMax: number;
  readonly checkpointEventsMax: number;
  readonly checkpointMsMax: number;
  readonly leaseMsMax: number;
  /** How long an erasure gathers users before the model without them is built. */
  readonly erasureDelayMsMax: number;
  readonly afterWaitMsMax: number;
  readonly timeTravelWaitMsMax: number;
  readonly exactScanItemsMax: number | undefined;
  readonly prequentialShare: number;
  /** When schedules run, as in the embedded profile; the API keeps them in Temporal. */
  readonly scheduleVerify: string;
  readonly scheduleTrain: string;
  readonly scheduleIndex: string;
  readonly schedulePromote: string;
  readonly promoteMetric: 'recall10' | 'mrr10';
  readonly promoteEventsMin: number;
  readonly statsdUrl: string | undefined;
  readonly otelExporterOtlpEndpoint: string | undefined;
  readonly otelServiceName: string;
  readonly dependencyWaitMsMax: number;
  readonly ackWaitMsMax: number;
  readonly lagEventsMax: number;
  readonly kafka: KafkaConfig | undefined;
  /** The topic on which the ingest tells the journal as CloudEvents; it tells nothing where absent. */
  readonly cloudEventsTopic: string | undefined;
  readonly mongo: MongoConfig | undefined;
  readonly redis: RedisConfig | undefined;
  readonly temporal: TemporalConfig | undefined;
  readonly files: FilesConfig | undefined;
}
