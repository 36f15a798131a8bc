// A thread that replays partitions. Plain JavaScript, because a thread does not inherit the loader of TypeScript.
if (!process.features.typescript) {
  const { register } = await import(import.meta.resolve('tsx/esm/api'));
  register();
}
const { answerReplays } = await import('./threaded-replays.ts');
answerReplays();
