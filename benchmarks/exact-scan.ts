// How long does the exact top 10 take, against a plain loop over Float32Arrays with a sorted list of ten?
import { parseArgs } from 'node:util';
import { FactorTable } from '../model/factor-table.ts';
import { loadKernel } from '../model/kernel/kernel.ts';

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '10000' },
    dimensions: { type: 'string', default: '32' },
    queries: { type: 'string', default: '2000' },
  },
});
const items = Number(values.items);
const dimensions = Number(values.dimensions);
const queries = Number(values.queries);
const N = 10;
const SEEN = 50;

/** What an ordinary developer would write: one flat array, one loop, a short sorted list. */
function plainTop(
  vectors: Float32Array,
  biases: Float32Array,
  query: Float32Array,
  excluded: Set<number>,
): number[] {
  const rows: number[] = [];
  const scores: number[] = [];
  for (let row = 0; row < items; row++) {
    let score = biases[row] as number;
    const base = row * dimensions;
    for (let at = 0; at < dimensions; at++) {
      score += (query[at] as number) * (vectors[base + at] as number);
    }
    if (rows.length === N && score <= (scores[N - 1] as number)) continue;
    if (excluded.has(row)) continue;
    let place = rows.length;
    while (place > 0 && (scores[place - 1] as number) < score) place--;
    rows.splice(place, 0, row);
    scores.splice(place, 0, score);
    if (rows.length > N) {
      rows.pop();
      scores.pop();
    }
  }
  return rows;
}

/** Microseconds a call: the median and the fastest of the calls, each timed alone after a warm-up. */
function microseconds(calls: number, call: (number: number) => void): { p50: number; min: number } {
  for (let number = 0; number < calls / 4; number++) call(number);
  const times = new Float64Array(calls);
  for (let number = 0; number < calls; number++) {
    const start = performance.now();
    call(number);
    times[number] = (performance.now() - start) * 1_000;
  }
  times.sort();
  return { p50: round(times[calls >> 1] as number), min: round(times[0] as number) };
}

const kernel = (await loadKernel()).create();
const coded = new FactorTable(kernel, { dimensions, extra: 1, codes: true });
const bare = new FactorTable(kernel, { dimensions, extra: 1 });
const users = new FactorTable(kernel, { dimensions });
const vectors = new Float32Array(items * dimensions);
const biases = new Float32Array(items);
for (let row = 0; row < items; row++) {
  bare.add(row, 7, 0.4);
  bare.read(row, vectors, row * dimensions);
  coded.addZero();
  coded.write(row, vectors, row * dimensions);
  biases[row] = Math.log((row % 97) + 1) / 4 - 2;
  coded.setBias(row, biases[row] as number);
  bare.setBias(row, biases[row] as number);
}
const queryOf = Array.from({ length: 64 }, (_, number) => {
  const query = new Float32Array(dimensions);
  users.read(users.add(number, 13, 0.5), query, 0);
  return query;
});
const seenOf = queryOf.map((_, number) =>
  Uint32Array.from({ length: SEEN }, (__, at) => (at * 7919 + number) % items),
);
const seenSets = seenOf.map((rows) => new Set(rows));
const outRows = new Uint32Array(N);
const outScores = new Float32Array(N);
const search = (table: FactorTable) => (number: number) => {
  const at = number % 64;
  table.topN(queryOf[at] as Float32Array, N, seenOf[at] as Uint32Array, outRows, outScores);
};
const plain = (number: number): number[] =>
  plainTop(
    vectors,
    biases,
    queryOf[number % 64] as Float32Array,
    seenSets[number % 64] as Set<number>,
  );
let agree = 0;
for (let number = 0; number < 64; number++) {
  search(bare)(number);
  const exhaustive = outRows.join();
  search(coded)(number);
  if (exhaustive !== outRows.join()) throw new Error('the pruned answer is not the exhaustive one');
  if (plain(number).join() === exhaustive) agree++;
}
const byCodes = microseconds(queries, search(coded));
const exhaustive = microseconds(queries, search(bare));
const baseline = microseconds(Math.ceil(queries / 8), plain);
const writes = microseconds(queries * 10, (number) => {
  coded.write(number % items, vectors, (number % items) * dimensions);
});
console.log(
  JSON.stringify({
    benchmark: 'exact-scan',
    items,
    dimensions,
    topNMicroseconds: byCodes,
    exhaustiveMicroseconds: exhaustive,
    plainMicroseconds: baseline,
    writeMicroseconds: writes,
    sameAsPlain: `${String(agree)}/64`,
    ratio: round(baseline.p50 / byCodes.p50),
  }),
);

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
