import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { made } from '../setup/cache.mjs';
import { downloadDebian, unpackDebian } from '../setup/debian.mjs';
import { platform } from '../setup/pins.mjs';
import { StepError } from '../setup/run.mjs';
import { programOnPath, versionOf } from './on-path.mjs';
import * as pins from './pins.mjs';
import { redisAnswers } from './probes.mjs';

const remedy =
  'install Redis, 7 or newer, so that redis-server is on the PATH (Debian, Ubuntu: apt-get install ' +
  'redis-server), then run scripts/stack up again';

/** Redis with its append-only file: what was answered survives a kill. */
export const redis = {
  name: 'redis',
  title: 'Redis',
  ports: ['redis'],
  keepsData: () => true,
  env: (ports) => ({ REPRISE_REDIS_URL: `redis://127.0.0.1:${ports.redis}` }),
  answers: (ports) => redisAnswers(ports.redis),

  async provide({ cache, logFile, progress }) {
    const installed = await programOnPath('redis-server', logFile);
    if (installed !== undefined) return installed;
    let how = "Debian's package, kept from before";
    try {
      const folder = await made(join(cache, 'redis', platform), async (scratch) => {
        progress.begin('redis', "no redis-server here: unpacking Debian's package");
        how = "Debian's package";
        await unpackInto(scratch, logFile);
      });
      const path = join(folder, 'usr', 'bin', 'redis-server');
      const env = await librariesOf(folder);
      return { how, version: await versionOf(path, { env, logFile }), path, env };
    } catch (error) {
      throw new StepError(error.message, { remedy, cause: error });
    }
  },

  async plan({ folder, ports, program }) {
    const data = join(folder, 'data');
    await mkdir(data, { recursive: true });
    const args = ['--bind', '127.0.0.1', '--port', String(ports.redis), '--dir', data];
    const keeping = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''];
    // Its title would be written over its environment, by which it is known as the stack's.
    const known = ['--set-proc-title', 'no', '--daemonize', 'no'];
    return [
      {
        role: 'redis-server',
        command: program.path,
        args: [...args, ...keeping, ...known],
        env: program.env,
      },
    ];
  },
};

async function unpackInto(scratch, logFile) {
  const packages = join(scratch, 'packages');
  await mkdir(packages);
  const { debian: names, debianSha256: sha256 } = pins.redis;
  const files = await downloadDebian({ names, sha256, folder: packages, logFile, remedy });
  await unpackDebian({ files, folder: packages, target: scratch, logFile });
  if (!existsSync(join(scratch, 'usr', 'bin', 'redis-server'))) {
    throw new StepError("Debian's packages have no redis-server");
  }
  const env = await librariesOf(scratch);
  await versionOf(join(scratch, 'usr', 'bin', 'redis-server'), { env, logFile });
}

/** The libraries that came with it stand in a folder named for the machine's kind. */
async function librariesOf(folder) {
  const lib = join(folder, 'usr', 'lib');
  const folders = (await readdir(lib)).map((name) => join(lib, name));
  const before = process.env.LD_LIBRARY_PATH;
  return { LD_LIBRARY_PATH: [...folders, ...(before ? [before] : [])].join(delimiter) };
}
