import { realpathSync } from 'node:fs';
import { lstat, mkdir, rmdir, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { RepriseError } from '../../events/error.ts';
import { sha256 } from '../../events/sha256.ts';

/** Unix socket paths have 104 bytes on macOS and 108 on Linux, the last one a NUL. */
const SOCKET_PATH_BYTES_MAX = 103;

/**
 * The path of a data folder's private socket: short, because the system limits its length, and the same for every
 * way to name the folder. The folder need not exist.
 */
export function socketPathOf(dataFolder: string, temporary = tmpdir()): string {
  const name = Buffer.from(sha256(realPath(resolve(dataFolder))))
    .toString('hex')
    .slice(0, 20);
  const path = join(temporary, `reprise-${name}`, 'api.sock');
  return Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX
    ? path
    : join('/tmp', `reprise-${name}`, 'api.sock');
}

/** The path of the socket that asks for a key, beside the private one and no longer than it. */
export function keyedSocketPathOf(socketPath: string): string {
  return join(dirname(socketPath), 'key.sock');
}

/** Makes the folder of a socket, for this user alone, and removes a socket that a dead process left there. */
export async function prepareSocketFolder(socketPath: string): Promise<void> {
  const folder = dirname(socketPath);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { mode, uid } = await lstat(folder).then((stats) => {
    if (!stats.isDirectory()) throw foreign(folder);
    return stats;
  });
  const isMine = process.getuid === undefined || uid === process.getuid();
  if (!isMine || (mode & 0o077) !== 0) throw foreign(folder);
  await unlinkIfThere(socketPath);
}

/** Removes a socket and its folder. */
export async function removeSocketFolder(socketPath: string): Promise<void> {
  await unlinkIfThere(socketPath);
  try {
    await rmdir(dirname(socketPath));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY') throw error;
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function foreign(folder: string): RepriseError {
  return new RepriseError(
    'CONFLICT',
    `${folder} is not a folder of this user alone, so it can't hold a private socket: remove it`,
    { folder },
  );
}

/** The real path, of which the last parts may not exist yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    return join(realPath(dirname(path)), basename(path));
  }
}
