import type { Index } from 'faiss-node';
import { RepriseError } from '../../events/error.ts';
import type { IndexInput, IndexProgress } from '../../projections/index-release.ts';
import { setProbes } from '../faiss.ts';
import type { Faiss } from '../faiss.ts';
import { createRecallMeter } from './recall.ts';
import type { RecallMeter } from './recall.ts';

/** Items up to which an index is flat: a scan of so many is faster than anything that has to be trained. */
const FLAT_ITEMS_MAX = 4_096;
const ADD_ROWS_MAX = 10_000;
/** Vectors that a cell is trained on, at most. */
const TRAINING_ROWS_PER_CELL_MAX = 64;
/** Vectors that a cell needs at least, or Faiss warns that its centre is guesswork. */
const TRAINING_ROWS_PER_CELL_MIN = 39;
const PROBES_MIN = 4;
/** More cells are probed until this much of the exact top 10 is found: above what a release needs, for rows drift. */
const RECALL_AIM = 0.998;

/** A built index of one partition. */
export interface BuiltIndex {
  readonly bytes: Buffer;
  readonly kind: string;
  readonly probes: number;
  readonly recall10: number;
  readonly queries: number;
}

/** Tells how far a stage of the build has come. */
export type Report = (stage: IndexProgress['stage'], done: number, total: number) => void;

/** Builds the index of one partition and measures it: flat for few items, cells (IVF) with as many probes as it takes above. */
export async function buildIndex(
  faiss: Faiss,
  input: IndexInput,
  report: Report,
  flatItemsMax: number = FLAT_ITEMS_MAX,
): Promise<BuiltIndex> {
  const items = input.ids.length;
  const cells = items <= flatItemsMax ? 0 : cellsFor(items);
  const kind = cells === 0 ? 'Flat' : `IVF${cells},Flat`;
  const metric = faiss.MetricType.METRIC_INNER_PRODUCT;
  const index = faiss.Index.fromFactory(input.dimensions + 1, kind, metric);
  if (!input.rows.every(Number.isFinite)) {
    throw new RepriseError('INVALID', 'an item vector holds a value that is not finite');
  }
  if (cells > 0) {
    report('training', 0, 1);
    index.train(trainingRows(input, cells));
  }
  addRows(index, input, report);
  const meter = await createRecallMeter(input, (done, total) => report('measuring', done, total));
  const bytes = index.toBuffer();
  if (cells === 0) return measured(faiss, bytes, kind, 0, meter);
  for (let probes = PROBES_MIN; ; probes *= 2) {
    const tried = Math.min(probes, cells);
    setProbes(bytes, cells, tried);
    const built = measured(faiss, bytes, kind, tried, meter);
    report('measuring', tried, cells);
    if (built.recall10 >= RECALL_AIM || tried === cells) return built;
  }
}

function measured(
  faiss: Faiss,
  bytes: Buffer,
  kind: string,
  probes: number,
  meter: RecallMeter,
): BuiltIndex {
  const index = faiss.Index.fromBuffer(bytes);
  const recall10 = meter.measure((query, k) => index.search(Array.from(query), k).labels);
  return { bytes, kind, probes, recall10, queries: meter.queries };
}

/** About four times the square root of the items, a power of two, with enough items a cell to train it. */
function cellsFor(items: number): number {
  const wanted = Math.round(Math.log2(4 * Math.sqrt(items)));
  const most = Math.floor(Math.log2(items / TRAINING_ROWS_PER_CELL_MIN));
  return 2 ** Math.max(0, Math.min(wanted, most));
}

/** Rows spread evenly over the table, as many as training looks at. */
function trainingRows(input: IndexInput, cells: number): number[] {
  const columns = input.dimensions + 1;
  const items = input.ids.length;
  const taken = Math.min(items, cells * TRAINING_ROWS_PER_CELL_MAX);
  const rows: number[] = [];
  for (let at = 0; at < taken; at += 1) {
    const row = Math.floor((at * items) / taken);
    for (const value of input.rows.subarray(row * columns, (row + 1) * columns)) rows.push(value);
  }
  return rows;
}

function addRows(index: Index, input: IndexInput, report: Report): void {
  const columns = input.dimensions + 1;
  const items = input.ids.length;
  for (let row = 0; row < items; row += ADD_ROWS_MAX) {
    report('adding', row, items);
    index.add(Array.from(input.rows.subarray(row * columns, (row + ADD_ROWS_MAX) * columns)));
  }
}
