import type { ExpressionKind } from './expression.ts';
import type { RuleValues } from './rule-values.ts';

/** Places of a list that an answer may add itself. */
export const ruleColumnGrowthMax = 8_192;

/** What an expression says of a list of items, by place in the list. */
export class RuleColumn {
  readonly #kind: ExpressionKind;
  #leftOut = new Uint8Array(0);
  #factors = new Float32Array(0);
  #count = 0;
  #version = -1;
  #matching = 0;
  #undecided = 0;

  constructor(kind: ExpressionKind) {
    this.#kind = kind;
  }

  /** 1 where an item is left out: a filter that has no value for it does not hold. */
  get leftOut(): Uint8Array {
    return this.#leftOut.subarray(0, this.#count);
  }

  /** Items that a filter holds for. */
  get matching(): number {
    return this.#matching;
  }

  /** Items for which the expression has no value. */
  get undecided(): number {
    return this.#undecided;
  }

  /** By what scores are multiplied: a boost that has no value for an item changes nothing. */
  get factors(): Float32Array {
    return this.#factors.subarray(0, this.#count);
  }

  /** Follows the values: what is new in the list, or all of it where what was evaluated changed. */
  follow(values: RuleValues, numbers: Int32Array): void {
    if (this.#version !== values.version) {
      this.#count = 0;
      this.#matching = 0;
      this.#undecided = 0;
      this.#version = values.version;
    }
    if (this.#count === numbers.length) return;
    this.#fit(numbers.length);
    const isFilter = this.#kind === 'filter';
    for (let place = this.#count; place < numbers.length; place += 1) {
      const value = values.at(numbers[place] ?? 0);
      if (Number.isNaN(value)) this.#undecided += 1;
      if (isFilter) {
        this.#leftOut[place] = value === 1 ? 0 : 1;
        if (value === 1) this.#matching += 1;
      } else {
        this.#factors[place] = value > 0 ? value : 1;
      }
    }
    this.#count = numbers.length;
  }

  #fit(count: number): void {
    if (this.#kind === 'filter') {
      if (count > this.#leftOut.length) this.#leftOut = grown(this.#leftOut, count, Uint8Array);
    } else if (count > this.#factors.length) {
      this.#factors = grown(this.#factors, count, Float32Array);
    }
  }
}

function grown<T extends Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(
  values: T,
  count: number,
  make: new (length: number) => T,
): T {
  const longer = new make(Math.ceil(count * 1.25));
  longer.set(values);
  return longer;
}
