import { createHash } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ObjectContent } from '../../../activities/object-store.ts';
import { RepriseError } from '../../../events/error.ts';

/** Content on the local disk, whose size and hash are known before it is sent. */
export interface Spooled {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256, hex. */
  readonly sha256: string;
}

/** Writes content to the local disk, works with it and removes it again. */
export async function spooled<T>(
  folder: string,
  name: string,
  content: ObjectContent,
  work: (file: Spooled) => Promise<T>,
): Promise<T> {
  const path = join(folder, name);
  try {
    return await work(await write(folder, path, content));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    const message = `there is no room left in ${folder}: make room on its disk`;
    throw new RepriseError('UNAVAILABLE', message, { folder }, error);
  } finally {
    await rm(path, { force: true });
  }
}

async function write(folder: string, path: string, content: ObjectContent): Promise<Spooled> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(path, 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const piece of content) {
      if (piece.length === 0) await nextTurn();
      else await file.writeFile(piece);
      hash.update(piece);
      bytes += piece.length;
    }
    return { path, bytes, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}
