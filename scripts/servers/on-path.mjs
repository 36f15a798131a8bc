import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from '../setup/run.mjs';

/**
 * Finds a program on the PATH that can be started and says its version. Returns `{how, version, path}`, or
 * undefined where there is none.
 */
export async function programOnPath(name, logFile) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return { how: 'on the PATH', version: await versionOf(path, { logFile }), path };
    } catch {
      // Not here, or not a program: the next folder may have it.
    }
  }
  return undefined;
}

/** Asks a program for its version, which also shows that it can be started. */
export async function versionOf(path, { env, logFile }) {
  const said = await run(path, ['--version'], { env, logFile, msMax: 20_000 });
  return /\d+\.\d+(\.\d+)?/.exec(said)?.[0] ?? 'unknown';
}
