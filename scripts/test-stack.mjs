import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('servers/stack.mjs', import.meta.url));

/** Tells whether a test file uses the servers of the cluster. */
export function usesStack(file) {
  return /\bservices\/stack\.ts'|'\.\/stack\.ts'/.test(readFileSync(file, 'utf8'));
}

/**
 * Opens the one stack that all test files share: an empty one, in which each file brings up what it needs. It is
 * kept by a process that ends it when this one ends, however that happens: the pipe between them closes.
 * Returns how to end it.
 */
export async function shareStack() {
  // A group of its own: Ctrl-C must not reach it before it has ended its servers.
  const keeper = spawn(process.execPath, [script, 'hold', '--temporary'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(keeper, 'close');
  const said = once(keeper.stdout.setEncoding('utf8'), 'data').then(([line]) => line);
  const line = await Promise.race([said, closed.then(() => undefined)]);
  if (line === undefined) throw new Error('the stack for the tests could not be opened');
  process.env.REPRISE_TEST_STACK = JSON.parse(line).folder;
  return async () => {
    keeper.stdin.end();
    await closed;
  };
}
