import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import type { RunsPort } from '../../../api/deps.ts';
import type { BackfillRequest } from '../../../api/schema/versions.ts';
import type { VersionRegistry } from '../../../activities/versions/version-registry.ts';
import { RepriseError } from '../../../events/error.ts';
import { backfillId, CLUSTER_TASK_QUEUES } from '../../../workflows/messages.ts';
import type { BackfillInput } from '../../../workflows/messages.ts';
import type { ClusterConfig } from '../../config/cluster-config.ts';
import type { DurableRuns } from '../../core/durable-host.ts';
import { INDEX_BUILD_INTERVAL_MS_MIN } from '../../core/index-pacing.ts';
import { createRuns } from '../../durable/runs.ts';
import { wantedSchedules } from '../../durable/schedule-specs.ts';
import { Schedules } from '../../durable/schedules.ts';
import { WorkflowStarter } from '../../durable/starter.ts';
import { connectTemporal } from './temporal.ts';

/** How long Temporal may take to answer one question of the API. */
export const RUN_CALL_MS_MAX = 5_000;

/** What runs are started with from an API of the cluster. */
export interface TemporalRunsDeps {
  readonly config: ClusterConfig;
  readonly registry: Pick<VersionRegistry, 'nextName'>;
  /** The version that serves. */
  readonly live: () => string | undefined;
  /** Checks what a backfill is asked; told the versions that are being built. */
  readonly backfillOf: (
    request: BackfillRequest,
    building: () => Promise<readonly string[]>,
  ) => Promise<BackfillInput>;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Told where the schedules are not what the configuration says. */
  readonly onUnscheduled: (error: unknown) => void;
}

/** Runs through the cluster's Temporal. */
export interface TemporalRuns extends DurableRuns {
  /** Builds an index that several APIs may find due at the same time: it is one build. */
  buildDue(): Promise<unknown>;
  /** Throws where the server does not answer. */
  check(): Promise<void>;
}

/** Connects to Temporal, whose workers do the runs. */
export async function connectRuns(deps: TemporalRunsDeps): Promise<TemporalRuns> {
  const { config, registry, live, clock } = deps;
  const temporal = await connectTemporal(config);
  const { connection } = temporal.client;
  const starter = starterOf(temporal);
  const bounded = boundedBy(temporal);
  const schedules = new Schedules({
    ...{ client: temporal.client, uiUrl: temporal.uiUrl, wanted: wantedSchedules(config) },
    place: { taskQueue: CLUSTER_TASK_QUEUES.workflows, namespace: temporal.namespace },
  });
  bounded(() => schedules.reconcile()).catch(deps.onUnscheduled);
  const runsAt = (releaseClock: () => number): RunsPort =>
    createRuns({
      ...{ starter, registry, live, clock, releaseClock, leaseMsMax: config.leaseMsMax },
      ...OTHERS_TO_SAY,
    });
  const runs = runsAt(clock);
  const due = runsAt(() => clock() - (clock() % INDEX_BUILD_INTERVAL_MS_MIN));
  return {
    url: temporal.uiUrl,
    startTraining: (request) => bounded(() => runs.startTraining(request)),
    startIndexBuild: (request) => bounded(() => runs.startIndexBuild(request)),
    startBackfill: async (request) => {
      const input = await deps.backfillOf(request, () => bounded(() => buildingOf(runs)));
      return bounded(() => starter.backfill(input));
    },
    controlBackfill: (workflowId, control) =>
      bounded(() => runs.controlBackfill(workflowId, control)),
    list: () => bounded(() => runs.list()),
    describe: (kind, workflowId) => bounded(() => runs.describe(kind, workflowId)),
    startRebuild: (kind, now) => {
      const delayMsMax = kind === 'erasure' ? config.erasureDelayMsMax : 0;
      const { leaseMsMax } = config;
      return bounded(() => starter.rebuild(kind, { delayMsMax, leaseMsMax }, now));
    },
    buildDue: () => bounded(() => due.startIndexBuild({})),
    schedules: {
      list: () => bounded(() => schedules.list()),
      control: (name, control) => bounded(() => schedules.control(name, control)),
    },
    check: async () => {
      await bounded(() => connection.workflowService.getSystemInfo({}));
    },
    close: () => temporal.close(),
  };
}

/** Starts one training from a process that keeps no runs and sets no schedules. */
export async function startOneTraining(
  {
    config,
    registry,
    live,
    clock,
  }: Pick<TemporalRunsDeps, 'config' | 'registry' | 'live' | 'clock'>,
  request: Parameters<RunsPort['startTraining']>[0],
): ReturnType<RunsPort['startTraining']> {
  const temporal = await connectTemporal(config);
  try {
    const runs = createRuns({
      ...{ starter: starterOf(temporal), registry, live, clock, releaseClock: clock },
      ...{ leaseMsMax: config.leaseMsMax, ...OTHERS_TO_SAY },
    });
    return await boundedBy(temporal)(() => runs.startTraining(request));
  } finally {
    await temporal.close();
  }
}

/** What the trainer and the indexer lack is theirs to say. */
const OTHERS_TO_SAY = { tfjsUnavailable: undefined, indexUnavailable: undefined };

type Temporal = Awaited<ReturnType<typeof connectTemporal>>;

function starterOf({ client, uiUrl, namespace }: Temporal): WorkflowStarter {
  return new WorkflowStarter(client, uiUrl, {
    ...{ taskQueue: CLUSTER_TASK_QUEUES.workflows, namespace },
  });
}

/** Gives calls their time, and says what an outage is. */
function boundedBy({
  client: { connection },
}: Temporal): <T>(call: () => Promise<T>) => Promise<T> {
  return async (call) => {
    try {
      return await connection.withDeadline(Date.now() + RUN_CALL_MS_MAX, call);
    } catch (error) {
      throw explained(error);
    }
  };
}

/** The versions whose backfills are under way. */
async function buildingOf(runs: RunsPort): Promise<readonly string[]> {
  const running = (await runs.list()).filter(
    ({ kind, state }) => kind === 'backfill' && state === 'running',
  );
  return running.map(({ workflowId }) => workflowId.slice(backfillId('').length));
}

function explained(error: unknown): unknown {
  if (!(error instanceof ServiceError) && !isGrpcServiceError(error)) return error;
  const why = error.cause instanceof Error ? error.cause.message : error.message;
  return new RepriseError(
    'UNAVAILABLE',
    `temporal does not answer (${why}): see that its server runs and try again`,
    {},
    error,
  );
}
