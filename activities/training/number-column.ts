/** A typed array that grows by halves: a column of a dataset while its length is not known. */
export class NumberColumn<A extends Uint32Array | Float32Array> {
  #values: A;
  #length = 0;
  readonly #make: (length: number) => A;

  constructor(make: (length: number) => A) {
    this.#make = make;
    this.#values = make(1_024);
  }

  get length(): number {
    return this.#length;
  }

  /** Adds a value at the end. */
  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = this.#make(Math.ceil(this.#length * 1.5));
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  /** The values so far, as a view; at most the last `keepMax`. */
  values(keepMax = this.#length): A {
    return this.#values.subarray(Math.max(0, this.#length - keepMax), this.#length) as A;
  }
}
