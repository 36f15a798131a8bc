import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  Confirm,
  ListedObject,
  ObjectContent,
  ObjectStore,
  StoredObject,
} from '../../../activities/object-store.ts';
import { RepriseError } from '../../../events/error.ts';
import type { RandomBytes } from '../../../events/random.ts';
import { assertObjectName, assertObjectPrefix } from '../../object-name.ts';
import { syncFolder } from '../../published-file.ts';
import { folderError, isOf } from './object-folder-error.ts';
import { withinMs } from '../time-bound.ts';

/** Bounds of a folder of objects. */
export interface ObjectFolderBounds {
  /** How long one call of the file system may take: a network volume that is away never answers. */
  readonly fileCallMsMax: number;
  /** Age past which a draft is a dead process's, and the sum of replaced content no reader's any more. */
  readonly leftoverAgeMsMax: number;
  /** Objects of one list. */
  readonly objectsListedMax: number;
}

/** The bounds that a folder of objects starts with. */
export const DEFAULT_OBJECT_FOLDER_BOUNDS: ObjectFolderBounds = {
  fileCallMsMax: 15_000,
  leftoverAgeMsMax: 86_400_000,
  objectsListedMax: 100_000,
};

/** What a folder of objects is opened with. */
export interface ObjectFolderOptions {
  /** A folder of a volume that all processes mount. It must be there: one that is made here is nobody else's. */
  readonly root: string;
  readonly random: RandomBytes;
  readonly clock: () => number;
  readonly bounds?: Partial<ObjectFolderBounds>;
}

const PIECE_BYTES = 1_048_576;
/** Tries to put a file into a folder that another process removes meanwhile because it is empty. */
const PLACE_TRIES = 3;
const DRAFTS = '.drafts';
const SUMS = '.sums';

/**
 * Opens a folder of objects: plain files, so that people and other programs can read them. The SHA-256 of each stands
 * beside it as the name of an empty file, `.sums/NAME~SHA256`, which is there before its content is: a file is good
 * where the hash of what was read is such a name. Draft, fsync, rename, fsync of the folder.
 */
export function openObjectFolder(options: ObjectFolderOptions): ObjectStore {
  return new ObjectFolder(options);
}

interface Draft {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly tag: string;
}

class ObjectFolder implements ObjectStore {
  readonly #root: string;
  readonly #random: RandomBytes;
  readonly #clock: () => number;
  readonly #bounds: ObjectFolderBounds;
  #isSwept = false;

  constructor({ root, random, clock, bounds }: ObjectFolderOptions) {
    this.#root = root;
    this.#random = random;
    this.#clock = clock;
    this.#bounds = { ...DEFAULT_OBJECT_FOLDER_BOUNDS, ...bounds };
  }

  put(name: string, content: ObjectContent, confirm?: Confirm): Promise<StoredObject> {
    return this.#publish(name, content, async ({ path: draft }, path) => {
      await confirm?.();
      await this.#call(rename(draft, path));
    });
  }

  putNew(name: string, content: ObjectContent): Promise<StoredObject> {
    return this.#publish(name, content, async ({ path: draft, sha256 }, path) => {
      try {
        await this.#call(link(draft, path));
      } catch (error) {
        if (!isOf(error, 'EEXIST')) throw error;
        if ((await this.#hash(path)) === sha256) return;
        await this.#call(rm(sumPath(path, sha256), { force: true }));
        throw new RepriseError('CONFLICT', `${this.where(name)} is there with other content`);
      }
    });
  }

  async *read(name: string): AsyncGenerator<Uint8Array> {
    const path = this.#path(name);
    const file = await this.#open(path, name);
    try {
      const hash = createHash('sha256');
      for await (const piece of this.#pieces(file)) {
        hash.update(piece);
        yield piece;
      }
      const sum = sumPath(path, hash.digest('hex'));
      if (!(await this.#stands(sum))) throw await this.#whyUnequal(file, path, name);
    } catch (error) {
      throw folderError(error, this.#root);
    } finally {
      await file.close();
    }
  }

  async list(prefix: string): Promise<readonly ListedObject[]> {
    assertObjectPrefix(prefix);
    await this.#ready();
    const found: ListedObject[] = [];
    await this.#collect(prefix, found);
    return found.sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  async remove(name: string): Promise<void> {
    const path = this.#path(name);
    await this.#ready();
    await this.#orExplain(async () => {
      await this.#call(rm(path, { force: true }));
      for (const sum of await this.#sums(path)) await this.#call(rm(sum, { force: true }));
      await this.#removeEmpty(dirname(path));
    });
  }

  where(name: string): string {
    return join(this.#root, name);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #publish(
    name: string,
    content: ObjectContent,
    place: (draft: Draft, path: string) => Promise<void>,
  ): Promise<StoredObject> {
    const path = this.#path(name);
    await this.#ready();
    const draftPath = join(this.#root, DRAFTS, Buffer.from(this.#random(16)).toString('hex'));
    try {
      const draft = await this.#write(draftPath, content);
      await this.#place(draft, path, place);
      const own = sumPath(path, draft.sha256);
      for (const sum of await this.#sums(path)) if (sum !== own) await this.#removeOld(sum);
      const { bytes, sha256 } = draft;
      return { name, bytes, sha256, tag: await this.#tag(path, draft) };
    } catch (error) {
      throw folderError(error, this.#root);
    } finally {
      await this.#call(rm(draftPath, { force: true })).catch(() => undefined);
    }
  }

  /** The tag of what stands; the draft's own where another process has removed it by now. */
  async #tag(path: string, draft: Draft): Promise<string> {
    try {
      return tagOf(await this.#call(stat(path)));
    } catch (error) {
      if (!isOf(error, 'ENOENT')) throw error;
      return draft.tag;
    }
  }

  async #write(path: string, content: ObjectContent): Promise<Draft> {
    const file = await this.#call(open(path, 'wx', 0o600));
    try {
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const piece of content) {
        if (piece.length === 0) await nextTurn();
        else await this.#call(file.writeFile(piece));
        hash.update(piece);
        bytes += piece.length;
      }
      await this.#call(file.sync());
      const tag = tagOf(await this.#call(file.stat()));
      return { path, bytes, sha256: hash.digest('hex'), tag };
    } finally {
      await this.#call(file.close());
    }
  }

  /** The sum is there before the content, and young: another writer of the name leaves it alone. */
  async #place(
    draft: Draft,
    path: string,
    place: (draft: Draft, path: string) => Promise<void>,
  ): Promise<void> {
    const sum = sumPath(path, draft.sha256);
    for (let tries = 1; ; tries += 1) {
      try {
        const made = await this.#call(mkdir(dirname(sum), { recursive: true, mode: 0o700 }));
        await this.#touch(sum);
        await this.#call(syncFolder(dirname(sum)));
        await place(draft, path);
        await this.#syncUp(dirname(path), made);
        return;
      } catch (error) {
        if (!isOf(error, 'ENOENT') || tries === PLACE_TRIES) throw error;
      }
    }
  }

  async #touch(path: string): Promise<void> {
    const file = await this.#call(open(path, 'a', 0o600));
    const now = this.#clock() / 1_000;
    await this.#call(file.utimes(now, now));
    await this.#call(file.close());
  }

  /** Makes a folder's names durable, and those of the folders above it that were made for it. */
  async #syncUp(folder: string, made: string | undefined): Promise<void> {
    const top = made === undefined ? folder : dirname(made);
    for (let at = folder; ; at = dirname(at)) {
      await this.#call(syncFolder(at));
      if (at === top || at.length <= this.#root.length) return;
    }
  }

  async #removeEmpty(folder: string): Promise<void> {
    try {
      await this.#call(rmdir(join(folder, SUMS)));
      for (let at = folder; at.length > this.#root.length; at = dirname(at)) {
        await this.#call(rmdir(at));
      }
    } catch (error) {
      if (!isOf(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw error;
    }
  }

  async #open(path: string, name: string): Promise<FileHandle> {
    try {
      return await this.#call(open(path, 'r'));
    } catch (error) {
      if (!isOf(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) throw folderError(error, this.#root);
      await this.#ready();
      throw new RepriseError('NOT_FOUND', `there is no ${this.where(name)}`, { name });
    }
  }

  async *#pieces(file: FileHandle): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = new Uint8Array(PIECE_BYTES);
      const { bytesRead } = await this.#call(file.read(piece, 0, PIECE_BYTES));
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  }

  /** What was read has no sum: it was replaced or removed meanwhile, or it is damaged. */
  async #whyUnequal(file: FileHandle, path: string, name: string): Promise<RepriseError> {
    const opened = await this.#call(file.stat());
    const standing = await this.#call(stat(path)).catch(() => undefined);
    if (standing?.ino === opened.ino) {
      const message = `${path} does not hold what was written: remove it, or restore it`;
      return new RepriseError('DAMAGED', message, { name });
    }
    const message = `${path} was replaced while it was read: read it again`;
    return new RepriseError('UNAVAILABLE', message, { name });
  }

  async #hash(path: string): Promise<string> {
    const file = await this.#call(open(path, 'r'));
    try {
      const hash = createHash('sha256');
      for await (const piece of this.#pieces(file)) hash.update(piece);
      return hash.digest('hex');
    } finally {
      await file.close();
    }
  }

  async #collect(prefix: string, found: ListedObject[]): Promise<void> {
    for (const entry of await this.#entries(join(this.#root, prefix))) {
      if (entry.name.startsWith('.')) continue;
      const name = prefix + entry.name;
      if (entry.isDirectory()) {
        await this.#collect(`${name}/`, found);
        continue;
      }
      const stats = await this.#call(stat(join(this.#root, name))).catch(() => undefined);
      // A file that is gone by now was removed after its folder was read.
      if (stats !== undefined) found.push({ name, bytes: stats.size, tag: tagOf(stats) });
      if (found.length > this.#bounds.objectsListedMax) {
        const message = `${this.#root} holds more than ${String(this.#bounds.objectsListedMax)} objects: remove old ones`;
        throw new RepriseError('TOO_LARGE', message);
      }
    }
  }

  #entries(folder: string): Promise<{ name: string; isDirectory(): boolean }[]> {
    return this.#orExplain(async () => {
      try {
        return await this.#call(readdir(folder, { withFileTypes: true }));
      } catch (error) {
        if (isOf(error, 'ENOENT', 'ENOTDIR')) return [];
        throw error;
      }
    });
  }

  async #sums(path: string): Promise<readonly string[]> {
    const folder = join(dirname(path), SUMS);
    const prefix = `${basename(path)}~`;
    const entries = await this.#entries(folder);
    return entries
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name }) => join(folder, name));
  }

  async #stands(path: string): Promise<boolean> {
    try {
      await this.#call(stat(path));
      return true;
    } catch (error) {
      if (isOf(error, 'ENOENT')) return false;
      throw error;
    }
  }

  /** Refuses a root that is not there, and removes the drafts of the dead at the first call. */
  async #ready(): Promise<void> {
    await this.#orExplain(async () => {
      const drafts = join(this.#root, DRAFTS);
      await this.#call(stat(this.#root));
      if (this.#isSwept) return;
      await this.#call(mkdir(drafts, { recursive: true, mode: 0o700 }));
      for (const { name } of await this.#entries(drafts)) await this.#removeOld(join(drafts, name));
      this.#isSwept = true;
    });
  }

  async #removeOld(path: string): Promise<void> {
    const stats = await this.#call(stat(path)).catch(() => undefined);
    const ageMs = this.#clock() - (stats?.mtimeMs ?? Infinity);
    if (ageMs > this.#bounds.leftoverAgeMsMax) await this.#call(rm(path, { force: true }));
  }

  #path(name: string): string {
    assertObjectName(name);
    return join(this.#root, name);
  }

  async #orExplain<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw folderError(error, this.#root);
    }
  }

  #call<T>(call: Promise<T>): Promise<T> {
    const { fileCallMsMax } = this.#bounds;
    const late = `the shared folder ${this.#root} did not answer for ${String(fileCallMsMax)} ms: see that its volume is there`;
    return withinMs(fileCallMsMax, late, call);
  }
}

function sumPath(path: string, sha256: string): string {
  return join(dirname(path), SUMS, `${basename(path)}~${sha256}`);
}

function tagOf({ ino, mtimeMs, size }: Stats): string {
  return `${String(ino)}-${String(mtimeMs)}-${String(size)}`;
}
