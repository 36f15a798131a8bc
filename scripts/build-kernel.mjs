// Compiles the AssemblyScript kernel to .build/kernel.wasm and what batch training needs, over a memory that threads
// share, to .build/training.wasm; does nothing where both are newer than their sources.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const sources = join(root, 'model', 'kernel', 'assembly');
const modules = [
  { entry: 'index.ts', output: join(root, '.build', 'kernel.wasm'), args: [] },
  {
    entry: 'training.ts',
    output: join(root, '.build', 'training.wasm'),
    args: [
      ...['--enable', 'threads', '--importMemory', '--sharedMemory'],
      ...['--initialMemory', '1', '--maximumMemory', '65536'],
    ],
  },
];
const compiler = join(root, 'node_modules', 'assemblyscript', 'bin', 'asc.js');

/** The newest change of the sources, this script and the compiler. */
function newestInput() {
  const files = readdirSync(sources).map((name) => join(sources, name));
  return Math.max(
    ...[...files, compiler, fileURLToPath(import.meta.url)].map((file) => statSync(file).mtimeMs),
  );
}

/** When the older of the modules was built, 0 where one is missing. */
function builtAt() {
  return Math.min(
    ...modules.map(({ output }) => statSync(output, { throwIfNoEntry: false })?.mtimeMs ?? 0),
  );
}

/** Compiles one module, and tells whether it could. */
function compileModule({ entry, output, args: own }) {
  mkdirSync(dirname(output), { recursive: true });
  // A name of its own, then a rename: two builds at once never leave half a module.
  const draft = `${output}.${process.pid}.tmp`;
  const args = [entry, '-O3', '--enable', 'simd', ...own, '--runtime', 'stub', '--noAssert'];
  // Warning 112 is about vectors in the signatures of functions that the module does not export.
  args.push('--disableWarning', '112');
  const { status } = spawnSync(process.execPath, [compiler, ...args, '--outFile', draft], {
    cwd: sources,
    stdio: ['ignore', 2, 2],
  });
  if (status === 0) renameSync(draft, output);
  else rmSync(draft, { force: true });
  return status === 0;
}

if (process.argv.includes('--force') || builtAt() < newestInput()) {
  if (!modules.every(compileModule)) {
    console.error('build-kernel: the kernel did not compile; see the lines above');
    process.exitCode = 1;
  }
}
