import { BLOCK_ROWS, TABLE } from './layout.ts';
import type { KernelMemory } from './functions.ts';

const PAGE_BYTES = 65_536;

/** A linear memory in plain TypeScript, with the table look-ups that all of the plain twin's arithmetic makes. */
export class PlainMemory implements KernelMemory {
  buffer: ArrayBuffer = new ArrayBuffer(PAGE_BYTES);
  floats = new Float32Array(this.buffer);
  doubles = new Float64Array(this.buffer);
  words = new Uint32Array(this.buffer);
  octets = new Uint8Array(this.buffer);

  grow(pages: number): number {
    const before = this.buffer.byteLength / PAGE_BYTES;
    const wider = new ArrayBuffer((before + pages) * PAGE_BYTES);
    this.floats = new Float32Array(wider);
    this.doubles = new Float64Array(wider);
    this.words = new Uint32Array(wider);
    this.octets = new Uint8Array(wider);
    this.octets.set(new Uint8Array(this.buffer));
    this.buffer = wider;
    return before;
  }

  /** The float at a byte address. */
  float(pointer: number): number {
    return this.floats[pointer >>> 2] as number;
  }

  /** Stores a float, rounded to 32 bits. */
  setFloat(pointer: number, value: number): void {
    this.floats[pointer >>> 2] = value;
  }

  /** The 64-bit float at a byte address. */
  double(pointer: number): number {
    return this.doubles[pointer >>> 3] as number;
  }

  /** Sets a word of a header. */
  setField(header: number, offset: number, value: number): void {
    this.words[(header >>> 2) + offset] = value;
  }

  /** A word of a header. */
  field(header: number, offset: number): number {
    return this.words[(header >>> 2) + offset] as number;
  }

  /** Where the block of a row starts. */
  block(table: number, row: number): number {
    const directory = this.field(table, TABLE.directory);
    return this.words[(directory >>> 2) + Math.floor(row / BLOCK_ROWS)] as number;
  }

  /** Where the vector of a row starts. */
  vector(table: number, row: number): number {
    const bytes = (row % BLOCK_ROWS) * this.field(table, TABLE.dimensions) * 4;
    return this.block(table, row) + bytes;
  }

  /** Where the bias of a row stands; 0 where the table has none. */
  biasAddress(table: number, row: number): number {
    const bias = this.field(table, TABLE.bias);
    return bias === 0 ? 0 : this.block(table, row) + bias + (row % BLOCK_ROWS) * 4;
  }

  /** The bias of a row; 0 where the table has none. */
  bias(table: number, row: number): number {
    const address = this.biasAddress(table, row);
    return address === 0 ? 0 : this.float(address);
  }

  /** Marks a row, and its block, as changed. */
  touch(table: number, row: number): void {
    const marks = this.field(table, TABLE.marks);
    this.octets[this.block(table, row) + marks + (row % BLOCK_ROWS)] = 1;
    this.octets[this.field(table, TABLE.blockMarks) + Math.floor(row / BLOCK_ROWS)] = 1;
  }

  /** Writes the marked rows of a block to `out`, clears their marks, and returns how many. */
  takeTouched(table: number, blockNumber: number, out: number): number {
    const first = blockNumber * BLOCK_ROWS;
    const marks = this.block(table, first) + this.field(table, TABLE.marks);
    let count = 0;
    for (let slot = 0; slot < BLOCK_ROWS; slot++) {
      if (this.octets[marks + slot] === 0) continue;
      this.words[(out >>> 2) + count] = first + slot;
      count++;
    }
    this.octets.fill(0, marks, marks + BLOCK_ROWS);
    this.octets[this.field(table, TABLE.blockMarks) + blockNumber] = 0;
    return count;
  }
}
