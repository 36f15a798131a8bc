import { accessSync, constants, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RepriseError } from '../../events/error.ts';
import type { ClusterConfig } from './cluster-config.ts';
import {
  filesOf,
  kafkaOf,
  mongoOf,
  redisOf,
  secretOf,
  temporalOf,
  variables,
} from './cluster-parts.ts';
import type { Values } from './cluster-parts.ts';
import type { ClusterProcess } from './cluster-process.ts';
import { faultsBetween } from './cluster-rules.ts';
import { clusterVariables } from './cluster-variables.ts';
import { withSecretFiles } from './secret-files.ts';
import type { Environment } from './variable-names.ts';
import { unknownVariables } from './variable-names.ts';

/** What of the machine the configuration is checked against. */
export interface ConfigSurroundings {
  readonly readFile: (path: string) => string;
  /** Tells whether a file that is named is there and may be read. */
  readonly isReadable: (path: string) => boolean;
}

const thisMachine: ConfigSurroundings = {
  readFile: (path) => readFileSync(path, 'utf8'),
  isReadable(path) {
    try {
      accessSync(path, constants.R_OK);
      return true;
    } catch {
      return false;
    }
  },
};

/** Reads the configuration of a process of the cluster; throws INVALID with every fault at once. */
export function readClusterConfig(
  given: Environment,
  process: ClusterProcess,
  surroundings: ConfigSurroundings = thisMachine,
): ClusterConfig {
  const { env, faults: ofFiles } = withSecretFiles(given, surroundings.readFile);
  const parsed = variables.safeParse(env);
  const ofValues = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`);
  const faults = [
    ...ofFiles,
    ...ofValues,
    ...faultsBetween({ env, process }).filter(
      (fault) => !ofFiles.some((other) => other.startsWith(`${nameIn(fault)}_FILE:`)),
    ),
    ...missingFiles(env, surroundings),
    ...unknownVariables(given),
  ];
  if (faults.length > 0 || !parsed.success) {
    throw new RepriseError('INVALID', `the environment does not fit: ${faults.join('; ')}`, {
      faults,
    });
  }
  return configOf(parsed.data, process);
}

/** The variable that a fault starts with. */
function nameIn(fault: string): string {
  return fault.slice(0, fault.indexOf(':'));
}

/** Says which files of TLS are not there; secrets in files are resolved before this. */
function missingFiles(env: Environment, { isReadable }: ConfigSurroundings): readonly string[] {
  return Object.keys(clusterVariables)
    .filter((name) => name.endsWith('_FILE'))
    .flatMap((name) => {
      const path = env[name];
      return path === undefined || isReadable(path)
        ? []
        : [`${name}: ${path} cannot be read: check that it is mounted`];
    });
}

function configOf(value: Values, process: ClusterProcess): ClusterConfig {
  return {
    process,
    host: value.REPRISE_HOST,
    port: value.REPRISE_PORT,
    probePort: value.REPRISE_PROBE_PORT,
    apiKey: secretOf(value.REPRISE_API_KEY),
    keysFile: value.REPRISE_KEYS_FILE,
    requestsPerSecondMax: value.REPRISE_REQUESTS_PER_SECOND_MAX,
    logLevel: value.REPRISE_LOG_LEVEL,
    partitions: value.REPRISE_PARTITIONS,
    learner: value.REPRISE_LEARNER,
    signingKey: secretOf(value.REPRISE_SIGNING_KEY),
    scratchFolder: value.REPRISE_SCRATCH_FOLDER ?? join(tmpdir(), 'reprise'),
    sliceMsMax: value.REPRISE_SLICE_MS_MAX,
    checkpointEventsMax: value.REPRISE_CHECKPOINT_EVENTS_MAX,
    checkpointMsMax: value.REPRISE_CHECKPOINT_MS_MAX,
    leaseMsMax: value.REPRISE_LEASE_MS_MAX,
    erasureDelayMsMax: value.REPRISE_ERASURE_DELAY_MS_MAX,
    afterWaitMsMax: value.REPRISE_AFTER_WAIT_MS_MAX,
    timeTravelWaitMsMax: value.REPRISE_TIME_TRAVEL_WAIT_MS_MAX,
    exactScanItemsMax: value.REPRISE_EXACT_SCAN_ITEMS_MAX,
    prequentialShare: value.REPRISE_PREQUENTIAL_SHARE,
    scheduleVerify: value.REPRISE_SCHEDULE_VERIFY,
    scheduleTrain: value.REPRISE_SCHEDULE_TRAIN,
    scheduleIndex: value.REPRISE_SCHEDULE_INDEX,
    schedulePromote: value.REPRISE_SCHEDULE_PROMOTE,
    promoteMetric: value.REPRISE_PROMOTE_METRIC,
    promoteEventsMin: value.REPRISE_PROMOTE_EVENTS_MIN,
    statsdUrl: value.REPRISE_STATSD_URL,
    otelExporterOtlpEndpoint: value.OTEL_EXPORTER_OTLP_ENDPOINT,
    otelServiceName: value.OTEL_SERVICE_NAME,
    dependencyWaitMsMax: value.REPRISE_DEPENDENCY_WAIT_MS_MAX,
    ackWaitMsMax: value.REPRISE_ACK_WAIT_MS_MAX,
    lagEventsMax: value.REPRISE_LAG_EVENTS_MAX,
    kafka: kafkaOf(value),
    cloudEventsTopic: value.REPRISE_CLOUD_EVENTS_TOPIC,
    mongo: mongoOf(value),
    redis: redisOf(value),
    temporal: temporalOf(value),
    files: filesOf(value),
  };
}
