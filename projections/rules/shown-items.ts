import type { Journal } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import type { Position } from '../../events/position.ts';
import { shownEventsMax, ShownLog } from './shown-log.ts';
import type { Rotation } from './shown-log.ts';
import type { Settling } from './until-found.ts';

/** Events past a question's place that are read with it, so that the next questions find theirs read. */
export const shownAheadEventsMax = 8_192;

/** Tells what was shown to users lately. */
export interface ShownSource {
  /**
   * By what the scores of items are multiplied for a user, by id, at a place of their partition; a promise to wait for and
   * ask again where the journal has to be read first.
   */
  factors(
    surrogate: Uint8Array,
    place: Position,
    rotation: Rotation,
  ): ReadonlyMap<string, number> | Settling;
}

/** Reads impressions in the journal: of a partition from the first question on, and never past what questions need. */
export class ShownItems implements ShownSource {
  readonly #journal: Pick<Journal, 'read'>;
  readonly #yieldNow: () => Promise<void>;
  readonly #logs = new Map<number, ShownLog>();
  readonly #reading = new Map<number, Settling>();

  constructor(journal: Pick<Journal, 'read'>, yieldNow: () => Promise<void>) {
    this.#journal = journal;
    this.#yieldNow = yieldNow;
  }

  factors(
    surrogate: Uint8Array,
    place: Position,
    rotation: Rotation,
  ): ReadonlyMap<string, number> | Settling {
    if (place.sequence === ORIGIN) return new Map();
    const log = this.#logs.get(place.partition);
    if (log?.covers(place.sequence) === true) {
      return log.factors(surrogate, place.sequence, rotation);
    }
    return this.#read(place);
  }

  /** Reads up to a place, once for all who ask meanwhile. */
  #read(place: Position): Settling {
    const { partition } = place;
    const underWay = this.#reading.get(partition);
    if (underWay !== undefined) return underWay;
    const reading = this.#readTo(place).finally(() => this.#reading.delete(partition));
    this.#reading.set(partition, reading);
    return reading;
  }

  async #readTo({ partition, sequence: at }: Position): Settling {
    const known = this.#logs.get(partition);
    const from = sequence(Math.max(ORIGIN, at - shownEventsMax));
    // A log that stands past the place, or so far before it that most of what it knows is out of reach, begins anew.
    const goesOn = known !== undefined && known.position <= at && known.position >= from;
    const log = goesOn ? known : new ShownLog(from);
    const last = at + shownAheadEventsMax;
    while (log.position < last) {
      const block = await this.#journal.read(partition, sequence(log.position));
      if (block === undefined) break;
      log.take(block, last);
      await this.#yieldNow();
    }
    if (log.position >= at) this.#logs.set(partition, log);
    return undefined;
  }
}
