import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ActivityInterfaceFor, ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { CLUSTER_TASK_QUEUES } from './messages.ts';
import type { ClusterWork } from './messages.ts';

/** Failure types that no retry mends: the codes of errors that need a person. */
const FINAL = ['INVALID', 'NOT_FOUND', 'CONFLICT', 'TOO_LARGE', 'DAMAGED', 'FENCED'];

/** Long enough for a busy core to beat, short enough that a worker that died is noticed at once. */
const HEARTBEAT_TIMEOUT = '8s';

/** Shorter for leases: nobody learns in a partition whose mover is gone. */
const LEASE_HEARTBEAT_TIMEOUT = '5s';

const retry = {
  initialInterval: '500ms',
  backoffCoefficient: 2,
  maximumInterval: '10s',
  nonRetryableErrorTypes: FINAL,
};

type Timing = Pick<ActivityOptions, 'startToCloseTimeout' | 'heartbeatTimeout'> & {
  readonly attemptsMax?: number;
  /** The longest pause between two tries; {@link retry}'s where it is left out. */
  readonly pauseMax?: `${number}ms`;
};

/** How long a worker's own queue may leave a lease lying: whoever is gone does not take it. */
const OWN_QUEUE_WAIT = '3s';

/** The queue of the processes that do this work; undefined in the embedded profile, whose one worker does it all. */
function queueOf(work: ClusterWork): string | undefined {
  const isCluster = workflowInfo().taskQueue === CLUSTER_TASK_QUEUES.workflows;
  return isCluster ? CLUSTER_TASK_QUEUES[work] : undefined;
}

/** Calls of activities, each with a sentence that says in the UI what it does. */
type Timed = (summary: string, ownQueue?: string) => ActivityInterfaceFor<Activities>;

/**
 * The activities under one class of timing: `said('Trains epoch 3 of 8').trainEpoch(…)`. With the queue of one worker
 * the call fails where that worker does not take it soon, or fails: any worker may take the next one.
 */
function timed(work: ClusterWork, timing: Timing): Timed {
  const { attemptsMax, pauseMax, ...rest } = timing;
  const options: ActivityOptions = {
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    ...rest,
    retry: {
      ...retry,
      ...(attemptsMax !== undefined && { maximumAttempts: attemptsMax }),
      ...(pauseMax !== undefined && { maximumInterval: pauseMax }),
    },
  };
  return (summary, ownQueue) => {
    const taskQueue = ownQueue ?? queueOf(work);
    return proxyActivities<Activities>({
      ...options,
      summary,
      ...(taskQueue !== undefined && { taskQueue }),
      // Tried once: whoever is gone or stopped may have taken the next try, too, and nobody else would get it.
      ...(ownQueue !== undefined && {
        scheduleToStartTimeout: OWN_QUEUE_WAIT,
        retry: { maximumAttempts: 1 },
      }),
    });
  };
}

const seconds = { startToCloseTimeout: '2m', attemptsMax: 20 } as const;

const lease = {
  startToCloseTimeout: '15m',
  heartbeatTimeout: LEASE_HEARTBEAT_TIMEOUT,
  pauseMax: '500ms',
} as const;

/** Notes and facts of a training: seconds. */
export const quickTraining = timed('training', seconds);

/** Looks, facts and swaps of an index build: seconds. */
export const quickIndexing = timed('indexing', seconds);

/** Notes and facts of a backfill: seconds. */
export const quickBackfill = timed('shadows', seconds);

/**
 * Leases of a partition: they end by themselves, and go on for ever. A mover that is gone is noticed in seconds, and
 * however often one was gone before, or declined, the next try comes soon.
 */
export const leasing = timed('partitions', lease);

/** Leases of a shadow, which any worker may take: one with its share of the partitions, too. */
export const shadowing = timed('shadows', lease);

/** Datasets, epochs and measurements: hours at the most. */
export const training = timed('training', { startToCloseTimeout: '6h', attemptsMax: 10 });

/** Time travels: as long as a replay from the start takes; a core that is back begins anew. */
export const travelling = timed('partitions', { startToCloseTimeout: '6h', attemptsMax: 5 });

/** Proofs: as long as a replay from the start takes, or two; a core that is back begins anew. */
export const proving = timed('training', { startToCloseTimeout: '12h', attemptsMax: 5 });

/** Index builds: hours at the most. */
export const indexing = timed('indexing', { startToCloseTimeout: '6h', attemptsMax: 5 });

/** Plans of versions that leave events out, which read the journal once, and their promotion: minutes at the most. */
export const rebuilding = timed('training', { startToCloseTimeout: '1h', attemptsMax: 50 });
