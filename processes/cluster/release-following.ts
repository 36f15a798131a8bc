import type { ServingState } from '../../projections/serving-state.ts';
import type { IndexPacing } from '../core/index-pacing.ts';
import type { ApproximateSearch } from '../core/search.ts';
import type { Warnings } from '../core/warnings.ts';
import type { Logger } from '../logger.ts';
import { pause } from './servers/persisting.ts';

/** How often an API looks for a newer index release. */
export const RELEASE_LOOK_MS = 3_000;

/** The pause after a release could not be used. */
const RELEASE_RETRY_MS = 30_000;

/** What answers are searched with. */
export interface SearchStand {
  /** The live version. */
  readonly version: string;
  /** Tells whether there are more items than are scanned with every request where they need not be. */
  readonly isWorthAnIndex: boolean;
  /** The release of the live version in use; undefined where all items are scanned. */
  readonly release: string | undefined;
}

/** What following index releases needs. */
export interface ReleaseFollowing {
  readonly search: Pick<ApproximateSearch, 'useNewer' | 'searcher' | 'trouble'>;
  /** Undefined before there is a state to answer from. */
  readonly stand: () => SearchStand | undefined;
  readonly pacing: Pick<IndexPacing, 'due'>;
  readonly warnings: Pick<Warnings, 'add'>;
  readonly logger: Pick<Logger, 'warn'>;
  readonly signal: AbortSignal;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Uses the newest index release of the live version until the signal aborts. Where there is none for more items than are
 * scanned gladly, because none was built or somebody removed it, a build is asked for.
 */
export async function followReleases(deps: ReleaseFollowing): Promise<void> {
  const { search, logger, signal, sleep = pause } = deps;
  let told: string | undefined;
  while (!signal.aborted) {
    try {
      const stand = deps.stand();
      if (stand !== undefined) {
        const isThere = await search.useNewer(stand.version);
        const isMissing = !isThere && search.searcher !== undefined && stand.isWorthAnIndex;
        // One that is on its way already stays the one.
        if (isMissing) deps.pacing.due();
        if (isMissing && told !== stand.version) tell(deps, stand);
        told = isMissing ? stand.version : undefined;
      }
    } catch (error) {
      logger.warn({ err: error }, 'index releases cannot be looked for');
    }
    const isTrouble = search.searcher !== undefined && search.trouble !== undefined;
    await sleep(isTrouble ? RELEASE_RETRY_MS : RELEASE_LOOK_MS, signal);
  }
}

/** How answers of the read side are searched for now. */
export function searchStandOf(serving: ServingState): SearchStand | undefined {
  if (!serving.isReady) return undefined;
  const states = Array.from({ length: serving.partitions }, (_, at) => serving.partition(at));
  const { exactScanItemsMax } = serving.bounds;
  const isSearched = states.some(({ vectors }) => vectors.overlay !== undefined);
  return {
    version: serving.partition(0).version,
    isWorthAnIndex: states.some(({ vectors }) => vectors.rows > exactScanItemsMax),
    release: isSearched ? (serving.overlayStatus.release ?? undefined) : undefined,
  };
}

function tell({ logger, warnings }: ReleaseFollowing, { version, release }: SearchStand): void {
  const meanwhile =
    release === undefined
      ? 'answers scan all items'
      : `answers go on with this process's copy of ${release}`;
  const text = `no index release of ${version} stands among the shared files: ${meanwhile} until one is built, which is asked for`;
  logger.warn({ version, release }, text);
  warnings.add(text);
}
