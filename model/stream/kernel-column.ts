import type { Kernel, Pointer } from '../kernel/kernel.ts';

const ROWS_FIRST = 256;

/** So many bytes a row in a kernel's memory, where its functions read them: zeroed, and moved to twice the room as rows come. */
export class KernelColumn {
  readonly #kernel: Kernel;
  readonly #bytes: number;
  #pointer: Pointer = 0;
  #room = 0;

  constructor(kernel: Kernel, bytesARow: number) {
    this.#kernel = kernel;
    this.#bytes = bytesARow;
    this.grow(ROWS_FIRST);
  }

  /** Where the first row stands, until there are more. */
  get pointer(): Pointer {
    return this.#pointer;
  }

  /** The rows that there is room for. */
  get room(): number {
    return this.#room;
  }

  /** Makes room for that many rows. */
  grow(rows: number): void {
    if (rows <= this.#room) return;
    const room = Math.max(rows, this.#room * 2);
    const pointer = this.#kernel.alloc(room * this.#bytes);
    const from = this.#pointer;
    this.#kernel.octets.copyWithin(pointer, from, from + this.#room * this.#bytes);
    this.#pointer = pointer;
    this.#room = room;
  }
}
