import type { KernelFunctions, KernelMemory } from './functions.ts';
import { createPlainKernel } from './plain.ts';
import { compileWasmKernel } from './wasm.ts';

/** A byte address in a kernel's linear memory; 0 is never given out. */
export type Pointer = number;

/** One linear memory with the arithmetic over it: one a (version, partition), one a projection. Not freed, but dropped whole. */
export interface Kernel {
  readonly kind: 'wasm' | 'plain';
  /** The arithmetic; all of it takes pointers into this kernel's memory. */
  readonly functions: KernelFunctions;
  /** The whole memory as 32-bit floats. Growth replaces the view: read it again after anything that may allocate. */
  readonly floats: Float32Array;
  /** The whole memory as 64-bit floats, replaced like `floats`. */
  readonly doubles: Float64Array;
  /** The whole memory as unsigned 32-bit words, replaced like `floats`. */
  readonly words: Uint32Array;
  /** The whole memory as bytes, replaced like `floats`. */
  readonly octets: Uint8Array;
  /** Bytes given out so far. */
  readonly allocatedBytes: number;
  /** Gives out zeroed bytes, aligned to 64; throws a RangeError past 4 GiB. */
  alloc(bytes: number): Pointer;
  /** A view of `length` floats from a pointer on, valid until the memory grows. */
  f32(pointer: Pointer, length: number): Float32Array;
}

/** Makes kernels of one kind; compiled once. */
export interface KernelFactory {
  readonly kind: 'wasm' | 'plain';
  /** SHA-256 (hex) of the compiled module; null for the plain twin. */
  readonly sha256: string | null;
  create(): Kernel;
}

/** Where the arithmetic comes from. */
export interface KernelOptions {
  /** True for the plain TypeScript twin: the same bits, slower; the oracle of tests. */
  readonly plain?: boolean;
  /** The compiled module; `.build/kernel.wasm` of the project unless given. */
  readonly path?: URL;
}

const PAGE_BYTES = 65_536;
const MEMORY_BYTES_MAX = 65_535 * PAGE_BYTES;
const GROWTH_PAGES_MIN = 16;
const ALIGNMENT_BYTES = 64;
/** The first page belongs to the module's own static data. */
const ARENA_START = PAGE_BYTES;

class ArenaKernel implements Kernel {
  readonly kind: 'wasm' | 'plain';
  readonly functions: KernelFunctions;
  floats: Float32Array;
  doubles: Float64Array;
  words: Uint32Array;
  octets: Uint8Array;
  readonly #memory: KernelMemory;
  #next = ARENA_START;

  constructor(kind: 'wasm' | 'plain', memory: KernelMemory, functions: KernelFunctions) {
    this.kind = kind;
    this.functions = functions;
    this.#memory = memory;
    this.floats = new Float32Array(memory.buffer);
    this.doubles = new Float64Array(memory.buffer);
    this.words = new Uint32Array(memory.buffer);
    this.octets = new Uint8Array(memory.buffer);
  }

  get allocatedBytes(): number {
    return this.#next - ARENA_START;
  }

  alloc(bytes: number): Pointer {
    const pointer = this.#next;
    const end = pointer + Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    if (!(bytes >= 0) || end > MEMORY_BYTES_MAX) {
      throw new RangeError(
        `a kernel's memory ends at 4 GiB; ${String(bytes)} more bytes do not fit`,
      );
    }
    const have = this.octets.byteLength;
    if (end > have) this.#grow(end - have);
    this.#next = end;
    return pointer;
  }

  f32(pointer: Pointer, length: number): Float32Array {
    return new Float32Array(this.floats.buffer, pointer, length);
  }

  /** Grows by a tenth at least, so that views are replaced seldom; pages not touched cost nothing. */
  #grow(bytesMissing: number): void {
    const have = this.octets.byteLength / PAGE_BYTES;
    const missing = Math.ceil(bytesMissing / PAGE_BYTES);
    const wanted = Math.max(missing, GROWTH_PAGES_MIN, Math.ceil(have / 10));
    this.#memory.grow(Math.min(wanted, MEMORY_BYTES_MAX / PAGE_BYTES - have));
    this.floats = new Float32Array(this.#memory.buffer);
    this.doubles = new Float64Array(this.#memory.buffer);
    this.words = new Uint32Array(this.#memory.buffer);
    this.octets = new Uint8Array(this.#memory.buffer);
  }
}

/**
 * Loads the arithmetic: the compiled WebAssembly SIMD128 module, or its plain twin on request. Both give the same
 * bits. Throws an Error of code UNAVAILABLE, with the remedy, where the module is not built.
 */
export async function loadKernel(options: KernelOptions = {}): Promise<KernelFactory> {
  if (options.plain === true) {
    return {
      kind: 'plain',
      sha256: null,
      create() {
        const { memory, functions } = createPlainKernel();
        return new ArenaKernel('plain', memory, functions);
      },
    };
  }
  const { instantiate, sha256 } = await compileWasmKernel(options.path);
  return {
    kind: 'wasm',
    sha256,
    create() {
      const { memory, functions } = instantiate();
      return new ArenaKernel('wasm', memory, functions);
    },
  };
}
