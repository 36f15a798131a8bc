import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RepriseError } from '../../events/error.ts';
import type {
  DamagedRelease,
  IndexManifest,
  IndexReleaseStore,
  LoadedRelease,
} from '../../projections/index-release.ts';
import { MANIFEST_FILE, readIndexInput, releaseFolder, sha256OfFile } from '../index-files.ts';

/** Opens the index releases of a data folder, each a folder under `root`; one that is not there holds none. */
export function openIndexReleases(root: string): IndexReleaseStore {
  return new FolderReleases(root);
}

class FolderReleases implements IndexReleaseStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async list(): Promise<readonly IndexManifest[]> {
    const manifests: IndexManifest[] = [];
    for (const release of await this.#names()) {
      const manifest = await this.#manifest(release).catch(() => undefined);
      if (manifest !== undefined) manifests.push(manifest);
    }
    return manifests.sort(newestFirst);
  }

  async load(release: string): Promise<LoadedRelease> {
    const folder = releaseFolder(this.#root, release);
    const manifest = await this.#manifest(release);
    const partitions = [];
    for (const part of manifest.partitions) {
      await check(join(folder, part.rowsFile), part.rowsSha256);
      if (part.items > 0) await check(join(folder, part.indexFile), part.indexSha256);
      const { ids, rows } = await readIndexInput(join(folder, part.rowsFile));
      partitions.push({ partition: part.partition, ids, rows });
    }
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
        onDamaged({ release, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    return undefined;
  }

  async removeOld(keep: number, except: readonly string[] = []): Promise<readonly string[]> {
    const manifests = await this.list();
    const kept = new Set([...except, ...manifests.slice(0, keep).map(({ release }) => release)]);
    const removed: string[] = [];
    for (const { release } of manifests) {
      if (kept.has(release)) continue;
      await rm(releaseFolder(this.#root, release), { recursive: true, force: true });
      removed.push(release);
    }
    return removed;
  }

  /** Folders whose names are a release's; what is being written starts with a dot. */
  async #names(): Promise<readonly string[]> {
    try {
      const entries = await readdir(this.#root, { withFileTypes: true });
      const folders = entries.filter((entry) => entry.isDirectory());
      return folders.map(({ name }) => name).filter((name) => !name.startsWith('.'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  async #manifest(release: string): Promise<IndexManifest> {
    const path = join(releaseFolder(this.#root, release), MANIFEST_FILE);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      throw new RepriseError('NOT_FOUND', `there is no index release ${release}`, {}, error);
    }
    try {
      const manifest = JSON.parse(text) as IndexManifest;
      if (manifest.release === release) return manifest;
    } catch {
      // Falls through to the same refusal as a manifest of another release.
    }
    throw new RepriseError('DAMAGED', `the manifest of index release ${release} cannot be read`);
  }
}

function newestFirst(a: IndexManifest, b: IndexManifest): number {
  if (a.createdMs !== b.createdMs) return b.createdMs - a.createdMs;
  return a.release < b.release ? 1 : -1;
}

async function check(path: string, sha256: string): Promise<void> {
  const found = await sha256OfFile(path).catch(() => 'nothing');
  if (found !== sha256) {
    throw new RepriseError(
      'DAMAGED',
      `${path} does not hold what was written: delete the release and build the index again`,
    );
  }
}
