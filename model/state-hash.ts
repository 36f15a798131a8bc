import { createSha256, sha256Hex } from './sha256.ts';
import type { Sha256 } from './sha256.ts';

const BUFFER_BYTES = 65_536;

/** The kinds of value, each a byte before its value, so that no two sequences of values share their bytes. */
const TAG = { text: 1, bytes: 2, whole: 3, number: 4, floats: 5, words: 6 } as const;

/** The bit patterns that stand for NaN, whose payload differs between machines. */
const CANONICAL_NAN = 0x7fc00000;
const CANONICAL_NAN_64 = 0x7ff8000000000000n;

/**
 * Hashes a canonical state: a sequence of tagged, length-prefixed little-endian values. The caller brings them in
 * canonical order (rows in id order) and leaves row numbers, surrogates and clocks out.
 */
export class StateHasher {
  readonly #hash: Sha256 = createSha256();
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #view = new DataView(this.#buffer.buffer);
  readonly #encoder = new TextEncoder();
  #used = 0;

  /** `domain` names what is hashed and its format, so that no hash of another kind equals this one's. */
  constructor(domain: string) {
    this.text(domain);
  }

  /** Adds a string. */
  text(value: string): void {
    this.#framed(TAG.text, this.#encoder.encode(value));
  }

  /** Adds bytes. */
  bytes(value: Uint8Array): void {
    this.#framed(TAG.bytes, value);
  }

  /** Adds a whole number from 0 to 2^53. */
  whole(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`a whole number from 0 on is hashed here, not ${String(value)}`);
    }
    this.#fit(9);
    this.#buffer[this.#used] = TAG.whole;
    this.#view.setFloat64(this.#used + 1, value, true);
    this.#used += 9;
  }

  /** Adds a 64-bit float, bit for bit; every NaN counts as the same. */
  number(value: number): void {
    this.#fit(9);
    this.#buffer[this.#used] = TAG.number;
    if (Number.isNaN(value)) this.#view.setBigUint64(this.#used + 1, CANONICAL_NAN_64, true);
    else this.#view.setFloat64(this.#used + 1, value, true);
    this.#used += 9;
  }

  /** Adds unsigned 32-bit words. */
  words(values: Uint32Array): void {
    this.#fit(5);
    this.#buffer[this.#used] = TAG.words;
    this.#view.setUint32(this.#used + 1, values.length, true);
    this.#used += 5;
    for (const value of values) {
      this.#fit(4);
      this.#view.setUint32(this.#used, value, true);
      this.#used += 4;
    }
  }

  /** Adds `length` 32-bit floats from an offset on, bit for bit; every NaN counts as the same. */
  floats(values: Float32Array, offset = 0, length = values.length - offset): void {
    if (offset < 0 || length < 0 || offset + length > values.length) {
      throw new RangeError(`there are no ${String(length)} floats from ${String(offset)} on`);
    }
    this.#fit(5);
    this.#buffer[this.#used] = TAG.floats;
    this.#view.setUint32(this.#used + 1, length, true);
    this.#used += 5;
    for (let at = 0; at < length; at++) {
      const value = values[offset + at] as number;
      this.#fit(4);
      if (Number.isNaN(value)) this.#view.setUint32(this.#used, CANONICAL_NAN, true);
      else this.#view.setFloat32(this.#used, value, true);
      this.#used += 4;
    }
  }

  /** The hash as 64 lower-case hex digits; nothing can be added after. */
  hex(): string {
    this.#flush();
    return this.#hash.hex();
  }

  #framed(tag: number, value: Uint8Array): void {
    this.#fit(5);
    this.#buffer[this.#used] = tag;
    this.#view.setUint32(this.#used + 1, value.length, true);
    this.#used += 5;
    if (value.length > BUFFER_BYTES) {
      this.#flush();
      this.#hash.update(value);
      return;
    }
    this.#fit(value.length);
    this.#buffer.set(value, this.#used);
    this.#used += value.length;
  }

  #fit(bytes: number): void {
    if (this.#used + bytes > BUFFER_BYTES) this.#flush();
  }

  #flush(): void {
    this.#hash.update(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }
}

/** The hash of all partitions' hashes, in partition order; one partition's is that hash itself. */
export function combineStateHashes(hashes: readonly string[]): string {
  const [only] = hashes;
  if (only === undefined) throw new RangeError('there is no state hash to combine');
  return hashes.length === 1 ? only : sha256Hex(new TextEncoder().encode(hashes.join('\n')));
}
