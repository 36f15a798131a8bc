import type { Series } from '../../activities/instruments.ts';

/** Tells a counter of what is counted elsewhere, as a total that starts anew where its owner is replaced. */
export class Rising {
  readonly #series: Series;
  #last = 0;

  constructor(series: Series) {
    this.#series = series;
  }

  /** The total is so much now. */
  to(total: number): void {
    const risen = total >= this.#last ? total - this.#last : total;
    this.#last = total;
    this.#series(risen);
  }
}
