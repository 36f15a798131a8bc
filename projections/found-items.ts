import type { ToldItems } from './answer-hash.ts';
import type { BasedOn, FilterReport, ScoredItem, SearchReport } from './answer.ts';
import type { ItemCatalogue } from './items.ts';

/** A user as an answer sees them. */
export interface Asker {
  readonly partition: number;
  /** Row in the partition; −1 where no event of the user was seen. */
  readonly row: number;
  readonly surrogate: Uint8Array | null;
}

/** The items of an answer, and where they were found. */
export interface FoundItems extends ToldItems {
  readonly basedOn: BasedOn;
  /** The partitions that were read. */
  readonly partitions: readonly number[];
  readonly search: SearchReport;
  /** There where a filter was given. */
  readonly filter?: FilterReport;
}

/** Scanned exactly, as was to be expected. */
export const EXACT: SearchReport = { mode: 'exact' };

/** An item with its title, where it has one. */
export function titledItem(
  catalogue: Pick<ItemCatalogue, 'title'>,
  id: string,
  score: number,
): ScoredItem {
  const title = catalogue.title(id);
  return title === undefined ? { id, score } : { id, score, title };
}

/** All partitions, the user's own first. */
export function partitionsFrom(own: number, partitions: number): readonly number[] {
  const others = Array.from({ length: partitions }, (_, partition) => partition);
  return [own, ...others.filter((partition) => partition !== own)];
}
