import { FactorTable } from '../../model/factor-table.ts';
import { loadKernel } from '../../model/kernel/kernel.ts';
import type { IndexInput } from '../../projections/index-release.ts';
import { RowScores } from '../../projections/row-scores.ts';

const TOP = 10;

/** Finds labels for a query `[h∘p, 1]`. */
export type FindLabels = (query: Float32Array, k: number) => readonly number[];

/** Measures an index against an exact scan by the kernel, over the queries given once. */
export interface RecallMeter {
  readonly queries: number;
  /** The share of the exact top 10 that is found; an item with the score of the tenth counts as one of them. */
  measure(find: FindLabels): number;
}

/** Scans all items exactly for every query; items stand for users where there are no queries. */
export async function createRecallMeter(
  input: IndexInput,
  onProgress: (done: number, total: number) => void,
): Promise<RecallMeter> {
  const d = input.dimensions;
  const table = new FactorTable((await loadKernel()).create(), { dimensions: d, extra: 1 });
  for (let row = 0; row < input.ids.length; row += 1) {
    table.addZero();
    table.write(row, input.rows, row * (d + 1));
    table.setBias(row, input.rows[row * (d + 1) + d] ?? 0);
  }
  const rowScores = new RowScores(table);
  const queries = queriesOf(input);
  const wanted = Math.min(TOP, input.ids.length);
  const rows = new Uint32Array(TOP);
  const scores = new Float32Array(TOP);
  const leastScores = queries.map((query, done) => {
    onProgress(done, queries.length);
    table.topN(query.subarray(0, d), TOP, NOTHING, rows, scores);
    return scores[wanted - 1] ?? 0;
  });
  return {
    queries: queries.length,
    measure: (find) => {
      let found = 0;
      for (const [at, query] of queries.entries()) {
        const labels = Uint32Array.from(find(query, wanted).filter((label) => label >= 0));
        rowScores.score(query.subarray(0, d), labels, scores);
        const least = leastScores[at] ?? 0;
        for (let rank = 0; rank < labels.length; rank += 1) {
          if ((scores[rank] ?? 0) >= least) found += 1;
        }
      }
      return found / (queries.length * wanted);
    },
  };
}

const NOTHING = new Uint32Array(0);
const ITEM_QUERIES_MAX = 200;

function queriesOf(input: IndexInput): readonly Float32Array[] {
  const columns = input.dimensions + 1;
  const users = input.queries.length / columns;
  if (users > 0) {
    return Array.from({ length: users }, (_, at) =>
      input.queries.subarray(at * columns, (at + 1) * columns),
    );
  }
  const items = Math.min(ITEM_QUERIES_MAX, input.ids.length);
  return Array.from({ length: items }, (_, at) => {
    const row = Math.floor((at * input.ids.length) / items);
    const query = input.rows.slice(row * columns, (row + 1) * columns);
    query[input.dimensions] = 1;
    return query;
  });
}
