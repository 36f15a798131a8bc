/** The best rows of those offered, ties to the lower row; a heap with the worst of the held ones on top. */
export class TopRows {
  #rows = new Uint32Array(64);
  #scores = new Float64Array(64);
  #capacity = 0;
  #count = 0;

  /** Forgets what was offered, and holds up to `capacity` from now on. */
  begin(capacity: number): void {
    if (capacity > this.#rows.length) {
      this.#rows = new Uint32Array(capacity * 2);
      this.#scores = new Float64Array(capacity * 2);
    }
    this.#capacity = capacity;
    this.#count = 0;
  }

  /** Offers a row; a row whose score is NaN is never held. */
  offer(row: number, score: number): void {
    if (this.#count === this.#capacity) {
      if (this.#capacity === 0 || !better(score, row, this.#scores[0], this.#rows[0])) return;
      this.#sink(row, score, this.#count);
    } else if (!Number.isNaN(score)) {
      this.#rise(row, score);
    }
  }

  /** Hands out what is held, best first, and forgets it; returns how many there were. */
  take(rows: Uint32Array, scores: Float32Array): number {
    const count = this.#count;
    for (let place = count - 1; place >= 0; place--) {
      rows[place] = this.#rows[0] as number;
      scores[place] = this.#scores[0] as number;
      this.#sink(this.#rows[place] as number, this.#scores[place] as number, place);
    }
    this.#count = 0;
    return count;
  }

  #rise(row: number, score: number): void {
    const rows = this.#rows;
    const scores = this.#scores;
    let at = this.#count++;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!better(scores[parent], rows[parent], score, row)) break;
      rows[at] = rows[parent] as number;
      scores[at] = scores[parent] as number;
      at = parent;
    }
    rows[at] = row;
    scores[at] = score;
  }

  /** Puts a row in the place of the worst, in a heap of `count`. */
  #sink(row: number, score: number, count: number): void {
    const rows = this.#rows;
    const scores = this.#scores;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= count) break;
      const next = child + 1;
      if (next < count && better(scores[child], rows[child], scores[next], rows[next]))
        child = next;
      if (!better(score, row, scores[child], rows[child])) break;
      rows[at] = rows[child] as number;
      scores[at] = scores[child] as number;
      at = child;
    }
    rows[at] = row;
    scores[at] = score;
  }
}

/** Tells whether one row stands before another: by the higher score, then by the lower row. */
function better(
  score: number | undefined,
  row: number | undefined,
  thanScore: number | undefined,
  thanRow: number | undefined,
): boolean {
  const gap = (score as number) - (thanScore as number);
  return gap > 0 || (score === thanScore && (row as number) < (thanRow as number));
}
