const { fround } = Math;

const LOG2_E = fround(1.44269504);
const LN2_HIGH = fround(0.693359375);
const LN2_LOW = fround(-0.00021219444);
/** 1.5 · 2^23: adding and taking it away rounds to the nearest whole number, ties to even. */
const ROUNDER = 12_582_912;
const COEFFICIENTS = [
  0.000198756915, 0.0013981999507, 0.0083334519073, 0.041665795894, 0.16666665459, 0.50000001201,
].map(fround);

/** Computes e to the x in 32-bit operations, the same ones as the WebAssembly kernel's. */
export function exp(x: number): number {
  const given = fround(x);
  const held = given > 87 ? 87 : given < -87 ? -87 : given;
  const whole = fround(fround(fround(held * LOG2_E) + ROUNDER) - ROUNDER);
  const high = fround(held - fround(whole * LN2_HIGH));
  const rest = fround(high - fround(whole * LN2_LOW));
  let sum = COEFFICIENTS[0] as number;
  for (let at = 1; at < COEFFICIENTS.length; at++) {
    sum = fround(fround(sum * rest) + (COEFFICIENTS[at] as number));
  }
  const square = fround(rest * rest);
  sum = fround(fround(fround(sum * square) + rest) + 1);
  return fround(sum * 2 ** whole);
}

/** 1 / (1 + e to the −x) in 32-bit operations. */
export function sigmoid(x: number): number {
  return fround(1 / fround(1 + exp(-x)));
}

function mix(word: number): number {
  let x = word;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  x ^= x >>> 16;
  return x;
}

/** Word number `number` of the stream keyed by two words, as a signed 32-bit number. */
export function draw(key0: number, key1: number, number: number): number {
  return mix(mix((key0 + Math.imul(number, 0x9e3779b9)) | 0) ^ key1);
}

/** A row number below `rows` from a word: the high half of their 64-bit product. */
export function drawnRow(word: number, rows: number): number {
  const whole = word >>> 0;
  // Split so that both products stay whole: the low half only matters by what it carries.
  const high = Math.floor(whole / 65_536) * rows;
  const low = (whole % 65_536) * rows;
  return Math.floor((high + Math.floor(low / 65_536)) / 65_536);
}

/** A centred sum of four 16-bit uniforms times the scale: value number `at` of a seeded row. */
export function seededValue(seed0: number, seed1: number, at: number, scale: number): number {
  const first = draw(seed0, seed1, at * 2);
  const second = draw(seed0, seed1, at * 2 + 1);
  const sum = (first >>> 16) + (first & 0xffff) + (second >>> 16) + (second & 0xffff);
  return fround((sum - 131_070) * fround(scale));
}
