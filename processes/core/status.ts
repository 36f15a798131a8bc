import type { WaitingPartition } from '../../activities/merges/live-merges.ts';
import type { StatusAnswer } from '../../api/schema/answers.ts';
import type { Journal } from '../../events/journal.ts';
import { formatPosition, sequence } from '../../events/position.ts';
import type { ItemCatalogue } from '../../projections/items.ts';
import { CATALOGUE_PARTITION } from '../../projections/items.ts';
import type { SearcherStatus } from '../../projections/searcher.ts';
import type { ServingState } from '../../projections/serving-state.ts';
import type { Counts } from './counts.ts';
import type { Warning } from './warnings.ts';

/** A part that may be off: durable workflows, batch training, approximate search. */
export interface Part {
  readonly name: string;
  readonly on: boolean;
  readonly reason?: string;
}

/** How the partitions of the live version are moved. */
export interface ReplayStand {
  readonly version: string;
  readonly learner: string;
  /** The last sequence consumed of each partition. */
  readonly positions: readonly number[];
  readonly leased: boolean;
  /** Why no workflow leases them, where none does. */
  readonly reason?: string;
}

/** What status is told from. */
export interface StatusDeps {
  readonly release: string;
  readonly profile: string;
  readonly startedMs: number;
  readonly clock: () => number;
  readonly journal: Journal;
  readonly replay: () => ReplayStand;
  readonly serving: ServingState;
  readonly catalogue: ItemCatalogue;
  readonly searcher: () => SearcherStatus | undefined;
  readonly parts: () => readonly Part[];
  readonly links: () => Readonly<Record<string, string>>;
  readonly counts: () => Counts;
  readonly awaited: () => readonly string[];
  readonly warnings: () => readonly Warning[];
  /** Partitions that stand before a barrier until others have come. */
  readonly waiting?: () => readonly WaitingPartition[];
}

/** Tells how the instance stands. */
export function describeStatus(deps: StatusDeps): StatusAnswer {
  const { journal, serving } = deps;
  const { heads, bytes, full } = journal.status();
  const { version, learner, positions, ...leases } = deps.replay();
  const served = positions.map((_, partition) => at(partition, serving.position(partition)));
  const behind = positions.reduce(
    (sum, position, partition) => sum + Math.max(0, (heads[partition] ?? -1) - position),
    0,
  );
  return {
    release: deps.release,
    profile: deps.profile,
    partitions: positions.length,
    uptimeSeconds: (deps.clock() - deps.startedMs) / 1_000,
    residentBytes: process.memoryUsage.rss(),
    awaited: deps.awaited(),
    journal: { heads: heads.map((head, partition) => at(partition, head)), bytes, full },
    model: {
      ...{ version, learner },
      positions: positions.map((position, partition) => at(partition, position)),
    },
    replay: { ...leases, behind, ...waitingOf(deps) },
    projections: [
      ...['users', 'vectors', 'popular', 'dead-letters'].map((name) => ({
        name,
        positions: served,
      })),
      { name: 'items', positions: [at(CATALOGUE_PARTITION, deps.catalogue.position)] },
    ],
    search: searchOf(deps),
    counts: { ...deps.counts() },
    parts: deps.parts().map((part) => ({ ...part })),
    links: deps.links(),
    warnings: deps.warnings(),
  };
}

function at(partition: number, last: number): string {
  return formatPosition({ partition, sequence: sequence(last) });
}

function waitingOf({ waiting }: StatusDeps): { waiting?: string[] } {
  const lines = (waiting?.() ?? []).map(
    ({ partition, barrier, behind }) =>
      `partition ${String(partition)} waits for barrier ${String(barrier)} of partition ${behind.join(', ')}`,
  );
  return lines.length === 0 ? {} : { waiting: lines };
}

function searchOf({ serving, searcher }: StatusDeps): StatusAnswer['search'] {
  const { release, overlayItems } = serving.overlayStatus;
  const status = searcher();
  if (release === null) {
    return { mode: 'exact', reason: 'there is no index release of the live version yet' };
  }
  if (status?.state !== 'ready') {
    return { mode: 'exact', release, reason: status?.why ?? 'faiss-node is off', overlayItems };
  }
  return { mode: 'approximate', release, overlayItems, restarts: status.restarts };
}
