import { keyedSocketPathOf, socketPathOf } from '../adapters/embedded/data-folder-socket.ts';
import { toFailure } from './cli/failure.ts';
import { readConfig } from './config.ts';
import { startCore } from './core.ts';
import { createLogger } from './logger.ts';
import type { SpaceLine } from './spaces/space-process.ts';

/** How long a space may take to end once its input is closed; then the process ends at once. */
const END_MS_MAX = 8_000;

/** Says something to the process that started this one. */
function say(line: SpaceLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function fail(error: unknown): void {
  const { message, exit } = toFailure(error);
  say({ why: message });
  process.exitCode = exit;
}

/**
 * A space: a core of its own on a data folder of its own, behind a socket that asks for a key of this space. It ends when its
 * input closes, so that it never outlives the server.
 */
async function main(folder: string, name: string, keysPath: string): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      setTimeout(() => process.exit(0), END_MS_MAX).unref();
      resolve();
    };
    process.stdin.once('end', end).once('error', end).resume();
    process.on('SIGTERM', end);
  });
  // Ctrl-C reaches the whole group of processes; the server says when to end, by closing the input.
  process.on('SIGINT', () => undefined);
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel, { space: name });
  const core = await startCore({
    ...{ data: folder, durable: config.durable, logger },
    config: { ...config, apiKey: undefined, keysFile: keysPath },
    listen: { socketPath: keyedSocketPathOf(socketPathOf(folder)), space: name },
  });
  try {
    say({ up: true });
    await Promise.race([ended, core.ready().then(() => ended)]);
  } finally {
    await core.close();
  }
}

process.stdout.on('error', () => undefined);
process.on('uncaughtException', (error: Error) => {
  say({ why: `a defect ended it: ${error.message}` });
  process.exit(70);
});

const [folder, name, keysPath] = process.argv.slice(2);
if (folder === undefined || name === undefined || keysPath === undefined) {
  process.stderr.write(
    'usage: space FOLDER NAME KEYS, the data folder, the space, the file of keys\n',
  );
  process.exitCode = 2;
} else {
  await main(folder, name, keysPath).catch(fail);
  process.exit();
}
