import { readFile } from 'node:fs/promises';
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

/** Compiles the module once; the function returned makes instances at once. */
export async function compileWasmKernel(path?: URL): Promise<() => KernelInstance> {
  const module = await WebAssembly.compile(await readModule(path));
  return () => {
    const exports = new WebAssembly.Instance(module, {}).exports as KernelFunctions & {
      readonly memory: KernelMemory;
    };
    return { memory: exports.memory, functions: exports };
  };
}
