import type { Collection } from 'mongodb';
import type {
  Fence,
  FenceStore,
  MoverStand,
  PartitionNote,
} from '../../activities/replay/fences.ts';
import type { HeldStand } from '../../activities/versions/shadows.ts';
import { RepriseError } from '../../events/error.ts';
import { ORIGIN } from '../../events/position.ts';
import type { MongoConnection } from './mongo/mongo.ts';
import { isDuplicateKey } from './mongo/mongo-errors.ts';

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
  /** Absent where it passed none. */
  readonly barrier?: number;
  /** Empty where it waits for none, as the documents of before this field was there. */
  readonly waitsFor?: readonly number[];
  /** Null where it is not known, as in documents of before this field was there. */
  readonly keptBarrier?: number | null;
  /** Empty where nothing is held beside, as the documents of before this field was there. */
  readonly held?: readonly HeldStand[];
  readonly toldMs: number;
}

/** Tries of a taking that others come before. */
const TAKE_TRIES_MAX = 64;

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

  /**
   * Goes from the number that it read to a higher one, or tries anew where another did so first. An increment that
   * gives the document back would be shorter, but not every server gives back what it had at that moment.
   */
  async take(partition: number, holder: string): Promise<Fence> {
    for (let tries = 0; tries < TAKE_TRIES_MAX; tries += 1) {
      const nowMs = this.#clock();
      const standing = await this.#connection.run(() =>
        this.#collection.findOne({ _id: partition }),
      );
      // Numbers start at the time, so that they grow past earlier ones even where the store came back empty.
      const number = Math.max((standing?.number ?? 0) + 1, nowMs);
      const taken = { number, holder, toldMs: nowMs };
      const isOurs = await this.#connection.run(() =>
        standing === null
          ? this.#insert({ _id: partition, ...taken, version: '', position: ORIGIN })
          : this.#exchange(partition, standing.number, taken),
      );
      if (isOurs) return { partition, number, holder };
    }
    throw new RepriseError(
      'UNAVAILABLE',
      `partition ${String(partition)} is taken by others all the time: try again`,
      { partition },
    );
  }

  async tell(fence: Fence, stand: MoverStand): Promise<void> {
    const { version, position, barrier, waitsFor = [], keptBarrier = null, held = [] } = stand;
    const told = { version, position, barrier, waitsFor, keptBarrier, held };
    const { matchedCount } = await this.#connection.run(() =>
      this.#collection.updateOne(
        { _id: fence.partition, number: fence.number },
        { $set: { ...told, toldMs: this.#clock() } },
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
    return documents.map(noteOf);
  }

  async #insert(document: FenceDocument): Promise<boolean> {
    try {
      await this.#collection.insertOne(document);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  async #exchange(
    partition: number,
    standing: number,
    taken: Pick<FenceDocument, 'number' | 'holder' | 'toldMs'>,
  ): Promise<boolean> {
    const { matchedCount } = await this.#collection.updateOne(
      { _id: partition, number: standing },
      { $set: taken },
    );
    return matchedCount > 0;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function noteOf(document: FenceDocument): PartitionNote {
  const { _id, number, holder, version, position, barrier = 0, toldMs } = document;
  const { waitsFor = [], keptBarrier = null, held = [] } = document;
  return {
    fence: { partition: _id, number, holder },
    ...{ version, position, barrier, toldMs },
    ...(waitsFor.length > 0 && { waitsFor }),
    ...(keptBarrier !== null && { keptBarrier }),
    ...(held.length > 0 && { held }),
  };
}

function fencedOff({ partition, number }: Fence): RepriseError {
  return new RepriseError(
    'FENCED',
    `partition ${String(partition)} was taken by a newer fence than ${String(number)}: stop moving it`,
    { partition, number },
  );
}
