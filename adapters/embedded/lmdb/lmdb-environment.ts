import { statSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import type { Database, RootDatabase } from 'lmdb';
import { RepriseError } from '../../../events/error.ts';
import { restoreLength } from './lmdb-file-length.ts';

/** A table of an environment: bytes to bytes, in the byte order of the keys. */
export interface LmdbTable {
  /** The number of its entries. */
  readonly count: number;
  /** A copy of the value of a key. */
  get(key: Uint8Array): Uint8Array | undefined;
  /** Entries from a key on, forwards or backwards; `end` is exclusive. */
  range(options: LmdbRange): Iterable<{ readonly key: Uint8Array; readonly value: Uint8Array }>;
}

/** Which entries of a table to walk over. */
export interface LmdbRange {
  readonly start?: Uint8Array;
  readonly end?: Uint8Array;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** Writes of one transaction; they are made together or not at all. */
export interface LmdbWriter {
  put(table: LmdbTable, key: Uint8Array, value: Uint8Array): void;
  remove(table: LmdbTable, key: Uint8Array): void;
}

/** An LMDB environment in a folder of its own. */
export interface LmdbEnvironment {
  table(name: string): LmdbTable;
  /**
   * Makes the writes in one transaction and resolves only after it is flushed to the disk; throws UNAVAILABLE where
   * it could not be written, and then none of it is there.
   */
  commit(write: (writer: LmdbWriter) => void): Promise<void>;
  /** True from a commit that failed to the next one that did not. */
  readonly full: boolean;
  /** The size of the data file. */
  bytes(): number;
  close(): Promise<void>;
}

/** How to open an environment. */
export interface LmdbOptions {
  readonly folder: string;
  readonly tablesMax: number;
  /** What the messages call the store, e.g. "the journal". */
  readonly name: string;
  /** True where nothing has to be on the disk before its file is synced as a whole: commits then wait for no disk. */
  readonly isDraft?: boolean;
}

const DATA_FILE = 'data.mdb';

type Bytes = Database<Uint8Array, Uint8Array>;

class Table implements LmdbTable {
  readonly db: Bytes;
  readonly #options: LmdbOptions;

  constructor(db: Bytes, options: LmdbOptions) {
    this.db = db;
    this.#options = options;
  }

  get count(): number {
    const { entryCount } = this.db.getStats() as { readonly entryCount: number };
    return entryCount;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const value = orDamaged(this.#options, () => this.db.getBinary(key));
    return value === undefined ? undefined : plainBytes(value);
  }

  *range(options: LmdbRange): Generator<{ key: Uint8Array; value: Uint8Array }, void, undefined> {
    const found = this.db.getRange({ ...options, snapshot: false })[Symbol.iterator]();
    try {
      for (;;) {
        const next = orDamaged(this.#options, () => found.next());
        if (next.done === true) return;
        yield { key: plainBytes(next.value.key), value: plainBytes(next.value.value) };
      }
    } finally {
      found.return?.();
    }
  }
}

class Environment implements LmdbEnvironment {
  readonly #root: RootDatabase<Uint8Array, Uint8Array>;
  readonly #options: LmdbOptions;
  #full = false;

  constructor(options: LmdbOptions) {
    this.#options = options;
    restoreLength(join(options.folder, DATA_FILE));
    const settings = {
      path: options.folder,
      noSubdir: false,
      maxDbs: options.tablesMax + 1,
      encoding: 'binary',
      keyEncoding: 'binary',
      // A commit then returns only after the disk has it, and a commit that fails says so. With overlapping sync
      // the flush comes later, and where it fails its promise never settles.
      overlappingSync: false,
      // With batching by turns of the event loop, a failed commit also rejects a promise that nobody can reach.
      eventTurnBatching: false,
      noSync: options.isDraft === true,
    } as const;
    this.#root = orDamaged(options, () => open<Uint8Array, Uint8Array>(settings));
  }

  get full(): boolean {
    return this.#full;
  }

  table(name: string): LmdbTable {
    const settings = { name, encoding: 'binary', keyEncoding: 'binary' } as const;
    const open = (): Bytes => this.#root.openDB<Uint8Array, Uint8Array>(settings);
    return new Table(orDamaged(this.#options, open), this.#options);
  }

  async commit(write: (writer: LmdbWriter) => void): Promise<void> {
    try {
      // Within a batch, a write's own promise is settled already: the batch's tells whether all were written.
      await this.#root.batch(() => {
        write({
          put: (table, key, value) => void tableOf(table).put(key, value),
          remove: (table, key) => void tableOf(table).remove(key),
        });
      });
      this.#full = false;
    } catch (error) {
      this.#full = true;
      const cause = await commitFailure(error);
      throw new RepriseError(
        'UNAVAILABLE',
        `${this.#options.name} could not be written (${cause.message}): make room on the disk, then send again`,
        { folder: this.#options.folder },
        cause,
      );
    }
  }

  bytes(): number {
    return statSync(join(this.#options.folder, DATA_FILE)).size;
  }

  close(): Promise<void> {
    return this.#root.close();
  }
}

/** Opens an environment, making its folder where it is missing. Every commit is synced; there is no writable map. */
export function openEnvironment(options: LmdbOptions): LmdbEnvironment {
  return new Environment(options);
}

function tableOf(table: LmdbTable): Bytes {
  if (!(table instanceof Table)) throw new TypeError('the table is of another store');
  return table.db;
}

/** LMDB's own errors have codes from −30799 on; on reading, they mean that the file is not as LMDB left it. */
const LMDB_ERROR_MIN = -30_799;
const LMDB_ERROR_MAX = -30_700;

function orDamaged<T>(options: LmdbOptions, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== 'number' || code < LMDB_ERROR_MIN || code > LMDB_ERROR_MAX) throw error;
    throw new RepriseError(
      'DAMAGED',
      `${options.name} is damaged (${(error as Error).message}): restore ${options.folder} from a backup`,
      { folder: options.folder },
      error,
    );
  }
}

/** Buffer's `slice` shares memory where a typed array's copies, so buffers stay in here. */
function plainBytes(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** The reason of a failed commit hides in a promise of its own, which rejects. */
async function commitFailure(error: unknown): Promise<Error> {
  const hidden = (error as { commitError?: unknown }).commitError;
  try {
    await hidden;
  } catch (reason) {
    if (reason instanceof Error) return reason;
  }
  return error instanceof Error ? error : new Error(String(error));
}
