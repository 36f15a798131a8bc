import type { Collection } from 'mongodb';
import type { Fence, FenceStore, PartitionNote } from '../../activities/fences.ts';
import { RepriseError } from '../../events/error.ts';
import { ORIGIN } from '../../events/position.ts';
import type { MongoConnection } from './mongo.ts';
import { isDuplicateKey } from './mongo-errors.ts';

/** How to open a fence store. */
export interface FenceOptions {
  /** Stays the caller's: closing the store leaves it open. */
  readonly connection: MongoConnection;
  /** Name of the database. */
  readonly database: string;
  /** Unix milliseconds. */
  readonly clock: () => number;
}

/** A partition's newest fence and what its holder told last; the version is empty where it told nothing yet. */
interface FenceDocument {
  readonly _id: number;
  readonly number: number;
  readonly holder: string;
  readonly version: string;
  readonly position: number;
  readonly toldMs: number;
}

const TAKE_TRIES_MAX = 8;

/** Opens the fences of a database: one document a partition, whose number only grows. */
export function openFences(options: FenceOptions): FenceStore {
  return new MongoFences(options);
}

class MongoFences implements FenceStore {
  readonly #connection: MongoConnection;
  readonly #collection: Collection<FenceDocument>;
  readonly #clock: () => number;

  constructor({ connection, database, clock }: FenceOptions) {
    this.#connection = connection;
    this.#collection = connection.database(database).collection('fences');
    this.#clock = clock;
  }

  async take(partition: number, holder: string): Promise<Fence> {
    const nowMs = this.#clock();
    const { number } = await this.#connection.run(() => this.#increment(partition, holder, nowMs));
    if (number >= nowMs) return { partition, number, holder };
    // Numbers start at the time, so that they grow past earlier ones even where the store came back empty. Who is
    // overtaken here keeps a number that is fenced off already.
    const { matchedCount } = await this.#connection.run(() =>
      this.#collection.updateOne({ _id: partition, number }, { $set: { number: nowMs } }),
    );
    return { partition, number: matchedCount > 0 ? nowMs : number, holder };
  }

  async tell(fence: Fence, version: string, position: number): Promise<void> {
    const { matchedCount } = await this.#connection.run(() =>
      this.#collection.updateOne(
        { _id: fence.partition, number: fence.number },
        { $set: { version, position, toldMs: this.#clock() } },
      ),
    );
    if (matchedCount === 0) throw fencedOff(fence);
  }

  async check(fence: Fence): Promise<void> {
    const held = await this.#connection.run(() =>
      this.#collection.findOne({ _id: fence.partition, number: fence.number }),
    );
    if (held === null) throw fencedOff(fence);
  }

  async notes(): Promise<readonly PartitionNote[]> {
    const documents = await this.#connection.run(() =>
      this.#collection.find({}).sort({ _id: 1 }).toArray(),
    );
    return documents.map(({ _id, number, holder, version, position, toldMs }) => ({
      fence: { partition: _id, number, holder },
      version,
      position,
      toldMs,
    }));
  }

  async #increment(partition: number, holder: string, nowMs: number): Promise<FenceDocument> {
    for (let tries = 1; ; tries += 1) {
      try {
        const taken = await this.#collection.findOneAndUpdate(
          { _id: partition },
          {
            $inc: { number: 1 },
            $set: { holder, toldMs: nowMs },
            $setOnInsert: { version: '', position: ORIGIN },
          },
          { upsert: true, returnDocument: 'after' },
        );
        if (taken !== null) return taken;
        throw new Error('an upsert gave no document back');
      } catch (error) {
        // Two first takings at once: the later one finds the document.
        if (!isDuplicateKey(error) || tries >= TAKE_TRIES_MAX) throw error;
      }
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function fencedOff({ partition, number }: Fence): RepriseError {
  return new RepriseError(
    'FENCED',
    `partition ${String(partition)} was taken by a newer fence than ${String(number)}: stop moving it`,
    { partition, number },
  );
}
