import type { RebuildKind } from '../../core/durable-host.ts';
import type { DurableHost } from '../../core/durable-host.ts';
import type { Logger } from '../../logger.ts';

/** How often the workflow is told of what is pending still: it may have failed, or been lost. */
export const REBUILD_ASK_MS = 60_000;

/** What asks for versions that leave events out. */
export interface RebuildAskingDeps {
  readonly kind: RebuildKind;
  readonly durable: Pick<DurableHost, 'startRebuild'>;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Asks the one workflow of the cluster that builds versions which leave events out, again while something is pending. */
export class RebuildAsking {
  readonly #deps: RebuildAskingDeps;
  #url: string | undefined;
  #failure: string | undefined;
  /** When it was asked last; undefined where that failed, or nothing was pending since. */
  #askedMs: number | undefined;

  constructor(deps: RebuildAskingDeps) {
    this.#deps = deps;
  }

  /** Where to watch it, and why it could not be asked. */
  get about(): { readonly url: string | undefined; readonly failure: string | undefined } {
    return { url: this.#url, failure: this.#failure };
  }

  /** Says that something is pending: it begins at once, or when more may have come. */
  wake(now: boolean): void {
    const { kind, durable, clock, logger } = this.#deps;
    this.#askedMs = clock();
    durable.startRebuild(kind, now).then(
      ({ url }) => {
        this.#url = url;
        this.#failure = undefined;
      },
      (error: unknown) => {
        this.#askedMs = undefined;
        this.#failure = error instanceof Error ? error.message : String(error);
        logger.warn({ err: error, kind }, 'no workflow could be asked: trying again');
      },
    );
  }

  /** Says whether something is pending still, as it is looked from time to time. */
  remind(isPending: boolean): void {
    if (!isPending) this.#askedMs = undefined;
    else if (this.#askedMs === undefined) this.wake(false);
    else if (this.#deps.clock() - this.#askedMs >= REBUILD_ASK_MS) this.wake(false);
  }

  /** Nothing of it runs here. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
