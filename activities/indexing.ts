import { RepriseError } from '../events/error.ts';
import type { EventDoor } from '../events/door.ts';
import type { IndexReleased } from '../events/fact.ts';
import { formatPosition } from '../events/position.ts';
import type {
  IndexBuilder,
  IndexManifest,
  IndexProgress,
  IndexSource,
} from '../projections/index-release.ts';
import { beating } from './beating.ts';

/** Queries that the recall of a partition is measured on, at most. */
export const RECALL_QUERIES_MAX = 1_000;

/** What the index activities need from outside. */
export interface IndexingDeps {
  readonly door: Pick<EventDoor, 'appendShared'>;
  /** Where the vectors are taken from, as they stand when it is asked. */
  readonly source: () => IndexSource | Promise<IndexSource>;
  /** Tells what stands to be indexed, without copying it. */
  readonly survey: () => IndexScope | Promise<IndexScope>;
  /** Undefined where Faiss is not there. */
  readonly builder: IndexBuilder | undefined;
  /** Why there is no builder, with the remedy. */
  readonly unavailable: string | undefined;
  /** Starts to search with a release; resolves to why it could not, or undefined. */
  readonly useRelease: (manifest: IndexManifest) => Promise<string | undefined>;
  readonly clock: () => number;
}

/** What would be indexed now. */
export interface IndexScope {
  readonly version: string;
  readonly items: number;
  readonly partitions: readonly { partition: number; position: string; items: number }[];
}

/** What to build. */
export interface BuildInput {
  readonly release: string;
  readonly createdMs: number;
  readonly recall10Min: number;
}

/** The side effects of an index build. Each may be called again with the same input and then changes nothing more. */
export interface IndexingActivities {
  /** Tells what stands to be indexed. */
  surveyVectors(): Promise<IndexScope>;
  /** Copies the vectors as they stand, builds, measures, and publishes where the recall is high enough. */
  buildRelease(input: BuildInput): Promise<IndexManifest>;
  /** Appends `IndexReleased` to every partition. */
  announceRelease(input: { manifest: IndexManifest }): Promise<{ positions: readonly string[] }>;
  /** Swaps the searcher to the release, no query failing meanwhile. */
  swapSearch(input: { manifest: IndexManifest }): Promise<{ inUse: boolean; why: string }>;
}

/** Makes the index activities. */
export function createIndexingActivities(deps: IndexingDeps): IndexingActivities {
  return {
    surveyVectors: () => beating(async () => deps.survey()),
    buildRelease: (input) =>
      beating<IndexProgress, IndexManifest>(async ({ signal, report }) => {
        if (deps.builder === undefined) {
          throw new RepriseError('INVALID', deps.unavailable ?? 'faiss-node is not there');
        }
        const source = await deps.source();
        const inputs = partitionsOf(source).map((partition) =>
          source.indexInput(partition, RECALL_QUERIES_MAX),
        );
        return deps.builder.build({ ...input, inputs }, report, signal);
      }),
    announceRelease: ({ manifest }) => beating(() => announce(deps, manifest)),
    swapSearch: ({ manifest }) =>
      beating(async () => {
        const why = await deps.useRelease(manifest);
        return why === undefined
          ? { inUse: true, why: `answers are searched with ${manifest.release}` }
          : { inUse: false, why };
      }),
  };
}

function partitionsOf({ partitions }: IndexSource): readonly number[] {
  return Array.from({ length: partitions }, (_, partition) => partition);
}

async function announce(
  deps: IndexingDeps,
  manifest: IndexManifest,
): Promise<{ positions: readonly string[] }> {
  const { release, version, sha256, recall10 } = manifest;
  const fact: IndexReleased = {
    kind: 'IndexReleased',
    release,
    version,
    sha256,
    recall10,
    timeMs: deps.clock(),
  };
  // The id is the release's own, so that a retry finds the fact where it stands.
  const { positions } = await deps.door.appendShared(fact, `release ${release} ${sha256}`);
  return { positions: positions.map((position) => formatPosition(position)) };
}
