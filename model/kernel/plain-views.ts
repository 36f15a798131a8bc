/** The memory that threads share, as the plain twin of batch training reads it. */
export class PlainViews {
  readonly floats: Float32Array;
  readonly words: Uint32Array;
  readonly doubles: Float64Array;

  constructor(buffer: SharedArrayBuffer) {
    this.floats = new Float32Array(buffer);
    this.words = new Uint32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  /** The float at a byte address. */
  float(pointer: number): number {
    return this.floats[pointer >>> 2] as number;
  }

  /** The word at a byte address. */
  word(pointer: number): number {
    return this.words[pointer >>> 2] as number;
  }

  /** A word of a header. */
  field(header: number, offset: number): number {
    return this.words[(header >>> 2) + offset] as number;
  }

  /** A float of a header. */
  floatField(header: number, offset: number): number {
    return this.floats[(header >>> 2) + offset] as number;
  }

  /** Floats from a byte address on. */
  view(pointer: number, length: number): Float32Array {
    return this.floats.subarray(pointer >>> 2, (pointer >>> 2) + length);
  }
}
