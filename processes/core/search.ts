import { FaissSearcher } from '../../adapters/embedded/searcher.ts';
import type { IndexReleaseStore } from '../../projections/index-release.ts';
import type { ServingState } from '../../projections/serving-state.ts';
import type { Logger } from '../logger.ts';
import type { Warnings } from './warnings.ts';
import { yieldNow } from './yield-now.ts';

/** Releases that are kept, the newest first to stay. */
const RELEASES_KEPT_MAX = 3;

/** What approximate search is made with. */
export interface SearchDeps {
  readonly releases: IndexReleaseStore;
  /** Why faiss-node is off; undefined where it is there. */
  readonly unavailable: string | undefined;
  readonly serving: ServingState;
  readonly logger: Logger;
  readonly warnings: Warnings;
}

/** Approximate search of an instance: the releases, and the process that searches the newest. */
export class ApproximateSearch {
  readonly releases: IndexReleaseStore;
  readonly searcher: FaissSearcher | undefined;
  readonly #deps: SearchDeps;
  /** What could not be used, for status. */
  #trouble: string | undefined;
  /** The recall at 10 of the release in use. */
  #recall10: number | undefined;
  /** The newest release when it was last looked. */
  #looked: string | undefined;

  constructor(deps: SearchDeps) {
    this.#deps = deps;
    this.releases = deps.releases;
    this.#trouble = deps.unavailable;
    this.searcher =
      deps.unavailable === undefined
        ? new FaissSearcher({
            script: new URL('../searcher.ts', import.meta.url),
            onTrouble: (why) => {
              deps.logger.warn({ why }, 'the searcher is in trouble');
            },
          })
        : undefined;
  }

  /** The share of the exact first 10 that the release in use finds; undefined where none is. */
  get recall10(): number | undefined {
    return this.#recall10;
  }

  /** Why searches are exact although there is a release; undefined where nothing is wrong. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Uses the newest release of a version whose files hold; where there is none, searches are exact. */
  async useNewest(version: string): Promise<void> {
    if (this.searcher === undefined) return;
    const found = await this.releases.newest(version, ({ release, reason }) => {
      this.#deps.logger.warn({ release, reason }, 'an index release is damaged; passing over it');
      this.#deps.warnings.add(`index release ${release} is damaged and passed over: ${reason}`);
    });
    if (found === undefined) return;
    try {
      await this.searcher.use(found.manifest, found.folder);
      await this.#deps.serving.useRelease(found, yieldNow);
      this.#trouble = undefined;
      this.#recall10 = found.manifest.recall10;
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
      this.#deps.logger.warn({ err: error }, 'the index release cannot be searched');
    }
  }

  /**
   * Looks whether there is a newer release of a version than the one in use, and uses it; the same one anew where it
   * cannot be searched any more. Tells whether there is any: one in use may have been removed.
   */
  async useNewer(version: string): Promise<boolean> {
    if (this.searcher === undefined) return false;
    const newest = (await this.releases.list()).find((one) => one.version === version);
    if (newest === undefined) return false;
    const isDown = this.#trouble !== undefined || this.searcher.status().state === 'down';
    if (newest.release === this.#looked && !isDown) return true;
    await this.useNewest(version);
    // A damaged one is passed over until there is another.
    this.#looked = newest.release;
    return true;
  }

  /** Removes the releases of all versions but one; returns their names. */
  async removeOthers(version: string): Promise<readonly string[]> {
    const kept = (await this.releases.list()).filter((one) => one.version === version);
    return this.releases.removeOld(
      0,
      kept.map(({ release }) => release),
    );
  }

  /** Removes what is past the newest releases. */
  async removeOld(): Promise<void> {
    await this.releases.removeOld(RELEASES_KEPT_MAX);
  }

  async close(): Promise<void> {
    await this.searcher?.close();
  }
}
