import { readFile } from 'node:fs/promises';
import type { Pointer } from './kernel.ts';
import { createPlainTraining } from './plain-training.ts';
import type { TrainingFunctions } from './training-functions.ts';

/** A memory that threads share. */
interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

// The part of the global that is used here: its types come with the DOM library, which has no place in a server.
declare const WebAssembly: {
  compile(bytes: Uint8Array<ArrayBuffer>): Promise<object>;
  readonly Memory: new (size: {
    initial: number;
    maximum: number;
    shared: boolean;
  }) => SharedMemory;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** Where the build puts the module, seen from the sources and from a compiled tree one level deeper. */
const MODULE_PATHS = ['../../.build/training.wasm', '../../../.build/training.wasm'];
const PAGE_BYTES = 65_536;
const PAGES_MAX = 65_536;
const ALIGNMENT_BYTES = 64;

/** What a training's memory and arithmetic are made of; all of it can be posted to a thread. */
export interface TrainingKernel {
  readonly kind: 'wasm' | 'plain';
  /** The compiled module; undefined for the plain twin. */
  readonly module: object | undefined;
}

/** Loads the arithmetic of batch training; throws an Error of code UNAVAILABLE where the module is not built. */
export async function loadTrainingKernel(
  options: { readonly plain?: boolean } = {},
): Promise<TrainingKernel> {
  if (options.plain === true) return { kind: 'plain', module: undefined };
  return { kind: 'wasm', module: await WebAssembly.compile(await readModule()) };
}

async function readModule(): Promise<Uint8Array<ArrayBuffer>> {
  let cause: unknown;
  for (const path of MODULE_PATHS) {
    try {
      return await readFile(new URL(path, import.meta.url));
    } catch (error) {
      cause ??= error;
    }
  }
  const error = new Error('the kernel is not built: run node scripts/build-kernel.mjs', { cause });
  throw Object.assign(error, { code: 'UNAVAILABLE' });
}

/** One memory that all threads of a training share, given out from its start; it never grows. */
export class TrainingMemory {
  readonly floats: Float32Array;
  readonly words: Uint32Array;
  /** What a thread needs to see the same memory. */
  readonly shared: SharedMemory;
  #next = PAGE_BYTES;

  /** Makes room for so many bytes; throws a RangeError past 4 GiB. */
  constructor(kernel: TrainingKernel, bytes: number) {
    // The first page is never given out: no pointer is 0.
    const pages = Math.ceil(bytes / PAGE_BYTES) + 1;
    if (!(pages <= PAGES_MAX)) {
      throw new RangeError(
        `a training's memory ends at 4 GiB; ${String(bytes)} bytes do not fit: train fewer rows or dimensions`,
      );
    }
    this.shared =
      kernel.kind === 'wasm'
        ? new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
        : { buffer: new SharedArrayBuffer(pages * PAGE_BYTES) };
    this.floats = new Float32Array(this.shared.buffer);
    this.words = new Uint32Array(this.shared.buffer);
  }

  /** Gives out zeroed bytes, aligned to 64. */
  alloc(bytes: number): Pointer {
    const pointer = this.#next;
    this.#next += alignedBytes(bytes);
    if (this.#next > this.shared.buffer.byteLength) {
      throw new RangeError('a training asks for more memory than it made room for');
    }
    return pointer;
  }

  /** A view of floats from a pointer on. */
  f32(pointer: Pointer, length: number): Float32Array {
    return new Float32Array(this.shared.buffer, pointer, length);
  }

  /** A view of words from a pointer on. */
  u32(pointer: Pointer, length: number): Uint32Array {
    return new Uint32Array(this.shared.buffer, pointer, length);
  }

  /** A view of 64-bit floats from a pointer on. */
  f64(pointer: Pointer, length: number): Float64Array {
    return new Float64Array(this.shared.buffer, pointer, length);
  }
}

/** The bytes that an allocation takes. */
export function alignedBytes(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}

/** Binds the arithmetic to a memory in this thread. */
export function instantiateTraining(
  { module }: TrainingKernel,
  { shared }: TrainingMemory,
): TrainingFunctions {
  if (module === undefined) return createPlainTraining(shared.buffer);
  return new WebAssembly.Instance(module, { env: { memory: shared } }).exports as TrainingFunctions;
}
