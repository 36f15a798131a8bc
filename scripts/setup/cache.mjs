import { createHash, randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
} from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Names the folder where big downloads and compiled addons outlive the checkout: the user's cache folder,
 * or one inside the checkout where that can't be written.
 */
export function cacheFolder(root) {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(base, 'reprise');
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch {
    const inside = join(root, '.native', 'cache');
    mkdirSync(inside, { recursive: true });
    return inside;
  }
}

/**
 * Returns `target`, made by `fill` where it isn't there yet. `fill` gets an empty folder that takes the
 * target's name only when it is complete, so that what exists is whole, whoever was interrupted.
 */
export async function made(target, fill) {
  if (existsSync(target)) return target;
  const scratch = `${target}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await mkdir(scratch, { recursive: true });
  try {
    await fill(scratch);
    await mkdir(dirname(target), { recursive: true });
    await rename(scratch, target).catch((error) => {
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return target;
}

/** Copies a file so that its new place holds the whole of it or what was there before. */
export async function placeFile(from, to) {
  const draft = `${to}.${process.pid}.part`;
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, draft);
  await rename(draft, to);
}

/** Hashes strings and buffers, each with its length, to 64 hexadecimal digits. */
export function keyOf(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}

/** Hashes the names and contents of files and of whole folders below `root`; what is missing counts as such. */
export function keyOfFiles(root, paths) {
  const parts = [];
  for (const path of paths) {
    for (const file of filesBelow(root, path)) parts.push(file, readFileSync(join(root, file)));
  }
  return keyOf(...parts);
}

function filesBelow(root, path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (stat.isFile()) return [path];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesBelow(root, join(path, name)));
}
