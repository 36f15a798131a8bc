import { proxyActivities } from '@temporalio/workflow';
import type { ActivityInterfaceFor, ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';

/** Failure types that no retry mends: the codes of errors that need a person. */
const FINAL = ['INVALID', 'NOT_FOUND', 'CONFLICT', 'TOO_LARGE', 'DAMAGED', 'FENCED'];

/** Long enough for a busy core to beat, short enough that a worker that died is noticed at once. */
const HEARTBEAT_TIMEOUT = '8s';

const retry = {
  initialInterval: '500ms',
  backoffCoefficient: 2,
  maximumInterval: '10s',
  nonRetryableErrorTypes: FINAL,
};

type Timing = Pick<ActivityOptions, 'startToCloseTimeout' | 'scheduleToCloseTimeout'> & {
  readonly attemptsMax?: number;
};

/**
 * The activities under one class of timing, each call with a sentence that says in the UI what it does:
 * `said('Trains epoch 3 of 8').trainEpoch(…)`.
 */
function timed(timing: Timing): (summary: string) => ActivityInterfaceFor<Activities> {
  const { attemptsMax, ...rest } = timing;
  const options: ActivityOptions = {
    ...rest,
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: { ...retry, ...(attemptsMax !== undefined && { maximumAttempts: attemptsMax }) },
  };
  return (summary) => proxyActivities<Activities>({ ...options, summary });
}

/** Looks, notes and facts: seconds. */
export const quick = timed({ startToCloseTimeout: '2m', attemptsMax: 20 });

/** Leases of a partition: they end by themselves, and go on for ever. */
export const leasing = timed({ startToCloseTimeout: '15m' });

/** Datasets, epochs and measurements: hours at the most. */
export const training = timed({ startToCloseTimeout: '6h', attemptsMax: 10 });

/** Index builds: hours at the most. */
export const indexing = timed({ startToCloseTimeout: '6h', attemptsMax: 5 });
