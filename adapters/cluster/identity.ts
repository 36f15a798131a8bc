import type { Collection } from 'mongodb';
import { binaryKey } from '../../events/binary-key.ts';
import { RepriseError } from '../../events/error.ts';
import { idFault } from '../../events/id.ts';
import type { ForgettingIdentities, Identity } from '../../events/identity.ts';
import { IdentityCache } from '../../events/identity-cache.ts';
import type { RandomBytes } from '../../events/random.ts';
import { SURROGATE_BYTES, surrogateFromBytes, surrogateToBytes } from '../../events/surrogate.ts';
import type { Surrogate } from '../../events/fact.ts';
import { GroupedQuestions } from './grouped-questions.ts';
import type { MongoConnection } from './mongo/mongo.ts';
import { isDuplicateKey } from './mongo/mongo-errors.ts';

/** The identity store of the cluster profile: with what erasure by other processes needs beside the port. */
export interface ClusterIdentities extends ForgettingIdentities {
  /** Deletes an identity durably; false where there is none. What is sealed under its key can't be opened again. */
  remove(id: string): Promise<boolean>;
  /** Finds these users no more, whether or not their rows are there still; replaces those that were named before. */
  hide(surrogates: ReadonlySet<Surrogate>): void;
  /** Remembers nothing of what was read so far. */
  forgetRead(): void;
}

/** How to open an identity store. */
export interface IdentityOptions {
  /** Stays the caller's: closing the store leaves it open. */
  readonly connection: MongoConnection;
  /** Name of a database of its own, with rights of its own. */
  readonly database: string;
  readonly random: RandomBytes;
  readonly identityCacheEntriesMax?: number;
  /** How long another process's removal may go unnoticed here. */
  readonly identityCacheMsMax?: number;
  /** Unix milliseconds. */
  readonly clock: () => number;
}

/** Identities that are kept in memory for the hot path, about 500 bytes each. */
export const IDENTITY_CACHE_ENTRIES_MAX = 100_000;

/** How long identities are kept in memory: by then a removal by another process is noticed. */
export const IDENTITY_CACHE_MS_MAX = 60_000;

/** A row of the store. */
interface IdentityDocument {
  /** The UTF-8 of the id in hex, whose order is the byte order of ids on every server. */
  readonly _id: string;
  readonly surrogate: Surrogate;
  readonly key: Uint8Array;
}

const KEY_BYTES = 32;
/** Rows of one question. */
const PAGE_ROWS = 1_000;
/** Users whose surrogates are asked after at once. */
const REVEALED_ROWS_MAX = 128;
/** Such questions under way at a time. */
const REVEALS_MAX = 4;
/** Tries to make an identity that others make and remove at the same time. */
const MAKE_TRIES_MAX = 8;

/** Opens the identity store of a database, made where it is missing. New identities are durable before they are told. */
export async function openIdentities(options: IdentityOptions): Promise<ClusterIdentities> {
  const identities = new MongoIdentities(options);
  await identities.ensureIndex();
  return identities;
}

class MongoIdentities implements ClusterIdentities {
  readonly #connection: MongoConnection;
  readonly #collection: Collection<IdentityDocument>;
  readonly #random: RandomBytes;
  readonly #clock: () => number;
  readonly #cacheEntriesMax: number;
  readonly #cacheMsMax: number;
  /** Answers ask one by one, and many at a time. */
  readonly #finding = new GroupedQuestions<Identity>(async (ids) => {
    const found = await this.#stored(ids);
    return new Map(found.map((identity) => [identity.id, identity]));
  });
  #cache: IdentityCache;
  #cacheSinceMs: number;
  #hidden: ReadonlySet<Surrogate> = new Set();
  #indexedEpoch = -1;
  #closed = false;

  constructor(options: IdentityOptions) {
    this.#connection = options.connection;
    this.#collection = options.connection.database(options.database).collection('identities');
    this.#random = options.random;
    this.#clock = options.clock;
    this.#cacheEntriesMax = options.identityCacheEntriesMax ?? IDENTITY_CACHE_ENTRIES_MAX;
    this.#cacheMsMax = options.identityCacheMsMax ?? IDENTITY_CACHE_MS_MAX;
    this.#cache = new IdentityCache(this.#cacheEntriesMax);
    this.#cacheSinceMs = options.clock();
  }

  /** Makes the index by surrogate, and again where the server may be another one: then the cache says nothing either. */
  async ensureIndex(): Promise<void> {
    const epoch = this.#connection.epoch();
    if (epoch === this.#indexedEpoch) return;
    await this.#connection.run(() =>
      this.#collection.createIndex({ surrogate: 1 }, { unique: true }, {}),
    );
    this.#renewCache();
    this.#indexedEpoch = epoch;
  }

  async resolve(ids: readonly string[]): Promise<readonly Identity[]> {
    await this.#fresh();
    const cached = ids.map((id) => this.#cache.findById(id));
    const missing = [...new Set(ids.filter((_, i) => cached[i] === undefined))];
    for (const id of missing) {
      const fault = idFault(id);
      if (fault !== undefined) {
        throw new RepriseError('INVALID', `user ${fault}`, { field: 'user' });
      }
    }
    const found = new Map<string, Identity>();
    for (let from = 0; from < missing.length; from += PAGE_ROWS) {
      const page = missing.slice(from, from + PAGE_ROWS);
      for (const identity of await this.#resolvePage(page)) found.set(identity.id, identity);
    }
    return ids.map((id, i) => cached[i] ?? (found.get(id) as Identity));
  }

  async find(id: string): Promise<Identity | undefined> {
    await this.#fresh();
    if (idFault(id) !== undefined) return undefined;
    const cached = this.#cache.findById(id);
    if (cached !== undefined && !this.#hidden.has(cached.surrogate)) return cached;
    // Who was erased may be there again, under another surrogate.
    const found = await this.#finding.ask(id);
    return found !== undefined && this.#hidden.has(found.surrogate) ? undefined : found;
  }

  /** Never from memory: a replay that takes an erased user for known would learn of them again. */
  async reveal(surrogates: Uint8Array): Promise<readonly (Identity | undefined)[]> {
    await this.#fresh();
    const wanted: Surrogate[] = [];
    for (let at = 0; at < surrogates.length; at += SURROGATE_BYTES) {
      wanted.push(surrogateFromBytes(surrogates, at));
    }
    const found = new Map<Surrogate, Identity>();
    const different = [...new Set(wanted)];
    let from = 0;
    const revealRest = async (): Promise<void> => {
      while (from < different.length) {
        const $in = different.slice(from, (from += REVEALED_ROWS_MAX));
        const rows = await this.#connection.run(() =>
          this.#collection.find({ surrogate: { $in } }).toArray(),
        );
        for (const row of rows) found.set(row.surrogate, identityOf(row));
      }
    };
    await Promise.all(Array.from({ length: REVEALS_MAX }, revealRest));
    return wanted.map((surrogate) => found.get(surrogate));
  }

  async *all(): AsyncGenerator<Identity, void, undefined> {
    let after = '';
    for (;;) {
      this.#assertOpen();
      // A page is read at once, so that no cursor stays open while the reader works.
      const page = await this.#connection.run(() =>
        this.#collection
          .find({ _id: { $gt: after } })
          .sort({ _id: 1 })
          .limit(PAGE_ROWS)
          .toArray(),
      );
      for (const row of page) yield identityOf(row);
      const last = page.at(PAGE_ROWS - 1);
      if (last === undefined) return;
      after = last._id;
    }
  }

  async remove(id: string): Promise<boolean> {
    await this.#fresh();
    if (idFault(id) !== undefined) return false;
    const { deletedCount } = await this.#connection.run(() =>
      this.#collection.deleteOne({ _id: hexOf(id) }),
    );
    const cached = this.#cache.findById(id);
    if (cached !== undefined) this.#cache.remove(cached);
    return deletedCount > 0;
  }

  async erase(surrogates: readonly Surrogate[]): Promise<number> {
    await this.#fresh();
    let destroyed = 0;
    for (let from = 0; from < surrogates.length; from += PAGE_ROWS) {
      const $in = surrogates.slice(from, from + PAGE_ROWS);
      for (const surrogate of $in) this.#forget(surrogate);
      const { deletedCount } = await this.#connection.run(() =>
        this.#collection.deleteMany({ surrogate: { $in } }),
      );
      // What was read while it was deleted may have been remembered.
      for (const surrogate of $in) this.#forget(surrogate);
      destroyed += deletedCount;
    }
    return destroyed;
  }

  hide(surrogates: ReadonlySet<Surrogate>): void {
    this.#hidden = surrogates;
  }

  forgetRead(): void {
    this.#renewCache();
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  /** The identities of new or uncached ids: who makes a row first gives it to everybody. */
  async #resolvePage(ids: readonly string[]): Promise<readonly Identity[]> {
    const found = new Map<string, Identity>();
    for (let tries = 0; tries < MAKE_TRIES_MAX; tries += 1) {
      const asked = ids.filter((id) => !found.has(id));
      for (const identity of await this.#stored(asked)) found.set(identity.id, identity);
      const missing = asked.filter((id) => !found.has(id));
      if (missing.length === 0) return [...found.values()];
      await this.#make(missing);
    }
    throw new RepriseError(
      'UNAVAILABLE',
      `the identity store at ${this.#connection.where} loses what is written to it: see that it runs and try again`,
    );
  }

  /** Writes rows for ids that have none; rows that others made meanwhile stay as they are. */
  async #make(ids: readonly string[]): Promise<void> {
    // Drawn at once: a draw costs far more than the bytes it gives.
    const surrogates = this.#random(SURROGATE_BYTES * ids.length);
    const keys = this.#random(KEY_BYTES * ids.length);
    const rows = ids.map((id, i) => ({
      _id: hexOf(id),
      surrogate: surrogateFromBytes(surrogates, SURROGATE_BYTES * i),
      key: keys.slice(KEY_BYTES * i, KEY_BYTES * (i + 1)),
    }));
    try {
      await this.#collection.insertMany(rows, { ordered: false });
    } catch (error) {
      if (isDuplicateKey(error)) return;
      await this.#connection.run(() => Promise.reject(error as Error));
    }
  }

  async #stored(ids: readonly string[]): Promise<readonly Identity[]> {
    const rows = await this.#connection.run(() =>
      this.#collection.find({ _id: { $in: ids.map(hexOf) } }).toArray(),
    );
    return rows.map((row) => this.#remember(row));
  }

  #forget(surrogate: Surrogate): void {
    const known = this.#cache.findBySurrogate(binaryKey(surrogateToBytes(surrogate)));
    if (known !== undefined) this.#cache.remove(known);
  }

  #remember(row: IdentityDocument): Identity {
    const identity = identityOf(row);
    this.#cache.add(identity);
    return identity;
  }

  /** Sees to it that nothing in the cache is older than the bound or of another server. */
  async #fresh(): Promise<void> {
    this.#assertOpen();
    await this.ensureIndex();
    if (this.#clock() - this.#cacheSinceMs >= this.#cacheMsMax) this.#renewCache();
  }

  #renewCache(): void {
    this.#cache = new IdentityCache(this.#cacheEntriesMax);
    this.#cacheSinceMs = this.#clock();
  }

  #assertOpen(): void {
    if (this.#closed) {
      throw new RepriseError('UNAVAILABLE', 'the identity store is closed: open it again');
    }
  }
}

function hexOf(id: string): string {
  return Buffer.from(id).toString('hex');
}

function identityOf({ _id, surrogate, key }: IdentityDocument): Identity {
  return { id: Buffer.from(_id, 'hex').toString(), surrogate, key: new Uint8Array(key) };
}
