import type { Collection } from 'mongodb';
import type { PoisonLot, PoisonRecord } from '../../activities/ingest/poison-lot.ts';
import type { MongoConnection } from './mongo/mongo.ts';
import { isDuplicateKey } from './mongo/mongo-errors.ts';

/** How to open a poison lot. */
export interface PoisonLotOptions {
  /** Stays the caller's. */
  readonly connection: MongoConnection;
  /** Name of the database. */
  readonly database: string;
  /** The records that are kept of a partition. */
  readonly recordsMax: number;
}

interface PoisonDocument {
  /** `"partition@offset"`. */
  readonly _id: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly parkedMs: number;
}

/** Opens the dead letters of the ingest; processes that share a database share them. */
export function openPoisonLot(options: PoisonLotOptions): PoisonLot {
  return new MongoPoisonLot(options);
}

class MongoPoisonLot implements PoisonLot {
  readonly #connection: MongoConnection;
  readonly #collection: Collection<PoisonDocument>;
  readonly #recordsMax: number;
  #isIndexed = false;

  constructor({ connection, database, recordsMax }: PoisonLotOptions) {
    this.#connection = connection;
    this.#collection = connection.database(database).collection('poison');
    this.#recordsMax = recordsMax;
  }

  async park(records: readonly PoisonRecord[]): Promise<void> {
    await this.#index();
    for (const record of newestOf(records, this.#recordsMax)) await this.#insert(record);
    for (const partition of new Set(records.map((record) => record.partition))) {
      await this.#prune(partition);
    }
  }

  async list(): Promise<readonly PoisonRecord[]> {
    const documents = await this.#connection.run(() =>
      this.#collection.find({}).sort({ partition: 1, offset: 1 }).toArray(),
    );
    return documents.map(({ partition, offset, reason, parkedMs }) => ({
      ...{ partition, offset, reason, parkedMs },
    }));
  }

  async #index(): Promise<void> {
    if (this.#isIndexed) return;
    await this.#connection.run(() =>
      this.#collection.createIndex({ partition: 1, offset: 1 }, { unique: true }, {}),
    );
    this.#isIndexed = true;
  }

  /** One by one, for a message that is parked again must not keep the others from being parked. */
  async #insert(record: PoisonRecord): Promise<void> {
    const { partition, offset, reason, parkedMs } = record;
    const _id = `${String(partition)}@${String(offset)}`;
    await this.#connection.run(async () => {
      try {
        await this.#collection.insertOne({ _id, partition, offset, reason, parkedMs });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    });
  }

  /** Drops what is older than the newest that may stay. */
  async #prune(partition: number): Promise<void> {
    await this.#connection.run(async () => {
      const [newestToGo] = await this.#collection
        .find({ partition })
        .sort({ offset: -1 })
        .skip(this.#recordsMax)
        .limit(1)
        .toArray();
      if (newestToGo === undefined) return;
      await this.#collection.deleteMany({ partition, offset: { $lte: newestToGo.offset } });
    });
  }
}

/** A block may hold more poison than is kept: what would be dropped at once is not stored. */
function newestOf(records: readonly PoisonRecord[], recordsMax: number): readonly PoisonRecord[] {
  const partitions = new Map<number, PoisonRecord[]>();
  for (const record of records) {
    const kept = partitions.get(record.partition) ?? [];
    partitions.set(record.partition, kept);
    kept.push(record);
  }
  return [...partitions.values()].flatMap((kept) =>
    kept.sort((a, b) => a.offset - b.offset).slice(-recordsMax),
  );
}
