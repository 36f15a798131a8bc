import type { LentRelease } from '../../activities/past/answer-proof.ts';
import { FaissSearcher } from '../../adapters/embedded/searcher.ts';
import { hasCode } from '../../events/error.ts';
import type { IndexReleaseStore } from '../../projections/index-release.ts';

/** How long a search of a past answer may take: nobody's answer waits for it. */
export const proofSearchWaitMsMax = 10_000;

/** What releases are lent from. */
export interface ReleaseLending {
  readonly releases: Pick<IndexReleaseStore, 'load'>;
  /** Why faiss-node is off; undefined where it is there. */
  readonly unavailable: string | undefined;
}

/** Lends a release, under a searcher of its own, to some work; says why where there is none. */
export async function withRelease<T>(
  { releases, unavailable }: ReleaseLending,
  release: string,
  work: (lent: LentRelease) => Promise<T>,
): Promise<T | { readonly missing: string }> {
  if (unavailable !== undefined) return { missing: `approximate search is off: ${unavailable}` };
  const loaded = await releases.load(release).catch((error: unknown) => {
    if (hasCode(error, 'NOT_FOUND') || hasCode(error, 'DAMAGED')) return undefined;
    throw error;
  });
  if (loaded === undefined) {
    return { missing: `index release ${release} is not kept any more, or cannot be read` };
  }
  const searcher = new FaissSearcher({
    script: new URL('../searcher.ts', import.meta.url),
    bounds: { searchWaitMsMax: proofSearchWaitMsMax },
  });
  try {
    await searcher.use(loaded.manifest, loaded.folder);
    return await work({ loaded, searcher });
  } finally {
    await searcher.close();
  }
}
