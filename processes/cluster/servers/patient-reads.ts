import type { FollowerDeps, VersionSource } from '../../../activities/replay/follower.ts';
import type { MergeExchange } from '../../../activities/merges/merge-exchange.ts';
import type { VersionRuntimes } from '../../../activities/versions/version-runtimes.ts';
import { hasCode } from '../../../events/error.ts';
import { sequence } from '../../../events/position.ts';
import { pause, patiently } from './patience.ts';
import type { Patience } from './patience.ts';

/** A journal whose reader waits outages out, so that none of them stops what follows it. */
export function patientJournal(
  journal: FollowerDeps['journal'],
  patience: Patience,
): FollowerDeps['journal'] {
  return {
    head: (partition) => journal.head(partition),
    read: (partition, after) => patiently(patience, () => journal.read(partition, after)),
    async changed(partition, after, signal) {
      // An abort of the wait is no end of the reader: it resolves, as every journal's does.
      for (let failures = 0; !signal.aborted && !patience.signal.aborted; failures += 1) {
        try {
          await journal.changed(partition, after, signal);
          return;
        } catch (error) {
          if (!hasCode(error, 'UNAVAILABLE')) throw error;
          if (failures === 0) patience.onTrouble(error);
          await pause(failures, signal);
        }
      }
    },
  };
}

/** Runtimes of promoted versions for a follower: a promotion that it consumed is not gone past, whatever is down. */
export function patientVersions(
  versions: Pick<VersionRuntimes, 'runtimeAt' | 'isRetired'>,
  patience: Patience,
): VersionSource {
  const { signal } = patience;
  return {
    runtimeAt: (version, partition, at) =>
      patiently(patience, () => versions.runtimeAt(version, partition, sequence(at), { signal })),
    isRetired: (version) => patiently(patience, () => versions.isRetired(version)),
  };
}

/** An exchange for a follower: what is down makes it stand before a barrier and never stops it. */
export function patientMerges(exchange: MergeExchange, patience: Patience): MergeExchange {
  return {
    contribute: (contribution) => patiently(patience, () => exchange.contribute(contribution)),
    async take(name, partition, signal) {
      for (let failures = 0; !signal.aborted && !patience.signal.aborted; failures += 1) {
        try {
          return await exchange.take(name, partition, signal);
        } catch (error) {
          if (!hasCode(error, 'UNAVAILABLE')) throw error;
          if (failures === 0) patience.onTrouble(error);
          await pause(failures, signal);
        }
      }
      return undefined;
    },
  };
}
