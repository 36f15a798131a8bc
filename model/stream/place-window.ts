/** Most places that are kept of a stream that has no end. */
export const PLACES_MAX = 10_000;

/** The newest places of a stream that has no end, in a ring. */
export class PlaceWindow {
  readonly #ring = new Uint16Array(PLACES_MAX);
  #total = 0;

  /** Places added so far, those no longer kept included. */
  get total(): number {
    return this.#total;
  }

  /** Adds a place: from 1 on, or 0 for a miss. */
  add(place: number): void {
    this.#ring[this.#total % PLACES_MAX] = place;
    this.#total++;
  }

  /** Goes on from a window that was left: places added to it in all, and the newest of them. */
  resume(total: number, newest: Iterable<number>): void {
    const places = [...newest].slice(-PLACES_MAX);
    this.#total = total - places.length;
    for (const place of places) this.add(place);
  }

  /** The newest places, oldest first: as many as asked for, or as there are. */
  newest(count: number): Uint16Array {
    const length = Math.min(count, this.#total, PLACES_MAX);
    const from = this.#total - length;
    return Uint16Array.from({ length }, (_, at) => this.#ring[(from + at) % PLACES_MAX] as number);
  }
}
