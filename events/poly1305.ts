/** Length of a tag in 32-bit words. */
export const TAG_WORDS = 4;

const LIMBS = 6;
/** A number is held in limbs of 22 bits: products of two, summed, are whole in a double. */
const LIMB = 0x40_0000;
const LIMB_MASK = LIMB - 1;
/** 2^132 modulo 2^130 − 5. */
const WRAP = 20;
/** 2^128 in the last limb: every block stands for its 16 bytes with a 1 above them. */
const ABOVE = 1 << 18;
/** What lies above 2^130 in the last limb. */
const TOP = 1 << 20;

/**
 * The authenticator Poly1305 (RFC 8439) over blocks of four words. It multiplies and adds, and neither branches on what it
 * authenticates nor looks anything up.
 */
export class Poly1305 {
  /** The key's multiplier: entry 5 + i is its limb i, and below stand the limbs as they wrap around. */
  readonly #factors = new Float64Array(2 * LIMBS - 1);
  readonly #sum = new Float64Array(LIMBS);
  readonly #product = new Float64Array(LIMBS);
  /** The sum less 2^130 − 5, where that is not below 0. */
  readonly #less = new Int32Array(LIMBS);
  readonly #pad = new Int32Array(TAG_WORDS);

  /** Starts anew under a key of eight words, which must never be used for anything else. */
  start(key: Int32Array): void {
    const factors = this.#factors;
    const first = (key[0] as number) & 0x0fffffff;
    const second = (key[1] as number) & 0x0ffffffc;
    const third = (key[2] as number) & 0x0ffffffc;
    const fourth = (key[3] as number) & 0x0ffffffc;
    factors[5] = first & LIMB_MASK;
    factors[6] = ((first >>> 22) | (second << 10)) & LIMB_MASK;
    factors[7] = ((second >>> 12) | (third << 20)) & LIMB_MASK;
    factors[8] = (third >>> 2) & LIMB_MASK;
    factors[9] = ((third >>> 24) | (fourth << 8)) & LIMB_MASK;
    factors[10] = fourth >>> 14;
    for (let i = 0; i < LIMBS - 1; i += 1) factors[i] = WRAP * (factors[i + LIMBS] as number);
    for (let i = 0; i < TAG_WORDS; i += 1) this.#pad[i] = key[4 + i] as number;
    this.#sum.fill(0);
  }

  /** Takes one block. */
  add(first: number, second: number, third: number, fourth: number): void {
    const sum = this.#sum;
    sum[0] = (sum[0] as number) + (first & LIMB_MASK);
    sum[1] = (sum[1] as number) + (((first >>> 22) | (second << 10)) & LIMB_MASK);
    sum[2] = (sum[2] as number) + (((second >>> 12) | (third << 20)) & LIMB_MASK);
    sum[3] = (sum[3] as number) + ((third >>> 2) & LIMB_MASK);
    sum[4] = (sum[4] as number) + (((third >>> 24) | (fourth << 8)) & LIMB_MASK);
    sum[5] = (sum[5] as number) + ((fourth >>> 14) | ABOVE);
    this.#multiply();
  }

  /** Multiplies the sum by the key's factor: limbs of 23 bits by ones of 27, six at a time, stay below 2^53. */
  #multiply(): void {
    const sum = this.#sum;
    const product = this.#product;
    const factors = this.#factors;
    let carry = 0;
    for (let i = 0; i < LIMBS; i += 1) {
      let limb = carry;
      for (let j = 0; j < LIMBS; j += 1) {
        limb += (sum[j] as number) * (factors[i - j + 5] as number);
      }
      carry = Math.floor(limb / LIMB);
      product[i] = limb - carry * LIMB;
    }
    sum.set(product);
    const first = (sum[0] as number) + WRAP * carry;
    carry = Math.floor(first / LIMB);
    sum[0] = first - carry * LIMB;
    sum[1] = (sum[1] as number) + carry;
  }

  /** Writes the tag of what was taken as four words. */
  finish(tag: Int32Array): void {
    const sum = this.#sum;
    // Twice, for the first round may leave a carry in the second limb.
    this.#carry();
    this.#carry();
    // Which of the two it is, is chosen by a mask.
    const less = this.#less;
    let carry = 5;
    for (let i = 0; i < LIMBS; i += 1) {
      const limb = (sum[i] as number) + carry;
      carry = limb >>> 22;
      less[i] = limb & LIMB_MASK;
    }
    const isOver = -((less[5] as number) >>> 20);
    less[5] = (less[5] as number) & (TOP - 1);
    for (let i = 0; i < LIMBS; i += 1) {
      less[i] = ((less[i] as number) & isOver) | ((sum[i] as number) & ~isOver);
    }
    this.#write(tag);
  }

  /** Writes what is left as 128 bits, with the pad added. */
  #write(tag: Int32Array): void {
    const less = this.#less;
    const second = less[1] as number;
    const third = less[2] as number;
    const fifth = less[4] as number;
    tag[0] = (less[0] as number) | (second << 22);
    tag[1] = (second >>> 10) | (third << 12);
    tag[2] = (third >>> 20) | ((less[3] as number) << 2) | (fifth << 24);
    tag[3] = (fifth >>> 8) | ((less[5] as number) << 14);
    let over = 0;
    for (let i = 0; i < TAG_WORDS; i += 1) {
      const word = ((tag[i] as number) >>> 0) + ((this.#pad[i] as number) >>> 0) + over;
      over = Math.floor(word / 0x1_0000_0000);
      tag[i] = word;
    }
  }

  /** Brings every limb below 2^22, and the sum below 2^130 but for a little. */
  #carry(): void {
    const sum = this.#sum;
    const top = Math.floor((sum[5] as number) / TOP);
    sum[5] = (sum[5] as number) - top * TOP;
    let carry = 5 * top;
    for (let i = 0; i < LIMBS; i += 1) {
      const limb = (sum[i] as number) + carry;
      carry = Math.floor(limb / LIMB);
      sum[i] = limb - carry * LIMB;
    }
  }
}
