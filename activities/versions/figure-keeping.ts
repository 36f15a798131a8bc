import type { PrequentialObserver } from '../../actors/runtime/prequential-observer.ts';
import { packFigures, unpackFigures } from '../../model/stream/figure-tensors.ts';
import type { CheckpointStore } from '../replay/checkpoint-store.ts';
import { OneAtATime } from '../one-at-a-time.ts';

/** Files of figures kept a version: the newest holds all that the ones before did. */
export const FIGURES_KEPT_MAX = 1;

/** Where the observers of versions are. */
export interface ObserverBook {
  /** The versions that are observed. */
  readonly versions: readonly string[];
  /** The observer of a version, made where there was none. */
  observerOf(version: string): PrequentialObserver;
  /** Drops the figures of all versions but one. */
  forgetOthers(version: string): void;
}

/** What keeping figures needs from outside. */
export interface FigureKeepingDeps {
  readonly book: ObserverBook;
  /** A store of its own, of which the newest file a version counts. */
  readonly store: Pick<CheckpointStore, 'save' | 'newest'> & {
    keepOnly(versions: ReadonlySet<string>): Promise<number>;
  };
}

/**
 * Keeps how well versions foresaw what they learned. What an observer saw is written before the checkpoint of a state
 * that it observed: whichever checkpoint a state goes on from, its figures stand there or further on, and an event
 * that is learned again counts once.
 */
export class FigureKeeping {
  readonly #deps: FigureKeepingDeps;
  readonly #turns = new OneAtATime();

  constructor(deps: FigureKeepingDeps) {
    this.#deps = deps;
  }

  /** Gives the observers of versions what was kept of them; what does not read well is begun anew. */
  async load(versions: readonly string[]): Promise<void> {
    const { book, store } = this.#deps;
    for (const version of versions) {
      const kept = await store.newest({ version, partition: 0 });
      const figures = kept && unpackFigures(kept.checkpoint);
      if (figures !== undefined) book.observerOf(version).resume(figures);
    }
  }

  /** Writes what the observer of a version has seen by now; resolves when it is durable. */
  save(version: string): Promise<void> {
    const { book, store } = this.#deps;
    return this.#turns.do(async () => {
      if (!book.versions.includes(version)) return;
      await store.save(packFigures(version, book.observerOf(version).capture()));
      await store.keepOnly(new Set(book.versions));
    });
  }

  /** Drops the figures of all versions but one, on the disk, too: they are of events of users who were erased. */
  forgetOthers(version: string): Promise<void> {
    const { book, store } = this.#deps;
    return this.#turns.do(async () => {
      book.forgetOthers(version);
      await store.keepOnly(new Set([version]));
    });
  }
}
