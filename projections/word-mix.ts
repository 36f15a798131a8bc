/** Mixes 32-bit words into two lanes: not against forgery, but so that two contents seldom give the same 64 bits. */
export class WordMix {
  #high = 0;
  #low = 0;

  /** The first 32 bits of what was mixed, signed: such a number costs no memory of its own. */
  get high(): number {
    return finished(this.#high ^ (this.#low << 7));
  }

  /** The other 32 bits, signed. */
  get low(): number {
    return finished(this.#low ^ (this.#high << 11));
  }

  /** Begins anew from a seed. */
  begin(high: number, low: number): void {
    this.#high = high | 0;
    this.#low = low | 0;
  }

  /** Adds a word. */
  word(value: number): void {
    const high = Math.imul(this.#high ^ Math.imul(value, 0xcc9e2d51), 0x1b873593);
    const low = Math.imul(this.#low + value, 0x85ebca6b);
    this.#high = (Math.imul((high << 13) | (high >>> 19), 5) + 0x64) | 0;
    this.#low = ((Math.imul((low << 15) | (low >>> 17), 9) ^ this.#high) + 0x39) | 0;
  }

  /** Adds words of an array, from `first` to before `end`: as {@link word} does, in registers. */
  words(values: Uint32Array, first: number, end: number): void {
    let high = this.#high;
    let low = this.#low;
    for (let at = first; at < end; at += 1) {
      const value = values[at] as number;
      high = Math.imul(high ^ Math.imul(value, 0xcc9e2d51), 0x1b873593);
      low = Math.imul(low + value, 0x85ebca6b);
      high = (Math.imul((high << 13) | (high >>> 19), 5) + 0x64) | 0;
      low = ((Math.imul((low << 15) | (low >>> 17), 9) ^ high) + 0x39) | 0;
    }
    this.#high = high;
    this.#low = low;
  }
}

/** Lets every bit decide about all others. */
function finished(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
