import { setTimeout as sleep } from 'node:timers/promises';
import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import { RepriseError } from '../../events/error.ts';
import type { Surrogate } from '../../events/fact.ts';
import { sequence } from '../../events/position.ts';
import type { ModelDelta } from '../../model/delta.ts';
import type { UserRecord, UserStore, UserStorePlace } from '../../projections/user-store.ts';
import type { MongoConnection } from './mongo/mongo.ts';
import { isDuplicateKey } from './mongo/mongo-errors.ts';
import { slotOf, userWrites } from './mongo/mongo-user-writes.ts';
import type { UserDocument } from './mongo/mongo-user-writes.ts';

/** How to open a store of users. */
export interface UserStoreOptions {
  /** Stays the caller's. */
  readonly connection: MongoConnection;
  /** Name of the database. */
  readonly database: string;
}

/** Where a partition stands: in the same collection as its users, so that whoever drops one drops both. */
interface PlaceDocument {
  /** {@link placeId}: no surrogate. */
  readonly _id: string;
  readonly fence: number;
  /** Grows with every replacement of the partition's users. */
  readonly generation: number;
  /** False while a replacement is under way. */
  readonly complete: boolean;
  readonly version: string;
  readonly position: number;
}

/** Users of one bulk write: what else asks the server waits behind it. */
const USER_WRITES_MAX = 64;
/** Pause behind each piece, by the time that it took … */
const PAUSE_A_PIECE = 2;
/** … and the longest one. */
const PAUSE_MS_MAX = 500;
const CLAIM_TRIES_MAX = 8;

/** Opens the users of a database. */
export function openUsers({ connection, database }: UserStoreOptions): UserStore {
  const name = 'users';
  return new MongoUsers(
    connection,
    connection.database(database).collection<UserDocument>(name),
    connection.database(database).collection<PlaceDocument>(name),
  );
}

class MongoUsers implements UserStore {
  readonly #connection: MongoConnection;
  readonly #users: Collection<UserDocument>;
  readonly #places: Collection<PlaceDocument>;

  constructor(
    connection: MongoConnection,
    users: Collection<UserDocument>,
    places: Collection<PlaceDocument>,
  ) {
    this.#connection = connection;
    this.#users = users;
    this.#places = places;
  }

  async place(partition: number): Promise<UserStorePlace | undefined> {
    const place = await this.#place(partition);
    if (place?.complete !== true) return undefined;
    return { version: place.version, position: sequence(place.position), fence: place.fence };
  }

  async apply(delta: ModelDelta, fence: number): Promise<void> {
    if (delta.whole || delta.from === -1) await this.#replace(delta, fence);
    else await this.#continue(delta, fence);
  }

  async get(surrogate: Surrogate): Promise<UserRecord | undefined> {
    const found = await this.#connection.run(() => this.#users.findOne({ _id: surrogate }));
    if (found === null) return undefined;
    const { partition, events, positives, timeMs, seen } = found;
    // A copy starts aligned.
    const vector = new Float32Array(new Uint8Array(found.vector).buffer);
    return { surrogate, partition, events, positives, timeMs, vector, seenItems: seen };
  }

  count(partition: number): Promise<number> {
    return this.#connection.run(() => this.#users.countDocuments({ partition }));
  }

  async drop(): Promise<void> {
    await this.#connection.run(async () => {
      try {
        await this.#users.drop();
      } catch (error) {
        // Nothing was stored yet, which some servers call a failure.
        if (!(error instanceof Error) || !error.message.includes('ns not found')) throw error;
      }
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Puts a new generation of users in the place of what stands; readers find either a user's old record or the new. */
  async #replace(delta: ModelDelta, fence: number): Promise<void> {
    const { partition } = delta;
    await this.#connection.run(async () => {
      // An update finds its user by the slot; partition is for the server that can use it.
      await this.#users.createIndex({ slot: 1 }, { unique: true, sparse: true }, {});
      await this.#users.createIndex({ partition: 1 }, {}, {});
    });
    const { generation } = await this.#claimAnew(partition, fence);
    await this.#write(delta, generation, fence);
    const older = { partition, generation: { $lt: generation }, fence: { $lte: fence } };
    await this.#connection.run(() => this.#users.deleteMany(older));
    await this.#finish(delta, generation, fence);
  }

  async #continue(delta: ModelDelta, fence: number): Promise<void> {
    const { partition, version, from, to } = delta;
    const claimed = await this.#connection.run(() =>
      this.#places.findOneAndUpdate(
        {
          ...{ _id: placeId(partition), complete: true, version, position: from },
          fence: { $lte: fence },
        },
        { $set: { fence } },
        { returnDocument: 'after' },
      ),
    );
    if (claimed === null) {
      const place = await this.#place(partition);
      if (place !== null && place.fence > fence) throw fencedOff(partition, fence);
      const isStored = place?.complete === true && place.version === version;
      if (isStored && place.position >= to) return;
      throw doesNotContinue(delta);
    }
    await this.#write(delta, claimed.generation, fence);
    await this.#finish(delta, claimed.generation, fence);
  }

  async #claimAnew(partition: number, fence: number): Promise<PlaceDocument> {
    for (let tries = 1; ; tries += 1) {
      try {
        const claimed = await this.#places.findOneAndUpdate(
          { _id: placeId(partition), fence: { $lte: fence } },
          {
            $set: { fence, complete: false },
            $inc: { generation: 1 },
            $setOnInsert: { version: '', position: -1 },
          },
          { upsert: true, returnDocument: 'after' },
        );
        if (claimed?.fence === fence) return claimed;
        throw fencedOff(partition, fence);
      } catch (error) {
        // The place is there under a newer fence, or another made it a moment ago.
        if (!isDuplicateKey(error)) {
          return await this.#connection.run(() => Promise.reject(error as Error));
        }
        const place = await this.#place(partition);
        if ((place?.fence ?? -1) > fence) throw fencedOff(partition, fence);
        if (tries >= CLAIM_TRIES_MAX) throw error;
      }
    }
  }

  /**
   * Writes what the delta changed, in bounded pieces; each document is fenced by itself. The pieces take the server for a third
   * of the time: the journal stands there, too, and events are not to wait for the users of a new version.
   */
  async #write(delta: ModelDelta, generation: number, fence: number): Promise<void> {
    let piece: AnyBulkWriteOperation<UserDocument>[] = [];
    for (const write of userWrites(delta, generation, fence)) {
      piece.push(write);
      if (piece.length < USER_WRITES_MAX) continue;
      const sinceMs = performance.now();
      await this.#writePiece(piece, delta, fence);
      piece = [];
      await sleep(Math.min(PAUSE_A_PIECE * (performance.now() - sinceMs), PAUSE_MS_MAX));
    }
    if (piece.length > 0) await this.#writePiece(piece, delta, fence);
  }

  async #writePiece(
    piece: AnyBulkWriteOperation<UserDocument>[],
    delta: ModelDelta,
    fence: number,
  ): Promise<void> {
    try {
      const { matchedCount, upsertedCount } = await this.#users.bulkWrite(piece, {
        ordered: false,
      });
      if (matchedCount + upsertedCount === piece.length) return;
    } catch (error) {
      // An upsert that finds its user under a newer fence runs into the user's id.
      if (!isDuplicateKey(error)) {
        await this.#connection.run(() => Promise.reject(error as Error));
      }
    }
    throw await this.#whyNot(delta, fence);
  }

  /** Stores the position, unless another writer or somebody's drop came in between. */
  async #finish(delta: ModelDelta, generation: number, fence: number): Promise<void> {
    const { partition, version, to } = delta;
    const { matchedCount } = await this.#connection.run(() =>
      this.#places.updateOne(
        { _id: placeId(partition), fence, generation },
        { $set: { complete: true, version, position: to } },
      ),
    );
    if (matchedCount === 0) throw await this.#whyNot(delta, fence);
  }

  /** Why a write missed its document: a newer fence, or somebody took documents away, and then a whole delta is due. */
  async #whyNot(delta: ModelDelta, fence: number): Promise<RepriseError> {
    const { partition } = delta;
    const place = await this.#place(partition);
    if (place !== null && place.fence > fence) return fencedOff(partition, fence);
    await this.#connection.run(() =>
      this.#places.updateOne({ _id: placeId(partition), fence }, { $set: { complete: false } }),
    );
    return doesNotContinue(delta);
  }

  #place(partition: number): Promise<PlaceDocument | null> {
    return this.#connection.run(() => this.#places.findOne({ _id: placeId(partition) }));
  }
}

function placeId(partition: number): string {
  return slotOf(partition, 'place');
}

function fencedOff(partition: number, fence: number): RepriseError {
  return new RepriseError(
    'FENCED',
    `a newer fence than ${String(fence)} wrote the users of partition ${String(partition)}: stop writing them`,
    { partition, fence },
  );
}

function doesNotContinue({ partition, version, from }: ModelDelta): RepriseError {
  return new RepriseError(
    'CONFLICT',
    `a delta of ${version} from ${String(from)} does not continue the users stored of partition ${String(partition)}: feed a whole delta`,
    { partition },
  );
}
