/** The pairs of one side: the columns of row r stand from `starts[r]` to `starts[r + 1]`, ascending. */
export interface GroupedPairs {
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
}

/** Groups pairs by row, columns ascending, whatever order they come in. */
export function groupPairs(
  rows: Uint32Array,
  columns: Uint32Array,
  counts: { readonly rows: number; readonly columns: number },
): GroupedPairs {
  // Two passes of a counting sort: by column, then by row, each of which keeps the order of equals.
  const byColumn = placesBy(columns, counts.columns);
  const starts = startsOf(rows, counts.rows);
  const next = starts.slice();
  const grouped = new Uint32Array(rows.length);
  for (const pair of byColumn) {
    const row = rows[pair] as number;
    grouped[next[row] as number] = columns[pair] as number;
    next[row] = (next[row] as number) + 1;
  }
  return { starts, columns: grouped };
}

/** Where each key's entries start when they are sorted, and where all end. */
function startsOf(keys: Uint32Array, count: number): Uint32Array {
  const starts = new Uint32Array(count + 1);
  for (const key of keys) starts[key + 1] = (starts[key + 1] as number) + 1;
  for (let key = 0; key < count; key += 1) {
    starts[key + 1] = (starts[key + 1] as number) + (starts[key] as number);
  }
  return starts;
}

function placesBy(keys: Uint32Array, count: number): Uint32Array {
  const next = startsOf(keys, count);
  const places = new Uint32Array(keys.length);
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at] as number;
    places[next[key] as number] = at;
    next[key] = (next[key] as number) + 1;
  }
  return places;
}
