import { METRICS } from '../../activities/metrics.ts';
import type { TakingDeps } from '../cluster/worker/partition-taking.ts';
import type { PortMeter } from './metered-ports.ts';
import { timed } from './timed.ts';

/** What a worker writes to. */
export type WorkerStores = Pick<TakingDeps, 'stream' | 'users' | 'popular' | 'checkpoints'>;

/** A worker's stores with their writes measured: deltas and popular items go to Redis, users to MongoDB. */
export function meteredStores(stores: WorkerStores, meter: PortMeter): WorkerStores {
  const { instruments, clock } = meter;
  const { stream, users, popular } = stores;
  const deltas = instruments.series(METRICS.redisUpdates, 'deltas');
  const counted = instruments.series(METRICS.redisUpdates, 'popular');
  const stored = instruments.series(METRICS.mongoUpdates, 'users');
  return {
    checkpoints: meteredCheckpoints(stores.checkpoints, meter),
    stream: {
      append: (delta, fence) => timed(deltas, clock, () => stream.append(delta, fence)),
      end: (partition) => stream.end(partition),
    },
    users: {
      place: (partition) => users.place(partition),
      apply: (delta, fence) => timed(stored, clock, () => users.apply(delta, fence)),
      get: (surrogate) => users.get(surrogate),
      count: (partition) => users.count(partition),
      drop: () => users.drop(),
      close: () => users.close(),
    },
    popular: {
      apply: (range) => timed(counted, clock, () => popular.apply(range)),
      position: (partition) => popular.position(partition),
      top: (n, excluded) => popular.top(n, excluded),
      drop: () => popular.drop(),
      close: () => popular.close(),
    },
  };
}

/** Checkpoints whose writing is measured, and whose failures are counted. */
export function meteredCheckpoints<Saved, Taken>(
  checkpoints: { save(checkpoint: Taken): Promise<Saved> },
  { instruments, clock }: PortMeter,
): { save(checkpoint: Taken): Promise<Saved> } {
  const seconds = instruments.series(METRICS.checkpoints);
  const failures = instruments.series(METRICS.checkpointFailures);
  return {
    async save(checkpoint) {
      try {
        return await timed(seconds, clock, () => checkpoints.save(checkpoint));
      } catch (error) {
        failures(1);
        throw error;
      }
    },
  };
}
