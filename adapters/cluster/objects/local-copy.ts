import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ObjectContent, ObjectStore } from '../../../activities/object-store.ts';
import { RepriseError } from '../../../events/error.ts';
import type { RandomBytes } from '../../../events/random.ts';
import { syncFolder } from '../../published-file.ts';

const PIECE_BYTES = 1_048_576;

/** Copies an object to a local file, whole or not at all; throws what reading throws, UNAVAILABLE on a full disk. */
export async function copyToFile(
  objects: Pick<ObjectStore, 'read'>,
  name: string,
  path: string,
  random: RandomBytes,
): Promise<void> {
  const draft = `${path}.draft-${Buffer.from(random(8)).toString('hex')}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      for await (const piece of objects.read(name)) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(draft, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    const message = `there is no room for ${path}: make room on its disk`;
    throw new RepriseError('UNAVAILABLE', message, { path }, error);
  }
}

/** A local file as content to be put. */
export async function* contentOfFile(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    for (;;) {
      const piece = new Uint8Array(PIECE_BYTES);
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** A JSON document as content to be put. */
export function contentOfJson(value: unknown): ObjectContent {
  return [Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`)];
}

/** The whole content of an object. */
export async function readWhole(
  objects: Pick<ObjectStore, 'read'>,
  name: string,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of objects.read(name)) pieces.push(piece);
  return Buffer.concat(pieces);
}
