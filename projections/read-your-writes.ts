import type { Position } from '../events/position.ts';
import type { ItemCatalogue } from './items.ts';
import { CATALOGUE_PARTITION } from './items.ts';
import { PositionWaiters } from './position-waiters.ts';
import type { ServingState } from './serving-state.ts';

/** Makes answers wait for positions: what stands in memory, and the catalogue, which has a position of its own. */
export class ReadYourWrites {
  readonly #serving: ServingState;
  readonly #catalogue: Pick<ItemCatalogue, 'position' | 'onAdvance'>;
  /** Those who wait for the catalogue, under its one partition. */
  readonly #waiters: PositionWaiters;

  constructor(serving: ServingState, catalogue: Pick<ItemCatalogue, 'position' | 'onAdvance'>) {
    const { bounds, schedule } = serving;
    this.#serving = serving;
    this.#catalogue = catalogue;
    this.#waiters = new PositionWaiters(CATALOGUE_PARTITION + 1, bounds.waitersMax, schedule);
    catalogue.onAdvance((position) => {
      this.#waiters.reached(CATALOGUE_PARTITION, position);
    });
  }

  /** Resolves when answers include these positions; rejects with TIMEOUT after `afterWaitMsMax`. */
  async waitFor(positions: readonly Position[]): Promise<void> {
    await Promise.all([this.#serving.waitFor(positions), this.#waitForCatalogue(positions)]);
  }

  async #waitForCatalogue(positions: readonly Position[]): Promise<void> {
    const furthest = furthestOf(positions);
    if (furthest === undefined || this.#catalogue.position >= furthest.sequence) return;
    await this.#waiters.wait(furthest, this.#serving.bounds.afterWaitMsMax);
  }
}

/** The furthest position of the partition that the catalogue folds; undefined where none is named. */
function furthestOf(positions: readonly Position[]): Position | undefined {
  let furthest: Position | undefined;
  for (const position of positions) {
    if (position.partition !== CATALOGUE_PARTITION) continue;
    if (furthest === undefined || position.sequence > furthest.sequence) furthest = position;
  }
  return furthest;
}
