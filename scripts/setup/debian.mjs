import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { verify } from './download.mjs';
import { run, StepError } from './run.mjs';

const msMax = 120_000;

/**
 * Lets apt fetch (and verify) packages into a folder, without root and installing nothing; where its lists are
 * missing or out of date, with lists of our own. Files with a known SHA-256 must have it; those of other
 * releases are verified by apt alone. Returns the files' names, in order.
 */
export async function downloadDebian({ names, sha256, folder, logFile, remedy }) {
  const sandbox = ['-o', 'APT::Sandbox::User=root'];
  const options = { cwd: folder, logFile, msMax, env: { LC_ALL: 'C' } };
  try {
    await run('apt-get', [...sandbox, 'download', '-qq', ...names], options);
  } catch (error) {
    if (error.cause?.code === 'ENOENT')
      throw new StepError('no apt-get here', { remedy, cause: error });
    const own = [...sandbox, ...(await ownLists(folder))];
    await run('apt-get', [...own, 'update', '-qq'], options);
    await run('apt-get', [...own, 'download', '-qq', ...names], options);
  }
  const files = (await readdir(folder)).filter((name) => name.endsWith('.deb')).sort();
  for (const name of files) {
    const known = sha256[decodeURIComponent(name)];
    if (known !== undefined) await verify(join(folder, name), known);
  }
  return files;
}

/** Unpacks packages below a folder, as they would lie below the root. */
export async function unpackDebian({ files, folder, target, logFile }) {
  for (const file of files) {
    await run('dpkg-deb', ['-x', join(folder, file), target], { logFile, msMax });
  }
}

async function ownLists(folder) {
  const [state, archives] = [join(folder, 'state'), join(folder, 'archives')];
  await mkdir(join(state, 'lists', 'partial'), { recursive: true });
  await mkdir(join(archives, 'archives', 'partial'), { recursive: true });
  const set = {
    'Dir::State': state,
    'Dir::State::status': '/var/lib/dpkg/status',
    'Dir::Cache': archives,
  };
  return Object.entries(set).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}
