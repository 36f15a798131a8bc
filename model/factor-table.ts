import type { Kernel, Pointer } from './kernel/kernel.ts';
import { BLOCK_ROWS, TABLE, seedScale } from './kernel/layout.ts';
import { ListedRows } from './listed-rows.ts';
import { RowCodes } from './row-codes.ts';
import { TableSearch } from './table-search.ts';

/** What a row holds. */
export interface FactorTableOptions {
  /** Length of a vector; a multiple of 4 from 4 to 256. */
  readonly dimensions: number;
  /** Floats a row beside its vector, each a column that starts at 0; the first is the bias. Default 0. */
  readonly extra?: number;
  /** True to keep quantised codes beside the rows, which {@link FactorTable.topN} reads first: faster, the same answer. */
  readonly codes?: boolean;
}

/** The least number of rows that a table grows by. */
export const SLAB_ROWS_MIN = BLOCK_ROWS;

/** The share of its rows that a full table grows by. */
export const SLAB_GROWTH_SHARE = 0.1;

const FLOAT_BYTES = 4;

function checkOptions(dimensions: number, extra: number): void {
  if (!Number.isInteger(dimensions) || dimensions % 4 !== 0 || dimensions < 4 || dimensions > 256) {
    throw new RangeError(`dimensions is a multiple of 4 from 4 to 256, not ${String(dimensions)}`);
  }
  if (!Number.isInteger(extra) || extra < 0 || extra > 64) {
    throw new RangeError(`extra is a whole number from 0 to 64, not ${String(extra)}`);
  }
}

/**
 * Rows of `dimensions` 32-bit floats in slabs of a kernel's memory. A full table grows by a tenth in a slab of its own:
 * old rows are neither moved nor written. Rows are dense numbers from 0 in the order in which they were added.
 */
export class FactorTable {
  readonly kernel: Kernel;
  readonly dimensions: number;
  readonly extra: number;
  /** The header that the kernel's functions take. */
  readonly header: Pointer;
  readonly #codes: RowCodes | undefined;
  readonly #search: TableSearch;
  readonly #listed: ListedRows;
  readonly #blockBytes: number;
  readonly #found: Pointer;
  #rows = 0;
  #blocks = 0;
  #directoryBlocks = 0;

  constructor(kernel: Kernel, options: FactorTableOptions) {
    const { dimensions, extra = 0, codes = false } = options;
    checkOptions(dimensions, extra);
    this.kernel = kernel;
    this.dimensions = dimensions;
    this.extra = extra;
    this.header = kernel.alloc(TABLE.words * 4);
    const columns = BLOCK_ROWS * dimensions * FLOAT_BYTES;
    const marks = columns + BLOCK_ROWS * extra * FLOAT_BYTES;
    const codesAt = marks + BLOCK_ROWS;
    this.#blockBytes = codesAt + (codes ? BLOCK_ROWS * dimensions * 2 : 0);
    this.#set(TABLE.dimensions, dimensions);
    this.#set(TABLE.bias, extra > 0 ? columns : 0);
    this.#set(TABLE.marks, marks);
    this.#set(TABLE.codes, codes ? codesAt : 0);
    this.#found = kernel.alloc(BLOCK_ROWS * 4);
    this.#codes = codes ? new RowCodes(kernel, this.header, dimensions) : undefined;
    this.#listed = new ListedRows(kernel, this.header, dimensions);
    this.#search = new TableSearch(kernel, this.header, dimensions, this.#codes);
  }

  /** The number of rows. */
  get rows(): number {
    return this.#rows;
  }

  /** Adds a row filled from its seed, near normal with this standard deviation; returns its number. */
  add(seed0: number, seed1: number, deviation: number): number {
    const row = this.addRows(1);
    this.kernel.functions.seedRow(this.header, row, seed0, seed1, seedScale(deviation));
    this.#changed(row);
    return row;
  }

  /** Adds a row of zeros; returns its number. */
  addZero(): number {
    const row = this.addRows(1);
    this.#changed(row);
    return row;
  }

  /** Marks a row as changed. */
  touch(row: number): void {
    this.kernel.functions.touch(this.header, row);
  }

  /** Adds rows of zeros, unmarked; returns the first one's number. */
  addRows(count: number): number {
    const first = this.#rows;
    const rows = first + count;
    if (rows > this.#blocks * BLOCK_ROWS) this.#grow(rows);
    this.#rows = rows;
    this.#set(TABLE.rows, rows);
    return first;
  }

  /** Where a row's vector stands in the kernel's memory; it never moves. */
  pointer(row: number): Pointer {
    return this.#vector(row) * FLOAT_BYTES;
  }

  /** Copies a row's vector to `out[offset…]`. */
  read(row: number, out: Float32Array, offset: number): void {
    const floats = this.kernel.floats;
    const from = this.#vector(row);
    const end = this.dimensions;
    for (let at = 0; at < end; at++) out[offset + at] = floats[from + at] as number;
  }

  /** Replaces a row's vector by `values[offset…]` and marks it. */
  write(row: number, values: Float32Array, offset: number): void {
    const floats = this.kernel.floats;
    const to = this.#vector(row);
    const end = this.dimensions;
    if (offset < 0 || offset + end > values.length) {
      throw new RangeError(`values holds no ${String(end)} floats from ${String(offset)} on`);
    }
    for (let at = 0; at < end; at++) floats[to + at] = values[offset + at] as number;
    this.#changed(row);
  }

  /** Copies the vectors of `count` rows from `first` on to `out[offset…]`. */
  readRows(first: number, count: number, out: Float32Array, offset = 0): void {
    this.#eachRun(first, count, (row, length, done) => {
      const from = this.#vector(row);
      const values = this.kernel.floats.subarray(from, from + length * this.dimensions);
      out.set(values, offset + done * this.dimensions);
    });
  }

  /** Replaces the vectors of `count` rows from `first` on by `values[offset…]`, unmarked. */
  writeRows(first: number, count: number, values: Float32Array, offset = 0): void {
    this.#eachRun(first, count, (row, length, done) => {
      const from = offset + done * this.dimensions;
      const part = values.subarray(from, from + length * this.dimensions);
      this.kernel.floats.set(part, this.#vector(row));
    });
    if (this.#codes === undefined) return;
    for (let row = first; row < first + count; row++) this.#codes.encode(row, this.#rows);
  }

  /** Copies the vectors of the rows listed to `out`, one after the other. */
  readListed(rows: Uint32Array, out: Float32Array): void {
    this.#checkListed(rows, 0, rows.length);
    this.#listed.read(rows, out);
  }

  /** Replaces the vectors and biases of the rows listed at `first` to before `end` by those at the same places, unmarked. */
  writeListed(
    rows: Uint32Array,
    vectors: Float32Array,
    biases: Float32Array,
    first: number,
    end: number,
  ): void {
    this.#checkListed(rows, first, end);
    this.#listed.write(rows, vectors, biases, first, end);
    const codes = this.#codes;
    if (codes === undefined) return;
    for (let at = first; at < end; at++) {
      codes.seeBias(biases[at] as number);
      codes.encode(rows[at] as number, this.#rows);
    }
  }

  #checkListed(rows: Uint32Array, first: number, end: number): void {
    for (let at = first; at < end; at++) {
      if (!((rows[at] as number) < this.#rows)) {
        throw new RangeError(`row ${String(rows[at])} is not one of ${String(this.#rows)}`);
      }
    }
  }

  /** A row's value in an extra column. */
  column(row: number, column: number): number {
    return this.kernel.floats[this.#cell(row, column)] as number;
  }

  /** Sets a row's value in an extra column and marks the row. */
  setColumn(row: number, column: number, value: number): void {
    this.kernel.floats[this.#cell(row, column)] = value;
    if (column === 0) this.#codes?.seeBias(value);
    this.kernel.functions.touch(this.header, row);
  }

  /** Copies an extra column of `count` rows from `first` on to `out[offset…]`. */
  readColumn(column: number, first: number, count: number, out: Float32Array, offset = 0): void {
    this.#eachRun(first, count, (row, length, done) => {
      const from = this.#cell(row, column);
      out.set(this.kernel.floats.subarray(from, from + length), offset + done);
    });
  }

  /** Replaces an extra column of `count` rows from `first` on by `values[offset…]`, unmarked. */
  writeColumn(
    column: number,
    first: number,
    count: number,
    values: Float32Array,
    offset = 0,
  ): void {
    this.#eachRun(first, count, (row, length, done) => {
      const part = values.subarray(offset + done, offset + done + length);
      this.kernel.floats.set(part, this.#cell(row, column));
      if (column === 0 && this.#codes !== undefined)
        for (const value of part) this.#codes.seeBias(value);
    });
  }

  /** A row's bias, its first extra column; 0 where the table has none. */
  bias(row: number): number {
    return this.extra === 0 ? 0 : this.column(row, 0);
  }

  /** Sets a row's bias and marks the row. */
  setBias(row: number, value: number): void {
    this.setColumn(row, 0, value);
  }

  /** The numbers of the rows added, written or stepped since the last take, ascending. */
  takeTouched(): Uint32Array {
    const parts: Uint32Array[] = [];
    let total = 0;
    const marks = this.#get(TABLE.blockMarks);
    for (let block = 0; block < this.#blocks; block++) {
      if (this.kernel.octets[marks + block] === 0) continue;
      const found = this.kernel.functions.takeTouched(this.header, block, this.#found);
      const at = this.#found >>> 2;
      parts.push(this.kernel.words.slice(at, at + found));
      total += found;
    }
    const rows = new Uint32Array(total);
    let at = 0;
    for (const part of parts) {
      rows.set(part, at);
      at += part.length;
    }
    return rows;
  }

  /** out[row] = query · row + bias over all rows. */
  scoreAll(query: Float32Array, out: Float32Array): void {
    this.#search.scoreAll(this.#rows, query, out);
  }

  /**
   * Finds the `n` best rows by query · row + bias, best first, ties by lower row, and returns how many there were. The
   * answer is exact. `excluded` is a mask (Uint8Array, a byte a row, 1 leaves it out; rows past its end stay in) or
   * the rows to leave out (Uint32Array). A row whose score is NaN is never found.
   */
  topN(
    query: Float32Array,
    n: number,
    excluded: Uint8Array | Uint32Array,
    outRows: Uint32Array,
    outScores: Float32Array,
  ): number {
    return this.#search.topN(this.#rows, query, n, excluded, outRows, outScores);
  }

  #changed(row: number): void {
    this.kernel.functions.touch(this.header, row);
    this.#codes?.encode(row, this.#rows);
  }

  /** Calls back for each run of rows that lie in one block. */
  #eachRun(
    first: number,
    count: number,
    visit: (row: number, length: number, done: number) => void,
  ): void {
    for (let done = 0; done < count;) {
      const row = first + done;
      const length = Math.min(BLOCK_ROWS - (row % BLOCK_ROWS), count - done);
      visit(row, length, done);
      done += length;
    }
  }

  /** The index in `floats` of a row's vector. */
  #vector(row: number): number {
    return (this.#block(row) >>> 2) + (row & (BLOCK_ROWS - 1)) * this.dimensions;
  }

  /** The index in `floats` of a row's value in an extra column. */
  #cell(row: number, column: number): number {
    if (!(column >= 0 && column < this.extra)) {
      throw new RangeError(`column ${String(column)} is not one of ${String(this.extra)}`);
    }
    const columns = (this.#block(row) >>> 2) + BLOCK_ROWS * this.dimensions;
    return columns + column * BLOCK_ROWS + (row & (BLOCK_ROWS - 1));
  }

  #block(row: number): Pointer {
    if (!(row >= 0 && row < this.#rows)) {
      throw new RangeError(`row ${String(row)} is not one of ${String(this.#rows)}`);
    }
    const { words } = this.kernel;
    const directory = words[(this.header >>> 2) + TABLE.directory] as number;
    return words[(directory >>> 2) + ((row / BLOCK_ROWS) | 0)] as number;
  }

  #grow(rows: number): void {
    const growth = Math.max(
      rows - this.#blocks * BLOCK_ROWS,
      this.#rows * SLAB_GROWTH_SHARE,
      SLAB_ROWS_MIN,
    );
    const blocks = Math.ceil(growth / BLOCK_ROWS);
    const slab = this.kernel.alloc(blocks * this.#blockBytes);
    if (this.#blocks + blocks > this.#directoryBlocks) this.#growDirectory(this.#blocks + blocks);
    const directory = this.#get(TABLE.directory) >>> 2;
    for (let block = 0; block < blocks; block++) {
      this.kernel.words[directory + this.#blocks + block] = slab + block * this.#blockBytes;
    }
    this.#blocks += blocks;
  }

  #growDirectory(blocks: number): void {
    const capacity = Math.max(blocks, this.#directoryBlocks * 2, 64);
    const directory = this.kernel.alloc(capacity * 4);
    const marks = this.kernel.alloc(capacity);
    const { words, octets } = this.kernel;
    const oldDirectory = this.#get(TABLE.directory) >>> 2;
    const oldMarks = this.#get(TABLE.blockMarks);
    words.copyWithin(directory >>> 2, oldDirectory, oldDirectory + this.#blocks);
    octets.copyWithin(marks, oldMarks, oldMarks + this.#blocks);
    this.#set(TABLE.directory, directory);
    this.#set(TABLE.blockMarks, marks);
    this.#directoryBlocks = capacity;
  }

  #get(field: number): number {
    return this.kernel.words[(this.header >>> 2) + field] as number;
  }

  #set(field: number, value: number): void {
    this.kernel.words[(this.header >>> 2) + field] = value;
  }
}
