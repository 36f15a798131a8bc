import type { FactorTable } from '../../model/factor-table.ts';

/** Numbers of rows, each once. */
class RowMarks {
  #marks = new Uint8Array(256);
  #count = 0;

  add(rows: Uint32Array, of: number): void {
    if (of > this.#marks.length) {
      const wider = new Uint8Array(Math.ceil(of * 1.25));
      wider.set(this.#marks);
      this.#marks = wider;
    }
    for (const row of rows) {
      this.#count += 1 - (this.#marks[row] as number);
      this.#marks[row] = 1;
    }
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** The rows marked, ascending; none is marked any more. */
  take(): Uint32Array {
    const rows = new Uint32Array(this.#count);
    let at = 0;
    for (let row = 0; at < rows.length; row++) if (this.#marks[row] === 1) rows[at++] = row;
    this.#marks.fill(0);
    this.#count = 0;
    return rows;
  }
}

/**
 * The touched item rows, for two takers who each want all of theirs: deltas, of the first table alone, and barriers, of
 * all that are shared.
 */
export class ItemTouches {
  readonly #table: FactorTable;
  readonly #others: readonly FactorTable[];
  readonly #forDelta = new RowMarks();
  readonly #forBarrier: RowMarks | undefined;

  /** Where nobody asks for a barrier's, only deltas are served, at no cost. */
  constructor(tables: readonly [FactorTable, ...FactorTable[]], hasBarriers: boolean) {
    [this.#table, ...this.#others] = tables;
    this.#forBarrier = hasBarriers ? new RowMarks() : undefined;
  }

  /** The rows touched since the last delta, ascending. */
  takeForDelta(): Uint32Array {
    const rows = this.#table.takeTouched();
    this.#forBarrier?.add(rows, this.#table.rows);
    if (this.#forDelta.isEmpty) return rows;
    this.#forDelta.add(rows, this.#table.rows);
    return this.#forDelta.take();
  }

  /** Marks rows for the next barrier, as they were marked when the checkpoint was taken that they come from. */
  mark(rows: Uint32Array): void {
    this.#forBarrier?.add(rows, this.#table.rows);
  }

  /** The rows touched since the last barrier, ascending. */
  takeForBarrier(): Uint32Array {
    const rows = this.#table.takeTouched();
    this.#forDelta.add(rows, this.#table.rows);
    this.#forBarrier?.add(rows, this.#table.rows);
    for (const other of this.#others) this.#forBarrier?.add(other.takeTouched(), other.rows);
    return this.#forBarrier?.take() ?? rows;
  }
}
