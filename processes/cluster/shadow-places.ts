import type { VersionRuntimes } from '../../activities/version-runtimes.ts';
import { RepriseError } from '../../events/error.ts';

/** Tries of a shadow's lease that a worker declines which does not move the partition; then any worker takes it. */
export const SHADOW_DECLINES_MAX = 20;

/** Where a lease of a shadow is asked for. */
export interface ShadowPlace {
  /** Tells whether this worker moves a partition. */
  readonly isHeld: (partition: number) => boolean;
  /** Which try of the lease this is, from 1. */
  readonly attempt: () => number;
}

/**
 * Has shadows stand where their partitions are moved, so that a promotion finds them there: without its shadow a worker
 * replays all partitions from the start of the version while the one that is promoted stands still.
 */
export function besideLive(
  versions: Pick<VersionRuntimes, 'advanceShadow'>,
  { isHeld, attempt }: ShadowPlace,
): Pick<VersionRuntimes, 'advanceShadow'> {
  return {
    async advanceShadow(version, partition, to, control) {
      if (!isHeld(partition) && attempt() <= SHADOW_DECLINES_MAX) {
        throw new RepriseError(
          'BUSY',
          `partition ${String(partition)} is moved by another worker, which is to replay ${version}, too`,
        );
      }
      return versions.advanceShadow(version, partition, to, control);
    },
  };
}
