/**
 * Runs the tests: set-up first, then every test/**.test.ts, or those below the paths given as arguments.
 * `npm test -- test/api` runs one room's, `npm run check` the checks of style, types and layers.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setup } from './setup.mjs';
import { isNative, tsxLoader } from './setup/typescript.mjs';

const runner = fileURLToPath(new URL('run-tests.mjs', import.meta.url));

try {
  await setup({ retry: true });
  // The runner hands its own options on to the process of each test file.
  const loader = isNative() ? [] : ['--import', tsxLoader()];
  const args = ['--enable-source-maps', ...loader, runner, ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  // Ctrl-C reaches the whole group: this process waits for the runner to say its last words.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('close', (code, signal) => {
    process.exitCode = signal === null ? code : 1;
  });
} catch (error) {
  console.error(`set-up ✗ ${error.message}`);
  if (error.remedy !== undefined) console.error(`  remedy: ${error.remedy}`);
  process.exitCode = 1;
}
