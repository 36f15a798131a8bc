import type { IndexInput } from './index-release.ts';
import type { PartitionState } from './partition-state.ts';

/**
 * Copies a partition's item vectors, as rows `[q, bias]`, and at most `queriesMax` queries `[h∘p, 1]` of users spread
 * evenly over the rows: what an index is built from and measured by.
 */
export function takeIndexInput(state: PartitionState, queriesMax: number): IndexInput {
  const { vectors, users } = state;
  const d = vectors.dimensions;
  const rows = new Float32Array(vectors.rows * (d + 1));
  for (let row = 0; row < vectors.rows; row += 1) {
    vectors.table.read(row, rows, row * (d + 1));
    rows[row * (d + 1) + d] = vectors.table.bias(row);
  }
  const taken = Math.min(queriesMax, users.rows);
  const queries = new Float32Array(taken * (d + 1));
  for (let query = 0; query < taken; query += 1) {
    const user = Math.floor((query * users.rows) / taken);
    const start = query * (d + 1);
    state.readQuery(user, queries.subarray(start, start + d));
    queries[start + d] = 1;
  }
  return {
    version: state.version,
    partition: state.partition,
    sequence: state.position,
    dimensions: d,
    ids: [...vectors.ids],
    rows,
    queries,
  };
}
