import { mkdir, readFile, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { RepriseError } from '../../events/error.ts';
import type { InteractionTypes } from '../../events/interaction-type.ts';
import type { RandomBytes } from '../../events/random.ts';
import type { LearnerSettings } from '../../model/settings.ts';
import { acquireLock } from './data-folder-lock.ts';
import {
  DATA_FOLDER_FORMAT,
  assertLearner,
  assertPartitions,
  readManifest,
  writeManifest,
} from './data-folder-manifest.ts';
import type { DataFolderManifest } from './data-folder-manifest.ts';
import { prepareSocketFolder, removeSocketFolder, socketPathOf } from './data-folder-socket.ts';
import { publishFile } from '../published-file.ts';

/** A data folder that this process holds. */
export interface DataFolder {
  /** Its real path. */
  readonly path: string;
  readonly manifest: DataFolderManifest;
  /** True where this opening made it. */
  readonly isNew: boolean;
  /** The key that recommendation ids are signed with, 32 bytes. */
  readonly signingKey: Uint8Array;
  /** Where the private API listens; its folder is there, for this user alone. */
  readonly socketPath: string;
  /** The path of one of its parts; folders are made by those who fill them. */
  partPath(part: DataFolderPart): string;
  /** Gives the folder free for the next process. */
  close(): Promise<void>;
}

/** The parts of a data folder. */
export type DataFolderPart =
  | 'journal'
  | 'identity'
  | 'projections'
  | 'checkpoints'
  | 'shadows'
  | 'figures'
  | 'merges'
  | 'models'
  | 'indexes'
  | 'runs'
  | 'erasures'
  | 'quarantines'
  | 'reactions'
  | 'experiments'
  | 'temporal';

/** How to open a data folder. */
export interface DataFolderOptions {
  readonly path: string;
  /** As asked for; undefined takes what the folder has, or 1. */
  readonly partitions?: number | undefined;
  /** The learner as asked for; undefined takes what the folder has, or that of the settings. */
  readonly learner?: LearnerSettings['learner'] | undefined;
  /** What a new folder fixes. */
  readonly settings: LearnerSettings;
  readonly types: InteractionTypes;
  readonly random: RandomBytes;
}

const SIGNING_KEY_BYTES = 32;

/**
 * Opens a data folder for this process alone, making it where it is missing. Throws CONFLICT where another process
 * has it, where it is of a newer format, or where it was made with another number of partitions.
 */
export async function openDataFolder(options: DataFolderOptions): Promise<DataFolder> {
  const path = await orUnusable(options.path, async () => {
    await makeFolder(resolve(options.path));
    return realpath(options.path);
  });
  await refuseForeign(path);
  const lock = await orUnusable(path, () => acquireLock(join(path, 'lock')));
  try {
    const { manifest, isNew } = await openManifest(join(path, 'reprise.json'), options);
    const signingKey = await openSigningKey(join(path, 'signing.key'), options.random);
    const socketPath = socketPathOf(path);
    await prepareSocketFolder(socketPath);
    return {
      path,
      manifest,
      isNew,
      signingKey,
      socketPath,
      partPath: (part) => join(path, part),
      async close() {
        await removeSocketFolder(socketPath);
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** What the system says of a path that can be no data folder. */
const UNUSABLE: Readonly<Record<string, string>> = {
  EEXIST: 'is a file',
  ENOTDIR: 'lies below a file',
  ENOENT: 'cannot be made',
  EACCES: 'may not be written',
  EPERM: 'may not be written',
  EROFS: 'is on a read-only disk',
  ENAMETOOLONG: 'is too long',
};

/** Makes a folder and those above it. Node's own way never ends where the system lets nothing be made, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await isFolder(path))) return;
    if (code !== 'ENOENT' || (await isFolder(dirname(path)))) throw error;
    await makeFolder(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function orUnusable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const why = UNUSABLE[(error as NodeJS.ErrnoException).code ?? ''];
    if (why === undefined) throw error;
    const message = `the data folder ${path} ${why}: name another with --data`;
    throw new RepriseError('INVALID', message, { path }, error);
  }
}

/** What may stand in a folder that is just being made, or whose making was cut off: the lock, drafts, API keys, spaces. */
const NAMES_AT_FIRST = /^(lock|reprise\.json|signing\.key|api-keys\.json|spaces)(\.|$)/;

/** A folder with other things in it is a slip of the hand: nothing is written to it. */
async function refuseForeign(path: string): Promise<void> {
  const names = await readdir(path);
  const isOurs = names.includes('reprise.json') || names.every((name) => NAMES_AT_FIRST.test(name));
  if (isOurs) return;
  throw new RepriseError(
    'INVALID',
    `${path} is no data folder and not empty: name a new or an empty folder with --data`,
    { path },
  );
}

async function openManifest(
  path: string,
  { partitions, learner, settings, types }: DataFolderOptions,
): Promise<{ readonly manifest: DataFolderManifest; readonly isNew: boolean }> {
  const stored = await readManifest(path);
  if (stored !== undefined) {
    assertPartitions(stored, partitions);
    assertLearner(stored, learner);
    return { manifest: stored, isNew: false };
  }
  const manifest = { format: DATA_FOLDER_FORMAT, partitions: partitions ?? 1, settings, types };
  await writeManifest(path, manifest);
  return { manifest, isNew: true };
}

async function openSigningKey(path: string, random: RandomBytes): Promise<Uint8Array> {
  try {
    const stored = await readFile(path);
    if (stored.length === SIGNING_KEY_BYTES) return new Uint8Array(stored);
    throw new RepriseError(
      'DAMAGED',
      `${path} is not 32 bytes: restore it, or remove it, and old recommendation ids lose their signature`,
      { path },
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const made = random(SIGNING_KEY_BYTES);
  await publishFile(path, made);
  return made;
}
