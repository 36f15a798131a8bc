// Four numbers at a time.

/** e to the x in each lane: the operations of `exp` in scalar.ts, in its order. */
export function expLanes(x: v128): v128 {
  const held = f32x4.max(f32x4.min(x, f32x4.splat(87)), f32x4.splat(-87));
  const rounder = f32x4.splat(12582912.0);
  const turns = f32x4.mul(held, f32x4.splat(1.44269504));
  const whole = f32x4.sub(f32x4.add(turns, rounder), rounder);
  const high = f32x4.sub(held, f32x4.mul(whole, f32x4.splat(0.693359375)));
  const rest = f32x4.sub(high, f32x4.mul(whole, f32x4.splat(-0.00021219444)));
  let sum = f32x4.splat(0.000198756915);
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(0.0013981999507));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(0.0083334519073));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(0.041665795894));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(0.16666665459));
  sum = f32x4.add(f32x4.mul(sum, rest), f32x4.splat(0.50000001201));
  const square = f32x4.mul(rest, rest);
  sum = f32x4.add(f32x4.add(f32x4.mul(sum, square), rest), f32x4.splat(1));
  const power = i32x4.add(i32x4.trunc_sat_f32x4_s(whole), i32x4.splat(127));
  return f32x4.mul(sum, i32x4.shl(power, 23));
}

/** 1 / (1 + e to the −x) in each lane. */
export function sigmoidLanes(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, expLanes(f32x4.neg(x))));
}

/** The sums of four vectors' lanes, one a lane: (0 + 2) + (1 + 3). */
export function sumFour(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** The sum of a vector's lanes in the same order. */
export function sumOne(a: v128): f32 {
  const even = f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 2);
  return even + (f32x4.extract_lane(a, 1) + f32x4.extract_lane(a, 3));
}
