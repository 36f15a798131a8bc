import type { KeyObject } from 'node:crypto';
import { openMerges } from '../../../adapters/cluster/merges.ts';
import type { ExportedEvent, TravelPort } from '../../../api/deps.ts';
import type { ExploredPort } from '../../../api/explored-port.ts';
import { readNativeParts } from '../../core/native-parts.ts';
import { createPast } from '../../core/time-travel.ts';
import { travelPort } from '../../core/travel-port.ts';
import { openUserExport } from '../../core/user-export.ts';
import { headsOfNow } from '../heads-of-now.ts';
import type { ApiParts } from './api-parts.ts';

/** What an API answers the past from: what all processes share, and what every one of them holds. */
export type PastWays = Pick<
  ApiParts,
  | 'stores'
  | 'maker'
  | 'kernels'
  | 'search'
  | 'durable'
  | 'observation'
  | 'config'
  | 'logger'
  | 'signal'
>;

/** The past of a cluster as the API asks for it. */
export interface OpenPast {
  readonly travel: TravelPort;
  readonly explored: ExploredPort;
  /** Resolves when nothing is read any more; the process's signal has to have aborted. */
  close(): Promise<void>;
}

/**
 * Opens the past of a cluster: this process replays it beside what it serves, from the checkpoints and merges that the workers
 * left and the journal that all share. It asks for the journal's heads of now, for what others appended is known here a moment later.
 */
export function openPast(parts: PastWays, signingKey: KeyObject): OpenPast {
  const { stores, logger } = parts;
  const { journal, objects } = stores;
  const { partitions } = journal;
  const keptMerges =
    partitions === 1
      ? undefined
      : openMerges({
          ...{ objects, partitions },
          onDamaged: (path, reason) => {
            logger.warn({ path, reason }, 'a merge is damaged: the past is replayed without it');
          },
        });
  const made = createPast({
    ...parts,
    ...stores,
    ...{ keptMerges, signingKey },
    faissUnavailable: readNativeParts().faiss.unavailable,
    // Fractions, for slices are measured by it.
    clock: () => performance.timeOrigin + performance.now(),
  });
  const past = travelPort(made);
  const seen = async <T>(ask: () => Promise<T>): Promise<T> => {
    await headsOfNow(journal);
    return ask();
  };
  return {
    travel: {
      recommend: (query) => seen(() => past.recommend(query)),
      // The answer whose events are asked for stands where this process has read.
      events: (...asked) => past.events(...asked),
      whatIf: (query) => seen(() => past.whatIf(query)),
      session: (query) => seen(() => past.session(query)),
      lineage: (id) => seen(() => past.lineage(id)),
      verify: (id) => seen(() => past.verify(id)),
      describe: (id) => past.describe(id),
    },
    explored: {
      async *tell(query, ending) {
        await headsOfNow(journal);
        yield* made.explored.tell(query, ending);
      },
    },
    close: () => made.travel.close(),
  };
}

/** Opens all that is held and derived of a user of the cluster, up to the journal's heads of now. */
export async function openClusterExport(
  parts: Pick<ApiParts, 'stores' | 'serving'>,
  user: string,
): Promise<AsyncIterable<ExportedEvent> | undefined> {
  await headsOfNow(parts.stores.journal);
  return openUserExport(parts, user);
}
