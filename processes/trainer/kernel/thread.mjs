// A thread of a kernel training: runs the arithmetic on the memory that all of its threads share. Plain JavaScript,
// because a thread does not inherit the loader of TypeScript; the plain twin asks for it by itself.
import { parentPort, workerData } from 'node:worker_threads';

const { kind, module, memory, scratch } = workerData;

async function loadPlain() {
  if (!process.features.typescript) {
    const { register } = await import(import.meta.resolve('tsx/esm/api'));
    register();
  }
  const { createPlainTraining } = await import('../../../model/kernel/plain-training.ts');
  return createPlainTraining(memory.buffer);
}

const functions =
  kind === 'wasm'
    ? new WebAssembly.Instance(module, { env: { memory } }).exports
    : await loadPlain();

parentPort.on('message', ({ name, args }) => {
  functions[name](...args, scratch);
  parentPort.postMessage(null);
});
