const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * The logarithm to the base 2 of a number from 2^−126 on, within a hundredth, by additions and products alone: the same
 * bits on every machine. It rises steadily, and is exact at powers of two.
 */
export function nearLog2(x: number): number {
  float[0] = x;
  const word = bits[0] as number;
  const exponent = (word >>> 23) - 127;
  bits[0] = (word & 0x7fffff) | 0x3f800000;
  const rest = float[0];
  // A parabola through 0 at 1 and 1 at 2, with slopes in the ratio of the logarithm's own.
  return exponent + (2 - rest / 3) * rest - 5 / 3;
}
