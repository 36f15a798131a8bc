import { binaryKey } from '../../events/binary-key.ts';
import { RepriseError } from '../../events/error.ts';
import { idFault } from '../../events/id.ts';
import type { Surrogate } from '../../events/fact.ts';
import type { ForgettingIdentities, Identity } from '../../events/identity.ts';
import type { RandomBytes } from '../../events/random.ts';
import { SURROGATE_BYTES, surrogateFromBytes, surrogateToBytes } from '../../events/surrogate.ts';
import { openEnvironment } from './lmdb/lmdb-environment.ts';
import type { LmdbEnvironment, LmdbOptions, LmdbTable } from './lmdb/lmdb-environment.ts';
import { copyRows, removeDraft, takeDraft } from './lmdb/lmdb-rewriting.ts';
import { IdentityCache } from '../../events/identity-cache.ts';

/** The identity store of the embedded profile: with what erasure needs beside the port. */
export interface EmbeddedIdentities extends ForgettingIdentities {
  /** Deletes an identity durably; false where there is none. What is sealed under its key can't be opened again. */
  remove(id: string): Promise<boolean>;
}

/** How to open an identity store. */
export interface IdentityOptions {
  /** A folder of its own. */
  readonly folder: string;
  readonly random: RandomBytes;
  readonly identityCacheEntriesMax?: number;
}

/** Identities that are kept in memory for the hot path, about 500 bytes each. */
export const IDENTITY_CACHE_ENTRIES_MAX = 100_000;

/** Identities that are made durable together. */
interface Gathering {
  readonly identities: Identity[];
  readonly durable: Promise<void>;
}

const KEY_BYTES = 32;
const TABLES = { ids: 'ids', surrogates: 'surrogates' } as const;
const TABLES_MAX = 2;
/** No id sorts before a single NUL, and no id lies between another one and that one with a NUL. */
const FIRST_ID = Buffer.from([0]);
/** Rows of one step of a walk over all identities. */
const PAGE_ROWS = 1_000;

/**
 * Opens the identity store in a folder, made where it is missing. New identities are durable before they are told.
 * Throws DAMAGED where ids and surrogates do not answer to one another.
 */
export function openIdentities(options: IdentityOptions): EmbeddedIdentities {
  removeDraft(options.folder);
  const identities = new LmdbIdentities(options);
  identities.assertWhole();
  return identities;
}

class LmdbIdentities implements EmbeddedIdentities {
  readonly #place: LmdbOptions;
  #environment: LmdbEnvironment;
  readonly #random: RandomBytes;
  readonly #cache: IdentityCache;
  /** UTF-8 id → surrogate and key. */
  #ids: LmdbTable;
  /** Surrogate → key and UTF-8 id. */
  #surrogates: LmdbTable;
  /** Set while another file takes the place of the one that was read: whoever reads waits for it. */
  #swapping: Promise<void> | undefined;
  /** New identities by id, from when they are made until they are durable. */
  readonly #making = new Map<string, { readonly identity: Identity; readonly in: Gathering }>();
  /** Removals under way by id. */
  readonly #removing = new Map<string, Promise<boolean>>();
  /** What the next commit takes; undefined where nothing waits. */
  #gathering: Gathering | undefined;
  /** Settles when every commit asked for so far has ended, well or not. */
  #lastCommit: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: IdentityOptions) {
    const { folder } = options;
    this.#place = { folder, tablesMax: TABLES_MAX, name: 'the identity store' };
    this.#environment = openEnvironment(this.#place);
    this.#random = options.random;
    this.#cache = new IdentityCache(options.identityCacheEntriesMax ?? IDENTITY_CACHE_ENTRIES_MAX);
    this.#ids = this.#environment.table(TABLES.ids);
    this.#surrogates = this.#environment.table(TABLES.surrogates);
  }

  /** Both tables are written together, so one that has more entries than the other has lost some. */
  assertWhole(): void {
    const ids = this.#ids.count;
    const surrogates = this.#surrogates.count;
    if (ids === surrogates) return;
    void this.#environment.close();
    throw new RepriseError(
      'DAMAGED',
      `the identity store has ${String(ids)} ids and ${String(surrogates)} surrogates, which are pairs: restore it from a backup`,
    );
  }

  async resolve(ids: readonly string[]): Promise<readonly Identity[]> {
    this.#assertOpen();
    if (this.#removing.size > 0) {
      await Promise.allSettled(ids.flatMap((id) => this.#removing.get(id) ?? []));
    }
    if (this.#swapping !== undefined) await this.#swapping;
    const gatherings = new Set<Gathering>();
    const identities = ids.map((id) => {
      const known = this.#making.has(id) ? undefined : this.#lookUp(id);
      if (known !== undefined) return known;
      const made = this.#make(id);
      gatherings.add(made.in);
      return made.identity;
    });
    await Promise.all([...gatherings].map(({ durable }) => durable));
    return identities;
  }

  async find(id: string): Promise<Identity | undefined> {
    this.#assertOpen();
    if (this.#swapping !== undefined) await this.#swapping;
    return idFault(id) === undefined ? this.#lookUp(id) : undefined;
  }

  async reveal(surrogates: Uint8Array): Promise<readonly (Identity | undefined)[]> {
    this.#assertOpen();
    if (this.#swapping !== undefined) await this.#swapping;
    const identities: (Identity | undefined)[] = [];
    for (let at = 0; at < surrogates.length; at += SURROGATE_BYTES) {
      identities.push(this.#reveal(surrogates.subarray(at, at + SURROGATE_BYTES)));
    }
    return identities;
  }

  async *all(): AsyncGenerator<Identity, void, undefined> {
    let start: Uint8Array = FIRST_ID;
    for (;;) {
      this.#assertOpen();
      if (this.#swapping !== undefined) await this.#swapping;
      // A page is read at once, so that no read transaction stays open while the reader works.
      const page = [...this.#ids.range({ start, limit: PAGE_ROWS })];
      for (const { key, value } of page) yield identityOf(textOf(key), value);
      const last = page.at(PAGE_ROWS - 1);
      if (last === undefined) return;
      start = Buffer.concat([last.key, FIRST_ID]);
      await Promise.resolve();
    }
  }

  remove(id: string): Promise<boolean> {
    this.#assertOpen();
    const removal = this.#lastCommit.then(() => this.#remove(id));
    this.#lastCommit = removal.catch(() => undefined);
    this.#removing.set(id, removal);
    const forget = (): void => {
      if (this.#removing.get(id) === removal) this.#removing.delete(id);
    };
    removal.then(forget, forget);
    return removal;
  }

  erase(surrogates: readonly Surrogate[]): Promise<number> {
    this.#assertOpen();
    const erasing = this.#lastCommit.then(() => this.#erase(surrogates));
    this.#lastCommit = erasing.catch(() => undefined);
    return erasing;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#lastCommit;
    await this.#environment.close();
  }

  #lookUp(id: string): Identity | undefined {
    const cached = this.#cache.findById(id);
    if (cached !== undefined) return cached;
    const stored = this.#ids.get(Buffer.from(id));
    if (stored === undefined) return undefined;
    const identity = identityOf(id, stored);
    this.#cache.add(identity);
    return identity;
  }

  #reveal(surrogate: Uint8Array): Identity | undefined {
    const cached = this.#cache.findBySurrogate(binaryKey(surrogate));
    if (cached !== undefined) return cached;
    const stored = this.#surrogates.get(surrogate);
    if (stored === undefined) return undefined;
    const identity: Identity = {
      id: textOf(stored.subarray(KEY_BYTES)),
      surrogate: surrogateFromBytes(surrogate),
      key: stored.slice(0, KEY_BYTES),
    };
    this.#cache.add(identity);
    return identity;
  }

  #make(id: string): { readonly identity: Identity; readonly in: Gathering } {
    const fault = idFault(id);
    if (fault !== undefined) throw new RepriseError('INVALID', `user ${fault}`, { field: 'user' });
    const making = this.#making.get(id);
    if (making !== undefined) return making;
    const identity: Identity = {
      id,
      surrogate: surrogateFromBytes(this.#random(SURROGATE_BYTES)),
      key: this.#random(KEY_BYTES),
    };
    this.#gathering ??= this.#gather();
    this.#gathering.identities.push(identity);
    const made = { identity, in: this.#gathering };
    this.#making.set(id, made);
    return made;
  }

  /** Starts what the next commit takes: it is closed when the commit before has ended. */
  #gather(): Gathering {
    const identities: Identity[] = [];
    const durable = this.#lastCommit.then(() => {
      this.#gathering = undefined;
      return this.#commit(identities);
    });
    this.#lastCommit = durable.catch(() => undefined);
    return { identities, durable };
  }

  async #commit(made: readonly Identity[]): Promise<void> {
    try {
      await this.#environment.commit((writer) => {
        for (const { id, surrogate, key } of made) {
          const idBytes = Buffer.from(id);
          const surrogateBytes = surrogateToBytes(surrogate);
          writer.put(this.#ids, idBytes, Buffer.concat([surrogateBytes, key]));
          writer.put(this.#surrogates, surrogateBytes, Buffer.concat([key, idBytes]));
        }
      });
      for (const identity of made) this.#cache.add(identity);
    } finally {
      for (const { id } of made) this.#making.delete(id);
    }
  }

  async #remove(id: string): Promise<boolean> {
    const identity = idFault(id) === undefined ? this.#lookUp(id) : undefined;
    if (identity === undefined) return false;
    const surrogate = surrogateToBytes(identity.surrogate);
    await this.#environment.commit((writer) => {
      writer.remove(this.#ids, Buffer.from(id));
      writer.remove(this.#surrogates, surrogate);
    });
    this.#cache.remove(identity);
    return true;
  }

  async #erase(surrogates: readonly Surrogate[]): Promise<number> {
    const erased = [...new Set(surrogates)].flatMap(
      (each) => this.#reveal(surrogateToBytes(each)) ?? [],
    );
    await this.#environment.commit((writer) => {
      for (const { id, surrogate } of erased) {
        writer.remove(this.#ids, Buffer.from(id));
        writer.remove(this.#surrogates, surrogateToBytes(surrogate));
      }
    });
    for (const identity of erased) this.#cache.remove(identity);
    await this.#rewrite();
    return erased.length;
  }

  /** Pages that LMDB has freed keep what stood on them, so the rows that are left move to a new file. */
  async #rewrite(): Promise<void> {
    await copyRows(this.#environment, this.#place, Object.values(TABLES));
    this.#swapping = this.#swap();
    await this.#swapping;
  }

  async #swap(): Promise<void> {
    this.#environment = await takeDraft(this.#environment, this.#place);
    this.#ids = this.#environment.table(TABLES.ids);
    this.#surrogates = this.#environment.table(TABLES.surrogates);
    this.#swapping = undefined;
  }

  #assertOpen(): void {
    if (this.#closed) {
      throw new RepriseError('UNAVAILABLE', 'the identity store is closed: open it again');
    }
  }
}

function identityOf(id: string, stored: Uint8Array): Identity {
  return {
    id,
    surrogate: surrogateFromBytes(stored),
    key: stored.slice(SURROGATE_BYTES, SURROGATE_BYTES + KEY_BYTES),
  };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
