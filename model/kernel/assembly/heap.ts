// The best rows so far: a heap with the worst at its root, in two columns, rows and scores.

/** Tells whether entry `a` ranks below entry `b`: a lower score, or the same and a higher row. */
function below(rows: usize, scores: usize, a: usize, b: usize): bool {
  const left = load<f32>(scores + (a << 2));
  const right = load<f32>(scores + (b << 2));
  return left < right || (left == right && load<u32>(rows + (a << 2)) > load<u32>(rows + (b << 2)));
}

function swap(rows: usize, scores: usize, a: usize, b: usize): void {
  const row = load<u32>(rows + (a << 2));
  const score = load<f32>(scores + (a << 2));
  store<u32>(rows + (a << 2), load<u32>(rows + (b << 2)));
  store<f32>(scores + (a << 2), load<f32>(scores + (b << 2)));
  store<u32>(rows + (b << 2), row);
  store<f32>(scores + (b << 2), score);
}

function sink(rows: usize, scores: usize, size: usize): void {
  let at: usize = 0;
  while (true) {
    let child = at * 2 + 1;
    if (child >= size) return;
    if (child + 1 < size && below(rows, scores, child + 1, child)) child++;
    if (!below(rows, scores, child, at)) return;
    swap(rows, scores, child, at);
    at = child;
  }
}

/** Offers a row; returns the number held. Rows come ascending, so an equal score never displaces one. */
export function offer(
  rows: usize,
  scores: usize,
  held: u32,
  count: u32,
  row: u32,
  score: f32,
): u32 {
  if (held == count) {
    if (!(score > load<f32>(scores))) return held;
    store<u32>(rows, row);
    store<f32>(scores, score);
    sink(rows, scores, <usize>held);
    return held;
  }
  // A NaN is never found.
  if (!(score == score)) return held;
  let at = <usize>held;
  store<u32>(rows + (at << 2), row);
  store<f32>(scores + (at << 2), score);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!below(rows, scores, at, parent)) break;
    swap(rows, scores, at, parent);
    at = parent;
  }
  return held + 1;
}

/** Sorts what is held, best first. */
export function sortHeld(rows: usize, scores: usize, held: u32): void {
  for (let size = <usize>held; size > 1; size--) {
    swap(rows, scores, 0, size - 1);
    sink(rows, scores, size - 1);
  }
}
