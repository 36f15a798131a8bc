// Numbers one at a time: exponential, sigmoid, and the counter-based stream of random words.

import { TABLE_DIMENSIONS, blockOf, vectorOf } from './layout';

/** e to the x by powers of two and a polynomial of degree 5 over [−ln 2 / 2, ln 2 / 2]; x is held within ±87. */
export function exp(x: f32): f32 {
  const held: f32 = x > 87 ? 87 : x < -87 ? -87 : x;
  // Adding and taking away 1.5 · 2^23 rounds to the nearest whole number, ties to even.
  const whole: f32 = held * 1.44269504 + 12582912.0 - 12582912.0;
  // ln 2 in two parts: the first has few digits, so that its product is exact.
  const rest: f32 = held - whole * 0.693359375 - whole * -0.00021219444;
  let sum: f32 = 0.000198756915;
  sum = sum * rest + 0.0013981999507;
  sum = sum * rest + 0.0083334519073;
  sum = sum * rest + 0.041665795894;
  sum = sum * rest + 0.16666665459;
  sum = sum * rest + 0.50000001201;
  sum = sum * (rest * rest) + rest + 1.0;
  return sum * reinterpret<f32>((<i32>whole + 127) << 23);
}

/** 1 / (1 + e to the −x). */
export function sigmoid(x: f32): f32 {
  return 1.0 / (1.0 + exp(-x));
}

/** Spreads every bit of a word over all of them (two rounds of multiply and shift). */
function mix(word: u32): u32 {
  let x = word;
  x ^= x >>> 16;
  x *= 0x7feb352d;
  x ^= x >>> 15;
  x *= 0x846ca68b;
  x ^= x >>> 16;
  return x;
}

/** Word number `number` of the stream keyed by two words. */
export function draw(key0: u32, key1: u32, number: u32): u32 {
  return mix(mix(key0 + number * 0x9e3779b9) ^ key1);
}

/** Fills a row from its seed: each value a centred sum of four 16-bit uniforms, times the scale. */
export function seedRow(table: usize, row: u32, seed0: u32, seed1: u32, scale: f32): void {
  const dimensions = load<u32>(table, TABLE_DIMENSIONS);
  const vector = vectorOf(table, blockOf(table, row), row);
  for (let at: u32 = 0; at < dimensions; at++) {
    const first = draw(seed0, seed1, at * 2);
    const second = draw(seed0, seed1, at * 2 + 1);
    const sum = (first >>> 16) + (first & 0xffff) + (second >>> 16) + (second & 0xffff);
    store<f32>(vector + ((<usize>at) << 2), <f32>(<i32>sum - 131070) * scale);
  }
}
