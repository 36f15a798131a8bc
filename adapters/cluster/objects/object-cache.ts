import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { ListedObject, ObjectStore } from '../../../activities/object-store.ts';
import type { RandomBytes } from '../../../events/random.ts';
import { readWhole } from './local-copy.ts';

/** What a cache of objects is opened with. */
export interface ObjectCacheOptions {
  readonly objects: Pick<ObjectStore, 'read'>;
  /** A local folder that is the cache's alone; several processes may share it. */
  readonly folder: string;
  readonly random: RandomBytes;
  readonly clock: () => number;
  readonly cacheBytesMax?: number;
  /** Told why something could not be kept; it is read from the store then. */
  readonly onTrouble: (why: string) => void;
}

/** Bytes of objects that a local cache keeps where nothing else is said. */
export const CACHE_BYTES_MAX = 4_294_967_296;

/** Keeps copies of objects on the local disk, the least used going first; a copy is checked whenever it is read. */
export class ObjectCache {
  readonly #options: ObjectCacheOptions;
  readonly #bytesMax: number;

  constructor(options: ObjectCacheOptions) {
    this.#options = options;
    this.#bytesMax = options.cacheBytesMax ?? CACHE_BYTES_MAX;
  }

  /** The whole content of an object as it was listed. */
  async read(object: ListedObject): Promise<Uint8Array> {
    const key = sha256(Buffer.from(`${object.name}\n${object.tag}`));
    const kept = await this.#kept(key).catch((error: unknown) => this.#tell(error));
    if (kept !== undefined) return kept;
    const content = await readWhole(this.#options.objects, object.name);
    if (content.length <= this.#bytesMax) {
      await this.#keep(key, content).catch((error: unknown) => this.#tell(error));
    }
    return content;
  }

  async #kept(key: string): Promise<Uint8Array | undefined> {
    for (const name of await this.#names()) {
      if (!name.startsWith(`${key}-`)) continue;
      const path = join(this.#options.folder, name);
      const content = await readFile(path);
      if (name === `${key}-${sha256(content)}`) {
        const now = this.#options.clock() / 1_000;
        await utimes(path, now, now);
        return content;
      }
      await rm(path, { force: true });
      this.#options.onTrouble(`${path} was damaged: it is fetched again`);
    }
    return undefined;
  }

  async #keep(key: string, content: Uint8Array): Promise<void> {
    const { folder, random, clock } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await this.#makeRoom(content.length);
    const draft = join(folder, `.draft-${Buffer.from(random(8)).toString('hex')}`);
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(content);
        const now = clock() / 1_000;
        await file.utimes(now, now);
      } finally {
        await file.close();
      }
      await rename(draft, join(folder, `${key}-${sha256(content)}`));
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  async #makeRoom(bytes: number): Promise<void> {
    const files: { path: string; size: number; usedMs: number }[] = [];
    for (const name of await this.#names()) {
      const path = join(this.#options.folder, name);
      const stats = await stat(path).catch(() => undefined);
      if (stats !== undefined) files.push({ path, size: stats.size, usedMs: stats.mtimeMs });
    }
    files.sort((left, right) => left.usedMs - right.usedMs);
    let total = files.reduce((sum, { size }) => sum + size, bytes);
    for (const { path, size } of files) {
      if (total <= this.#bytesMax) return;
      await rm(path, { force: true });
      total -= size;
    }
  }

  async #names(): Promise<readonly string[]> {
    try {
      return await readdir(this.#options.folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  #tell(error: unknown): undefined {
    const why = error instanceof Error ? error.message : String(error);
    this.#options.onTrouble(`the cache in ${this.#options.folder} failed: ${why}`);
  }
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
