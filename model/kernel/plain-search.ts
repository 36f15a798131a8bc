import type { KernelFunctions } from './functions.ts';
import { BLOCK_ROWS, GROUP_ROWS, TABLE } from './layout.ts';
import type { PlainMemory } from './plain-memory.ts';
import type { PlainProducts } from './plain-product.ts';

const { fround } = Math;

type Search = Pick<KernelFunctions, 'scoreAll' | 'topRows' | 'encodeRow' | 'topRowsByCodes'>;

interface Found {
  readonly row: number;
  readonly score: number;
}

/** Keeps the best `count`, best first; rows come ascending, so an equal score goes behind those that stand. */
function insert(best: Found[], count: number, found: Found): void {
  if (Number.isNaN(found.score)) return;
  let at = best.length;
  while (at > 0 && (best[at - 1] as Found).score < found.score) at--;
  if (at >= count) return;
  best.splice(at, 0, found);
  if (best.length > count) best.pop();
}

function roundToEven(x: number): number {
  const floor = Math.floor(x);
  const above = x - floor;
  if (above < 0.5 || (above === 0.5 && floor % 2 === 0)) return floor;
  return floor + 1;
}

/** The address of the code of one value: pairs of dimensions of GROUP_ROWS rows stand together. */
function codeAddress(memory: PlainMemory, table: number, row: number, at: number): number {
  const dimensions = memory.field(table, TABLE.dimensions);
  const slot = row % BLOCK_ROWS;
  const group = Math.floor(slot / GROUP_ROWS) * dimensions * GROUP_ROWS * 2;
  const pair = Math.floor(at / 2) * GROUP_ROWS * 4 + (slot % GROUP_ROWS) * 4;
  const codes = memory.block(table, row) + memory.field(table, TABLE.codes);
  return codes + group + pair + (at % 2) * 2;
}

/** Makes the plain search: straightforward loops with the WebAssembly kernel's rounding. */
export function createPlainSearch(memory: PlainMemory, { dot }: PlainProducts): Search {
  function score(table: number, row: number, query: number): number {
    const product = dot(query, memory.vector(table, row), memory.field(table, TABLE.dimensions));
    return fround(product + memory.bias(table, row));
  }

  function place(best: readonly Found[], outRows: number, outScores: number): number {
    best.forEach((found, rank) => {
      memory.words[(outRows >>> 2) + rank] = found.row;
      memory.floats[(outScores >>> 2) + rank] = found.score;
    });
    return best.length;
  }

  function scoreByCodes(table: number, row: number, queryCodes: number, unit: number): number {
    const codes = new Int16Array(memory.buffer);
    let sum = 0;
    for (let at = 0; at < memory.field(table, TABLE.dimensions); at++) {
      const query = codes[(queryCodes >>> 1) + at] as number;
      sum += query * (codes[codeAddress(memory, table, row, at) >>> 1] as number);
    }
    return fround(fround(fround(sum) * fround(unit)) + memory.bias(table, row));
  }

  return {
    scoreAll(table, query, out) {
      for (let row = 0; row < memory.field(table, TABLE.rows); row++) {
        memory.setFloat(out + row * 4, score(table, row, query));
      }
    },
    topRows(table, query, count, mask, outRows, outScores) {
      const best: Found[] = [];
      for (let row = 0; row < memory.field(table, TABLE.rows); row++) {
        if (memory.octets[mask + row] === 0)
          insert(best, count, { row, score: score(table, row, query) });
      }
      return place(best, outRows, outScores);
    },
    encodeRow(table, row, scale, codeMax) {
      const codes = new Int16Array(memory.buffer);
      const vector = memory.vector(table, row);
      let fits = 1;
      for (let at = 0; at < memory.field(table, TABLE.dimensions); at++) {
        const code = roundToEven(fround(memory.float(vector + at * 4) * fround(scale)));
        if (!(Math.abs(code) <= codeMax)) fits = 0;
        const held = Number.isNaN(code) ? 0 : Math.min(Math.max(code, -32_768), 32_767);
        codes[codeAddress(memory, table, row, at) >>> 1] = held;
      }
      return fits;
    },
    topRowsByCodes(table, query, queryCodes, unit, margin, count, mask, outRows, outScores) {
      const best: Found[] = [];
      for (let row = 0; row < memory.field(table, TABLE.rows); row++) {
        if (memory.octets[mask + row] !== 0) continue;
        const worst = best.length < count ? -Infinity : (best[count - 1] as Found).score;
        const floor = fround(worst - fround(margin));
        if (!(scoreByCodes(table, row, queryCodes, unit) >= floor)) continue;
        insert(best, count, { row, score: score(table, row, query) });
      }
      return place(best, outRows, outScores);
    },
  };
}
