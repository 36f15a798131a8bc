import { RepriseError } from '../../events/error.ts';
import type { Checkpoint, Tensor } from '../../model/checkpoint.ts';
import { TENSOR } from './checkpoint-names.ts';

/** A checkpoint's tensors, each checked for its type and length when asked for. */
export class CheckpointTensors {
  readonly #checkpoint: Checkpoint;
  readonly users: number;
  readonly items: number;

  constructor(checkpoint: Checkpoint, dimensions: number) {
    this.#checkpoint = checkpoint;
    this.users = checkpoint.tensors[TENSOR.surrogates]?.shape[0] ?? 0;
    this.items = (checkpoint.tensors[TENSOR.itemOffsets]?.shape[0] ?? 1) - 1;
    const width = checkpoint.tensors[TENSOR.output]?.shape[0];
    if (width !== dimensions) {
      throw new RepriseError(
        'DAMAGED',
        `the checkpoint has ${String(width)} dimensions, its version ${String(dimensions)}: it belongs to another version`,
      );
    }
  }

  /** All tensors, unchecked. */
  get all(): Checkpoint['tensors'] {
    return this.#checkpoint.tensors;
  }

  has(name: string): boolean {
    return this.#checkpoint.tensors[name] !== undefined;
  }

  /** Item rows, as many as the tensor has; none where it is absent. */
  rowsOf(name: string): Uint32Array {
    const length = this.#checkpoint.tensors[name]?.data.length ?? 0;
    return length === 0 ? new Uint32Array(0) : this.itemRows(name, length);
  }

  bytes(name: string, length: number): Uint8Array {
    const { data } = this.#tensor(name, length);
    if (!(data instanceof Uint8Array)) throw this.damaged(name);
    return data;
  }

  words(name: string, length: number): Uint32Array {
    const { data } = this.#tensor(name, length);
    if (!(data instanceof Uint32Array)) throw this.damaged(name);
    return data;
  }

  /** Where each of `count` parts starts, and the last one ends. */
  offsets(name: string, count: number): Uint32Array {
    const offsets = this.words(name, count + 1);
    let before = 0;
    for (const offset of offsets) {
      if (offset < before) throw this.damaged(name);
      before = offset;
    }
    if (offsets[0] !== 0) throw this.damaged(name);
    return offsets;
  }

  itemRows(name: string, length: number): Uint32Array {
    const rows = this.words(name, length);
    // Where there are no items there can be no pairs, and the rows are the filling of `users.recent`.
    const rowsMax = Math.max(this.items, 1);
    for (let at = 0; at < length; at++) {
      if ((rows[at] as number) >= rowsMax) throw this.damaged(name);
    }
    return rows;
  }

  floats(name: string, length: number): Float32Array {
    if (length === 0) return new Float32Array(0);
    const { data } = this.#tensor(name, length);
    if (!(data instanceof Float32Array)) throw this.damaged(name);
    return data;
  }

  doubles(name: string, length: number): Float64Array {
    const { data } = this.#tensor(name, length);
    if (!(data instanceof Float64Array)) throw this.damaged(name);
    return data;
  }

  damaged(name: string): RepriseError {
    const { version, partition, sequence } = this.#checkpoint.manifest;
    return new RepriseError(
      'DAMAGED',
      `tensor ${name} of the checkpoint of ${version} at ${String(partition)}:${String(sequence)} does not fit the others: take the checkpoint before`,
      { tensor: name, version },
    );
  }

  #tensor(name: string, length: number): Tensor {
    const tensor = this.#checkpoint.tensors[name];
    if (tensor?.data.length !== length) throw this.damaged(name);
    return tensor;
  }
}
