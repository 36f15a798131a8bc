import { readFile } from 'node:fs/promises';
import { sha256Hex } from '../sha256.ts';
import type { KernelFunctions, KernelMemory } from './functions.ts';

// The part of the global that is used here: its types come with the DOM library, which has no place in a server.
declare const WebAssembly: {
  compile(bytes: Uint8Array<ArrayBuffer>): Promise<object>;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** Where the build puts the module, seen from the sources and from a compiled tree one level deeper. */
const MODULE_PATHS = ['../../.build/kernel.wasm', '../../../.build/kernel.wasm'];

/** An instance's memory and arithmetic. */
export interface KernelInstance {
  readonly memory: KernelMemory;
  readonly functions: KernelFunctions;
}

async function readModule(path: URL | undefined): Promise<Uint8Array<ArrayBuffer>> {
  const paths =
    path === undefined ? MODULE_PATHS.map((at) => new URL(at, import.meta.url)) : [path];
  let cause: unknown;
  for (const at of paths) {
    try {
      return await readFile(at);
    } catch (error) {
      cause ??= error;
    }
  }
  const error = new Error('the kernel is not built: run node scripts/build-kernel.mjs', { cause });
  throw Object.assign(error, { code: 'UNAVAILABLE' });
}

/** A module that was compiled. */
export interface CompiledKernel {
  /** SHA-256 of the module's bytes, hex. */
  readonly sha256: string;
  /** Makes an instance at once. */
  readonly instantiate: () => KernelInstance;
}

/** Compiles the module once. */
export async function compileWasmKernel(path?: URL): Promise<CompiledKernel> {
  const bytes = await readModule(path);
  const module = await WebAssembly.compile(bytes);
  return {
    sha256: sha256Hex(bytes),
    instantiate: () => {
      const exports = new WebAssembly.Instance(module, {}).exports as KernelFunctions & {
        readonly memory: KernelMemory;
      };
      return { memory: exports.memory, functions: exports };
    },
  };
}
