import type { ItemPublished } from '../events/fact.ts';
import type { Sequence } from '../events/position.ts';
import type { ItemCatalogue } from './items.ts';
import { titleOf } from './items.ts';

/** What an answer reads of the catalogue. */
export type CatalogueView = Pick<ItemCatalogue, 'title' | 'withdrawn' | 'withdrawals'>;

/** One publication of an item: its title, or that it was withdrawn. */
interface Publication {
  readonly sequence: number;
  readonly title: string | undefined;
  readonly isWithdrawn: boolean;
}

/** What was published of every item in one partition, and when: the catalogue as it stood at any sequence. */
export class PublishedHistory {
  readonly #publications = new Map<string, Publication[]>();
  readonly #places: Sequence[] = [];
  /** Items that were withdrawn at any time. */
  readonly #withdrawn = new Set<string>();

  /** Takes the next publication; they come in the order of their sequences. */
  add(at: Sequence, { item, metadata }: ItemPublished): void {
    const publication = {
      sequence: at,
      title: metadata === null ? undefined : titleOf(metadata),
      isWithdrawn: metadata === null,
    };
    this.#places.push(at);
    if (metadata === null) this.#withdrawn.add(item);
    const before = this.#publications.get(item);
    if (before === undefined) this.#publications.set(item, [publication]);
    else before.push(publication);
  }

  /** Places with a catalogue other than at a sequence, the nearest first: at most so many before and after it. */
  near(at: Sequence, placesMax: number): readonly Sequence[] {
    const next = this.#places.findLastIndex((place) => place <= at) + 1;
    const after = this.#places.slice(next, next + placesMax);
    // Before a publication the catalogue is as it was just in front of it.
    const before = this.#places
      .slice(Math.max(0, next - placesMax), next)
      .map((place) => (place - 1) as Sequence)
      .reverse();
    return [...after, ...before];
  }

  /** The places of publications at or before a sequence, in order. */
  placesTo(at: Sequence): readonly Sequence[] {
    return this.#places.slice(0, this.#places.findLastIndex((place) => place <= at) + 1);
  }

  /** The catalogue as it stood at a sequence. */
  at(at: Sequence): CatalogueView {
    const withdrawn = new Set<string>();
    for (const item of this.#withdrawn) {
      const publications = this.#publications.get(item) ?? [];
      if (lastOf(publications, at)?.isWithdrawn === true) withdrawn.add(item);
    }
    const title = (item: string): string | undefined =>
      lastOf(this.#publications.get(item) ?? [], at)?.title;
    return { title, withdrawn, withdrawals: 0 };
  }
}

/** The last publication at or before a sequence. */
function lastOf(publications: readonly Publication[], at: Sequence): Publication | undefined {
  return publications.findLast(({ sequence }) => sequence <= at);
}
