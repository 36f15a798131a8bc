/**
 * Draws a number in [0, 1) that depends on the seed and the place alone, so that anything can be drawn in any
 * order and comes out the same: a counter-based generator (32-bit multiply-and-shift rounds, one a word).
 */
export function draw(seed: number, ...place: readonly number[]): number {
  let state = mix(seed ^ 0x9e3779b9);
  for (const word of place) state = mix(Math.imul(state, 0x85ebca6b) ^ mix(word + 0x27d4eb2f));
  return state / 4_294_967_296;
}

/** Draws a whole number from 0 to `count` − 1. */
export function drawIndex(count: number, seed: number, ...place: readonly number[]): number {
  return Math.floor(draw(seed, ...place) * count);
}

function mix(value: number): number {
  let word = value >>> 0;
  word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
  return (word ^ (word >>> 15)) >>> 0;
}

/** Draws from a fixed list of weighted choices by binary search over running sums. */
export class WeightedChoice {
  readonly #sums: Float64Array;

  constructor(weights: readonly number[]) {
    this.#sums = new Float64Array(weights.length);
    let sum = 0;
    for (const [i, weight] of weights.entries()) {
      sum += weight;
      this.#sums[i] = sum;
    }
  }

  /** The index that a number in [0, 1) falls on; 0 where there are no choices. */
  at(unit: number): number {
    const wanted = unit * (this.#sums.at(-1) ?? 0);
    let low = 0;
    let high = this.#sums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sums[middle] as number) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
