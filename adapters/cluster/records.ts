import type { Collection } from 'mongodb';
import type { ErasureRecord, ErasureStore } from '../../activities/forgetting/erasure-record.ts';
import type {
  QuarantineRecord,
  QuarantineStore,
} from '../../activities/forgetting/quarantine-record.ts';
import { RepriseError } from '../../events/error.ts';
import type { MongoConnection } from './mongo/mongo.ts';
import { isDuplicateKey } from './mongo/mongo-errors.ts';

/** How to open records. */
export interface RecordsOptions {
  /** Stays the caller's. */
  readonly connection: MongoConnection;
  /** Name of the database. */
  readonly database: string;
}

/** Records that several processes write. */
export interface SharedRecords<R> {
  /** Those that were written since this was asked last, by whomever; all of them at the first time. */
  changed(): Promise<readonly R[]>;
}

/** Opens the erasures of a database: `e1`, `e2` and so on. */
export function openErasures(options: RecordsOptions): ErasureStore & SharedRecords<ErasureRecord> {
  return new MongoRecords(options, 'erasures', 'e', ({ erasure }) => erasure);
}

/** Opens the quarantines of a database: `q1`, `q2` and so on. */
export function openQuarantines(options: RecordsOptions): QuarantineStore {
  const nameOf = ({ quarantine }: QuarantineRecord): string => quarantine;
  return new MongoRecords(options, 'quarantines', 'q', nameOf);
}

interface RecordDocument {
  /** The record's name. */
  readonly _id: string;
  /** The number in the name, for order. */
  readonly number: number;
  /** Grows with every write. */
  readonly revision: number;
  /** The record as JSON: what is given back is exactly what was written. */
  readonly record: string;
}

/** Records of one kind, a document each: who writes one has to have read what stands there. */
class MongoRecords<R extends { readonly revision?: number }> {
  readonly #connection: MongoConnection;
  readonly #collection: Collection<RecordDocument>;
  readonly #letter: string;
  readonly #nameOf: (record: R) => string;
  /** As they were told by {@link changed} last. */
  readonly #told = new Map<string, number>();

  constructor(
    { connection, database }: RecordsOptions,
    kind: string,
    letter: string,
    nameOf: (record: R) => string,
  ) {
    this.#connection = connection;
    this.#collection = connection.database(database).collection(kind);
    this.#letter = letter;
    this.#nameOf = nameOf;
  }

  async list(): Promise<readonly R[]> {
    const documents = await this.#connection.run(() =>
      this.#collection.find({}).sort({ number: 1 }).toArray(),
    );
    return documents.map((document) => this.#recordOf(document));
  }

  async get(name: string): Promise<R | undefined> {
    if (!this.#isName(name)) return undefined;
    const found = await this.#connection.run(() => this.#collection.findOne({ _id: name }));
    return found === null ? undefined : this.#recordOf(found);
  }

  async write(record: R): Promise<void> {
    const name = this.#nameOf(record);
    if (!this.#isName(name)) throw new RangeError(`${name} names no record here`);
    const { revision: before = 0, ...rest } = record;
    const written = { revision: before + 1, record: JSON.stringify(rest) };
    const isOurs =
      before === 0
        ? await this.#insert({ _id: name, number: Number(name.slice(1)), ...written })
        : await this.#exchange(name, before, written);
    if (isOurs) return;
    throw new RepriseError('FENCED', `${name} was changed by another process: read it again`, {
      name,
    });
  }

  async changed(): Promise<readonly R[]> {
    const heads = await this.#connection.run(() =>
      this.#collection.find({}, { projection: { _id: 1, revision: 1 } }).toArray(),
    );
    const names = heads
      .filter(({ _id, revision }) => this.#told.get(_id) !== revision)
      .map(({ _id }) => _id);
    if (names.length === 0) return [];
    const documents = await this.#connection.run(() =>
      this.#collection
        .find({ _id: { $in: names } })
        .sort({ number: 1 })
        .toArray(),
    );
    for (const { _id, revision } of documents) this.#told.set(_id, revision);
    return documents.map((document) => this.#recordOf(document));
  }

  #recordOf({ revision, record }: RecordDocument): R {
    return { ...(JSON.parse(record) as R), revision };
  }

  async #insert(document: RecordDocument): Promise<boolean> {
    try {
      await this.#collection.insertOne(document);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      return await this.#connection.run(() => Promise.reject(error as Error));
    }
  }

  async #exchange(
    name: string,
    revision: number,
    written: Pick<RecordDocument, 'revision' | 'record'>,
  ): Promise<boolean> {
    const { matchedCount } = await this.#connection.run(() =>
      this.#collection.updateOne({ _id: name, revision }, { $set: written }),
    );
    return matchedCount > 0;
  }

  #isName(name: string): boolean {
    return name.startsWith(this.#letter) && /^.[1-9]\d{0,8}$/.test(name);
  }
}
