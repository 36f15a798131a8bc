// Sums of products in the one lane order that every score has: four accumulators of four lanes over 16 values a turn,
// the rest into the first; then (0 + 1) + (2 + 3) over accumulators, and the same over lanes.

/** (lane 0 + lane 1) + (lane 2 + lane 3). */
export function sumLanes(v: v128): f32 {
  const left = f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1);
  return left + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** The same sum in all lanes. */
export function sumLanesInAll(v: v128): v128 {
  const pairs = f32x4.add(v, v128.shuffle<i32>(v, v, 1, 0, 3, 2));
  return f32x4.add(pairs, v128.shuffle<i32>(pairs, pairs, 2, 3, 0, 1));
}

/** Σ a·b, lanes apart. */
export function dotLanes(a: usize, b: usize, dimensions: u32): v128 {
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  let sum2 = f32x4.splat(0);
  let sum3 = f32x4.splat(0);
  let at: u32 = 0;
  for (; at + 16 <= dimensions; at += 16) {
    sum0 = f32x4.add(sum0, f32x4.mul(v128.load(a), v128.load(b)));
    sum1 = f32x4.add(sum1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
    sum2 = f32x4.add(sum2, f32x4.mul(v128.load(a, 32), v128.load(b, 32)));
    sum3 = f32x4.add(sum3, f32x4.mul(v128.load(a, 48), v128.load(b, 48)));
    a += 64;
    b += 64;
  }
  for (; at < dimensions; at += 4) {
    sum0 = f32x4.add(sum0, f32x4.mul(v128.load(a), v128.load(b)));
    a += 16;
    b += 16;
  }
  return f32x4.add(f32x4.add(sum0, sum1), f32x4.add(sum2, sum3));
}

/** Σ a·b. */
export function dot(a: usize, b: usize, dimensions: u32): f32 {
  return sumLanes(dotLanes(a, b, dimensions));
}
