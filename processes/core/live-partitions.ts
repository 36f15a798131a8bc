import type { ArmStates } from '../../activities/versions/arm-states.ts';
import { LivePartition } from '../../activities/replay/live-partition.ts';
import type { CheckpointLinks } from '../../activities/replay/checkpoint-links.ts';
import type { LivePartitionDeps } from '../../activities/replay/live-partition.ts';
import { SHADOW_TAKE_MS_MAX } from '../../activities/versions/shadows.ts';
import type { Shadows } from '../../activities/versions/shadows.ts';
import type { VersionRuntimes } from '../../activities/versions/version-runtimes.ts';
import type { Journal } from '../../events/journal.ts';
import type { ModelDelta } from '../../model/delta.ts';
import type { ServingState } from '../../projections/serving-state.ts';
import type { StateTrail } from '../../projections/state-trail.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { meteredCheckpoints } from '../observe/metered-stores.ts';
import type { Observation } from '../observe/observation.ts';
import type { Merges } from './merges.ts';
import type { PrequentialMetricsBook } from './prequential-metrics.ts';
import type { KeptShadows } from './shadow-keeping.ts';
import type { Warnings } from './warnings.ts';
import { yieldNow } from './yield-now.ts';

/** What the live partitions are made with. */
export interface LivePartitionsDeps {
  readonly journal: Journal;
  readonly versions: VersionRuntimes;
  readonly links: CheckpointLinks;
  readonly trails: readonly StateTrail[];
  readonly serving: ServingState;
  readonly config: Config;
  readonly clock: () => number;
  readonly logger: Logger;
  readonly warnings: Warnings;
  readonly merges: Merges;
  readonly prequential: PrequentialMetricsBook;
  readonly shadows: Shadows;
  readonly arms: Pick<ArmStates, 'leave'>;
  readonly kept: Pick<KeptShadows, 'figures'>;
  readonly observation: Pick<Observation, 'instruments' | 'applied'>;
  /** Filled with what is recovered. */
  readonly live: LivePartition[];
}

/** Recovers every partition from its newest good checkpoint; none moves yet. */
export async function recoverLive(deps: LivePartitionsDeps): Promise<void> {
  const { journal, versions, links, config, clock, logger, warnings } = deps;
  const { merges, prequential, shadows, kept, live, observation } = deps;
  const measured = meteredCheckpoints(links, { ...observation, clock });
  for (let partition = 0; partition < journal.partitions; partition += 1) {
    const runtime = await versions.recover(partition);
    live.push(
      new LivePartition(runtime, {
        journal,
        versions: {
          runtimeAt: async (version, one, at) => {
            const signal = AbortSignal.timeout(SHADOW_TAKE_MS_MAX);
            const held = await shadows.take(version, one, at, signal);
            return held ?? versions.runtimeAt(version, one, at);
          },
        },
        sink: sinkOf(deps),
        lendsDeltas: true,
        onRetired: (retired) => {
          shadows.put(retired);
        },
        yieldNow,
        sliceMsMax: config.sliceMsMax,
        clock,
        merges: merges.exchange,
        observerOf: (version) => prequential.observerOf(version),
        save: async (checkpoint) => {
          await kept.figures.save(checkpoint.manifest.version);
          await measured.save(checkpoint);
          await merges.retention.saved(checkpoint.manifest);
        },
        onError: (error, what) => {
          logger.error({ err: error, partition }, `${what} failed`);
          const reason = error instanceof Error ? error.message : String(error);
          warnings.add(`${what} of partition ${String(partition)} failed: ${reason}`);
        },
        bounds: {
          checkpointEventsMax: config.checkpointEventsMax,
          checkpointMsMax: config.checkpointMsMax,
        },
      }),
    );
  }
}

/** Gives deltas to the projections and to the trail of the state, and tells when answers know them. */
function sinkOf(deps: LivePartitionsDeps): NonNullable<LivePartitionDeps['sink']> {
  const { serving, trails, shadows, observation, clock } = deps;
  return (delta) => {
    const beganMs = clock();
    const known = (): void => {
      const { partition, to: sequence, version } = delta;
      observation.applied({ partition, sequence, version, beganMs, endedMs: clock() });
      shadows.wake();
    };
    if (delta.whole) return takeWhole(deps, delta).then(known);
    serving.apply(delta);
    trails[delta.partition]?.apply(delta);
    known();
    return undefined;
  };
}

async function takeWhole(
  { serving, trails, arms }: LivePartitionsDeps,
  delta: ModelDelta,
): Promise<void> {
  await trails[delta.partition]?.applyWhole(delta, yieldNow);
  await serving.applyWhole(delta, yieldNow);
  arms.leave(delta.version, delta.partition);
}
