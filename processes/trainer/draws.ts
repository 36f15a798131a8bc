/** A seeded stream of draws: the same seed words give the same draws on every machine. */
export class Draws {
  #state: number;

  constructor(seed: number, epoch: number, partition: number) {
    this.#state =
      (seed ^ Math.imul(epoch + 1, 0x9e3779b1) ^ Math.imul(partition + 1, 0x85ebca6b)) >>> 0;
  }

  /** A whole number from 0 to 2³² − 1. */
  word(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }

  /** A whole number from 0 to `below` − 1. */
  below(below: number): number {
    return Math.floor((this.word() / 4_294_967_296) * below);
  }

  /** The numbers 0 to `length` − 1 in a drawn order. */
  order(length: number): Uint32Array {
    const order = Uint32Array.from({ length }, (_, at) => at);
    for (let at = length - 1; at > 0; at -= 1) {
      const other = this.below(at + 1);
      const kept = order[at] as number;
      order[at] = order[other] as number;
      order[other] = kept;
    }
    return order;
  }
}
