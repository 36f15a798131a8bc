import { fileURLToPath } from 'node:url';

/** What `node` is started with to run one of our scripts as a child: tsx where this Node does not read TypeScript itself. */
export function scriptArguments(script: URL, ...rest: readonly string[]): string[] {
  const path = fileURLToPath(script);
  if (!path.endsWith('.ts')) return [path, ...rest];
  const readsTypeScript = Boolean((process.features as { typescript?: unknown }).typescript);
  if (readsTypeScript) return ['--disable-warning=ExperimentalWarning', path, ...rest];
  return ['--import', import.meta.resolve('tsx'), path, ...rest];
}

/** The environment of a child that loads Faiss: one thread, and none that spins while it waits. */
export function faissEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, OMP_NUM_THREADS: '1', OMP_WAIT_POLICY: 'passive' };
}
