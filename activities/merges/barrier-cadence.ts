import type { EventDoor } from '../../events/door.ts';
import { eventKey } from '../../events/event-key.ts';
import type { Journal } from '../../events/journal.ts';

/** Bounds of the cadence of barriers. */
export interface BarrierBounds {
  /** Events, over all partitions, after which a barrier is set. */
  readonly barrierEventsMax: number;
  /** Milliseconds after which a barrier is set where there are new events. */
  readonly barrierMsMax: number;
  /** Barriers that may be set ahead of the last that was passed: partitions that are behind have to pass each. */
  readonly barriersAheadMax: number;
}

/** The bounds that a cadence has where its maker names none. */
export const DEFAULT_BARRIER_BOUNDS: BarrierBounds = {
  barrierEventsMax: 64,
  barrierMsMax: 250,
  barriersAheadMax: 4,
};

/** What the cadence of barriers needs from outside. */
export interface BarrierCadenceDeps {
  readonly journal: Pick<Journal, 'head' | 'partitions' | 'find'>;
  readonly door: Pick<EventDoor, 'appendShared'>;
  /** The last barrier that was passed; later ones may stand in the journal. */
  readonly lastBarrier: () => number;
  readonly clock: () => number;
  readonly bounds?: Partial<BarrierBounds>;
}

/**
 * Sets barriers while events come. Two of them on one journal set each barrier once, for its id is its number. Where
 * there is one partition nothing is set.
 */
export class BarrierCadence {
  readonly #deps: BarrierCadenceDeps;
  readonly #bounds: BarrierBounds;
  #barrier = 0;
  /** Events in the journal when the last barrier had been set; undefined before the first look. */
  #events: number | undefined;
  #setMs: number;
  #looking: Promise<void> | undefined;

  constructor(deps: BarrierCadenceDeps) {
    this.#deps = deps;
    this.#bounds = { ...DEFAULT_BARRIER_BOUNDS, ...deps.bounds };
    this.#setMs = deps.clock();
  }

  /** Sets a barrier where one is due; a look while another one is under way changes nothing. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { journal, clock } = this.#deps;
    if (journal.partitions < 2) return;
    const events = this.#count();
    this.#events ??= await this.#behindLast();
    const fresh = events - this.#events;
    const isDue = clock() - this.#setMs >= this.#bounds.barrierMsMax;
    if (fresh <= 0 || (fresh < this.#bounds.barrierEventsMax && !isDue)) return;
    // Partitions that stand still, or came back just now, would have to pass all of them before they learn on.
    if (this.#barrier - this.#deps.lastBarrier() >= this.#bounds.barriersAheadMax) return;
    await this.#set();
    // Events that came meanwhile are fresh still.
    this.#events = events + journal.partitions;
    this.#setMs = clock();
  }

  /** Events up to the last barrier in the journal. */
  async #behindLast(): Promise<number> {
    const { journal, lastBarrier } = this.#deps;
    let events = 0;
    for (this.#barrier = Math.max(0, lastBarrier() - 1); ; this.#barrier += 1) {
      const positions = await journal.find(eventKey(idOf(this.#barrier + 1)));
      if (positions === undefined) return events;
      events = positions.reduce((sum, { sequence }) => sum + sequence + 1, 0);
    }
  }

  /** Sets the next barrier: the first one that does not stand in the journal yet. */
  async #set(): Promise<void> {
    const { door, clock, lastBarrier } = this.#deps;
    for (;;) {
      const barrier = Math.max(this.#barrier, lastBarrier()) + 1;
      const fact = { kind: 'BarrierSet', barrier, timeMs: Math.floor(clock()) } as const;
      const { duplicate } = await door.appendShared(fact, idOf(barrier));
      this.#barrier = barrier;
      if (!duplicate) return;
    }
  }

  #count(): number {
    const { journal } = this.#deps;
    let events = 0;
    for (let partition = 0; partition < journal.partitions; partition += 1) {
      events += journal.head(partition) + 1;
    }
    return events;
  }
}

/** The id of a barrier's event, which makes it one whoever sets it. */
function idOf(barrier: number): string {
  return `barrier ${String(barrier)}`;
}
