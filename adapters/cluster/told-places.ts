import type { Collection } from 'mongodb';
import { ORIGIN, sequence } from '../../events/position.ts';
import type { Partition, Sequence } from '../../events/position.ts';
import { toldHoldMsMax } from '../../events/told-places.ts';
import type { ToldPlaces } from '../../events/told-places.ts';
import type { MongoConnection } from './mongo/mongo.ts';
import { isDuplicateKey } from './mongo/mongo-errors.ts';

/** How to open told places. */
export interface ToldPlacesOptions {
  /** Stays the caller's. */
  readonly connection: MongoConnection;
  /** Name of the database. */
  readonly database: string;
  /** Where the journal is told: another topic has places of its own, and is told everything. */
  readonly topic: string;
  /** Unix milliseconds. Clocks that disagree let two tell a partition at a time, which costs doubles alone. */
  readonly clock: () => number;
}

interface PlaceDocument {
  /** `"topic/partition"`. */
  readonly _id: string;
  readonly sequence: number;
  /** Empty where nobody holds it. */
  readonly teller: string;
  readonly untilMs: number;
}

/** Opens how far a journal was told on a topic: one document a partition. */
export function openToldPlaces(options: ToldPlacesOptions): ToldPlaces {
  return new MongoToldPlaces(options);
}

class MongoToldPlaces implements ToldPlaces {
  readonly #connection: MongoConnection;
  readonly #collection: Collection<PlaceDocument>;
  readonly #topic: string;
  readonly #clock: () => number;

  constructor({ connection, database, topic, clock }: ToldPlacesOptions) {
    this.#connection = connection;
    this.#collection = connection.database(database).collection('told');
    this.#topic = topic;
    this.#clock = clock;
  }

  async claim(partition: Partition, teller: string): Promise<Sequence | undefined> {
    const _id = this.#id(partition);
    const nowMs = this.#clock();
    const held = { teller, untilMs: nowMs + toldHoldMsMax };
    return this.#connection.run(async () => {
      const standing = await this.#collection.findOne({ _id });
      if (standing === null)
        return (await this.#insert({ _id, sequence: ORIGIN, ...held })) ? ORIGIN : undefined;
      const { sequence: at, teller: before, untilMs } = standing;
      if (before !== '' && before !== teller && untilMs > nowMs) return undefined;
      // Where its holder went on since, or another one was faster, it is held.
      const filter = { _id, sequence: at, teller: before, untilMs };
      const { matchedCount } = await this.#collection.updateOne(filter, { $set: held });
      return matchedCount === 1 ? sequence(at) : undefined;
    });
  }

  async advance(partition: Partition, teller: string, to: Sequence): Promise<boolean> {
    const { matchedCount } = await this.#connection.run(() =>
      this.#collection.updateOne(
        { _id: this.#id(partition), teller, sequence: { $lte: to } },
        { $set: { sequence: to, untilMs: this.#clock() + toldHoldMsMax } },
      ),
    );
    return matchedCount === 1;
  }

  async release(teller: string): Promise<void> {
    await this.#connection.run(() =>
      this.#collection.updateMany({ teller }, { $set: { teller: '', untilMs: 0 } }),
    );
  }

  async #insert(document: PlaceDocument): Promise<boolean> {
    try {
      await this.#collection.insertOne(document);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  #id(partition: Partition): string {
    return `${this.#topic}/${String(partition)}`;
  }
}
