import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '../../activities/object-store.ts';
import { hasCode, RepriseError } from '../../events/error.ts';
import type { RandomBytes } from '../../events/random.ts';
import type {
  DamagedRelease,
  IndexManifest,
  IndexReleaseStore,
  LoadedRelease,
} from '../../projections/index-release.ts';
import { MANIFEST_FILE, readIndexInput, releaseFolder, sha256OfFile } from '../index-files.ts';
import { publishFile } from '../published-file.ts';
import { contentOfFile, contentOfJson, copyToFile, readWhole } from './objects/local-copy.ts';

/** What the index releases are opened with. */
export interface IndexReleasesOptions {
  /** Holds `indexes/<release>/manifest.json` and the files that it names by their hashes. */
  readonly objects: ObjectStore;
  /** A local folder of copies, for the searcher; another one for each process. */
  readonly folder: string;
  readonly random: RandomBytes;
  readonly clock: () => number;
}

/** Index releases of which a process keeps a copy: the one in use, and those that it may still be swapped from. */
export const RELEASE_COPIES_MAX = 3;

/** The index releases that all processes share. */
export interface SharedIndexReleases extends IndexReleaseStore {
  /** Publishes a release that stands whole in a local folder; one of that name that is there already stays. */
  publish(folder: string): Promise<void>;
}

const FOLDER = 'indexes/';

/** Opens the index releases of the shared objects; those that are loaded are copied to the local disk first. */
export function openIndexReleases(options: IndexReleasesOptions): SharedIndexReleases {
  return new SharedReleases(options);
}

interface ReleaseFile {
  readonly name: string;
  readonly sha256: string;
}

class SharedReleases implements SharedIndexReleases {
  readonly #options: IndexReleasesOptions;

  constructor(options: IndexReleasesOptions) {
    this.#options = options;
  }

  async list(): Promise<readonly IndexManifest[]> {
    const manifests: IndexManifest[] = [];
    for (const { name } of await this.#options.objects.list(FOLDER)) {
      const [release = '', file] = name.slice(FOLDER.length).split('/');
      if (file !== MANIFEST_FILE) continue;
      const manifest = await this.#manifest(release).catch((error: unknown) => {
        if (hasCode(error, 'DAMAGED') || hasCode(error, 'NOT_FOUND')) return undefined;
        throw error;
      });
      if (manifest !== undefined) manifests.push(manifest);
    }
    return manifests.sort(newestFirst);
  }

  async publish(folder: string): Promise<void> {
    const { objects } = this.#options;
    const manifest = await this.#manifestIn(folder);
    for (const file of filesOf(manifest)) {
      await objects.put(objectName(manifest.release, file), contentOfFile(join(folder, file.name)));
    }
    try {
      // Its manifest makes a release: of two builds of one name, the first that is whole is the one.
      await objects.putNew(manifestName(manifest.release), contentOfJson(manifest));
    } catch (error) {
      if (!hasCode(error, 'CONFLICT')) throw error;
    }
  }

  async load(release: string): Promise<LoadedRelease> {
    const manifest = await this.#manifest(release);
    const folder = releaseFolder(this.#options.folder, release);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const file of filesOf(manifest)) await this.#bring(folder, release, file);
    await publishFile(join(folder, MANIFEST_FILE), JSON.stringify(manifest));
    const partitions = [];
    for (const { partition, rowsFile } of manifest.partitions) {
      const { ids, rows } = await readIndexInput(join(folder, rowsFile));
      partitions.push({ partition, ids, rows });
    }
    await this.#dropCopies(release);
    return { manifest, folder, partitions };
  }

  async newest(
    version: string,
    onDamaged: (damaged: DamagedRelease) => void,
  ): Promise<LoadedRelease | undefined> {
    for (const { release, version: indexed } of await this.list()) {
      if (indexed !== version) continue;
      try {
        return await this.load(release);
      } catch (error) {
        if (hasCode(error, 'UNAVAILABLE')) throw error;
        onDamaged({ release, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    return undefined;
  }

  async removeOld(keep: number, except: readonly string[] = []): Promise<readonly string[]> {
    const manifests = await this.list();
    const kept = new Set([...except, ...manifests.slice(0, keep).map(({ release }) => release)]);
    const removed = manifests.map(({ release }) => release).filter((name) => !kept.has(name));
    const { objects, folder } = this.#options;
    for (const release of removed) {
      // Without its manifest it is no release any more, also where the rest is not removed.
      await objects.remove(manifestName(release));
      for (const { name } of await objects.list(`${FOLDER}${release}/`)) await objects.remove(name);
      await rm(releaseFolder(folder, release), { recursive: true, force: true });
    }
    return removed;
  }

  async #bring(folder: string, release: string, file: ReleaseFile): Promise<void> {
    const path = join(folder, file.name);
    const { objects, random } = this.#options;
    if ((await hashOf(path)) === file.sha256) return;
    const name = objectName(release, file);
    await copyToFile(objects, name, path, random).catch((error: unknown) => {
      if (!hasCode(error, 'NOT_FOUND')) throw error;
      throw damaged(`${objects.where(name)} is gone`, error);
    });
    if ((await hashOf(path)) === file.sha256) return;
    throw damaged(`${objects.where(name)} does not hold what the manifest says`);
  }

  async #manifest(release: string): Promise<IndexManifest> {
    releaseFolder(this.#options.folder, release);
    const { objects } = this.#options;
    const content = await readWhole(objects, manifestName(release)).catch((error: unknown) => {
      if (!hasCode(error, 'NOT_FOUND')) throw error;
      throw new RepriseError('NOT_FOUND', `there is no index release ${release}`, {}, error);
    });
    return parsed(content, release);
  }

  async #manifestIn(folder: string): Promise<IndexManifest> {
    const pieces: Uint8Array[] = [];
    for await (const piece of contentOfFile(join(folder, MANIFEST_FILE))) pieces.push(piece);
    return parsed(Buffer.concat(pieces));
  }

  /** Drops the copies that were loaded longest ago. */
  async #dropCopies(loaded: string): Promise<void> {
    const { folder, clock } = this.#options;
    const now = clock() / 1_000;
    await utimes(join(folder, loaded), now, now);
    const copies: { name: string; usedMs: number }[] = [];
    for (const name of await readdir(folder)) {
      const stats = await stat(join(folder, name)).catch(() => undefined);
      if (stats?.isDirectory() === true) copies.push({ name, usedMs: stats.mtimeMs });
    }
    const others = copies.filter(({ name }) => name !== loaded && !name.startsWith('.'));
    others.sort((left, right) => right.usedMs - left.usedMs);
    for (const { name } of others.slice(RELEASE_COPIES_MAX - 1)) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

function filesOf(manifest: IndexManifest): readonly ReleaseFile[] {
  return manifest.partitions.flatMap((part) => [
    { name: part.rowsFile, sha256: part.rowsSha256 },
    ...(part.items > 0 ? [{ name: part.indexFile, sha256: part.indexSha256 }] : []),
  ]);
}

/** The hash is in the name, so that two builds of one release never mix. */
function objectName(release: string, { name, sha256 }: ReleaseFile): string {
  return `${FOLDER}${release}/${sha256.slice(0, 16)}-${name}`;
}

function manifestName(release: string): string {
  return `${FOLDER}${release}/${MANIFEST_FILE}`;
}

function parsed(content: Uint8Array, release?: string): IndexManifest {
  try {
    const manifest = JSON.parse(Buffer.from(content).toString()) as IndexManifest;
    if (release === undefined || manifest.release === release) return manifest;
  } catch {
    // Falls through to the same refusal as a manifest of another release.
  }
  throw damaged(`the manifest of index release ${release ?? ''} cannot be read`);
}

function newestFirst(a: IndexManifest, b: IndexManifest): number {
  if (a.createdMs !== b.createdMs) return b.createdMs - a.createdMs;
  return a.release < b.release ? 1 : -1;
}

async function hashOf(path: string): Promise<string | undefined> {
  return sha256OfFile(path).catch(() => undefined);
}

function damaged(what: string, cause?: unknown): RepriseError {
  return new RepriseError('DAMAGED', `${what}: build the index again`, {}, cause);
}
