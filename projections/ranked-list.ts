/** Tells whether, at equal scores, the candidate `a` comes before the candidate `b`. */
export type TieOrder = (a: number, b: number) => boolean;

/** The best n of a stream of scored candidates, best first; scratch that is made once and reused. */
export class RankedList {
  readonly keys: Uint32Array;
  readonly scores: Float64Array;
  readonly #isBefore: TieOrder;
  #wanted = 0;
  #length = 0;

  constructor(capacity: number, isBefore: TieOrder = (a, b) => a < b) {
    this.keys = new Uint32Array(capacity);
    this.scores = new Float64Array(capacity);
    this.#isBefore = isBefore;
  }

  /** Candidates held, at most as many as wanted. */
  get length(): number {
    return this.#length;
  }

  /** The score that a candidate must reach to be worth an offer; −Infinity while there is room. */
  get threshold(): number {
    return this.#length < this.#wanted ? -Infinity : (this.scores[this.#length - 1] ?? Infinity);
  }

  /** Empties the list and sets how many candidates it is to keep. */
  reset(wanted: number): void {
    if (wanted > this.keys.length) {
      throw new RangeError(`a list of ${this.keys.length} cannot keep ${wanted}`);
    }
    this.#wanted = wanted;
    this.#length = 0;
  }

  /** Offers a candidate; it is kept while it is among the best. */
  offer(key: number, score: number): void {
    if (this.#length === this.#wanted) {
      if (this.#wanted === 0 || !this.#beats(key, score, this.#length - 1)) return;
    } else {
      this.#length += 1;
    }
    let at = this.#length - 1;
    while (at > 0 && this.#beats(key, score, at - 1)) {
      this.keys[at] = this.keys[at - 1] ?? 0;
      this.scores[at] = this.scores[at - 1] ?? 0;
      at -= 1;
    }
    this.keys[at] = key;
    this.scores[at] = score;
  }

  #beats(key: number, score: number, at: number): boolean {
    const held = this.scores[at] ?? 0;
    if (score !== held) return score > held;
    return this.#isBefore(key, this.keys[at] ?? 0);
  }
}
