import type { Collection } from 'mongodb';
import type { Kept, KeptRecord } from '../../activities/kept-record.ts';
import { RepriseError } from '../../events/error.ts';
import type { MongoConnection } from './mongo/mongo.ts';
import { isDuplicateKey } from './mongo/mongo-errors.ts';

/** How to open a kept value. */
export interface KeptDocumentOptions<T> {
  /** Stays the caller's. */
  readonly connection: MongoConnection;
  /** Name of the database. */
  readonly database: string;
  /** Which of the values of that database. */
  readonly name: string;
  /** Checks what was read; throws where it is none of ours. */
  readonly parse: (value: unknown) => T;
}

interface RecordDocument {
  /** The name of the value. */
  readonly _id: string;
  readonly revision: number;
  /** The value as JSON: what is given back is exactly what was kept. */
  readonly text: string;
}

/** Opens a value that the processes of a cluster share: one document, exchanged by its revision. */
export function openKeptRecord<T>(options: KeptDocumentOptions<T>): KeptRecord<T> {
  return new KeptDocument(options);
}

class KeptDocument<T> implements KeptRecord<T> {
  readonly #options: KeptDocumentOptions<T>;
  readonly #collection: Collection<RecordDocument>;

  constructor(options: KeptDocumentOptions<T>) {
    const { connection, database } = options;
    this.#options = options;
    this.#collection = connection.database(database).collection('records');
  }

  async read(): Promise<Kept<T> | undefined> {
    const { connection, name, parse } = this.#options;
    const found = await connection.run(() => this.#collection.findOne({ _id: name }));
    if (found === null) return undefined;
    try {
      return { value: parse(JSON.parse(found.text)), revision: found.revision };
    } catch (error) {
      const message = `the record ${name} of MongoDB at ${connection.where} cannot be read: restore it from a backup, or remove it from the collection records to start without`;
      throw new RepriseError('DAMAGED', message, { name }, error);
    }
  }

  async revision(): Promise<number> {
    const { connection, name } = this.#options;
    const projection = { revision: 1 } as const;
    const found = await connection.run(() =>
      this.#collection.findOne({ _id: name }, { projection }),
    );
    return found?.revision ?? 0;
  }

  async write(value: T, over: number): Promise<boolean> {
    const text = JSON.stringify(value);
    return this.#options.connection.run(() =>
      over === 0 ? this.#insert(text) : this.#exchange(text, over),
    );
  }

  async #insert(text: string): Promise<boolean> {
    try {
      await this.#collection.insertOne({ _id: this.#options.name, revision: 1, text });
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  async #exchange(text: string, over: number): Promise<boolean> {
    const { matchedCount } = await this.#collection.updateOne(
      { _id: this.#options.name, revision: over },
      { $set: { text, revision: over + 1 } },
    );
    return matchedCount > 0;
  }
}
