import type { Collection } from 'mongodb';
import { surrogateFromBytes } from '../../events/surrogate.ts';
import type { MongoConnection } from './mongo.ts';
import type { BlockDocument } from './mongo-blocks.ts';

/** Finds those of some surrogates that were erased. */
export type FindErased = (surrogates: readonly string[]) => Promise<ReadonlySet<string>>;

/** A question that waits for the one under way. */
interface Asked {
  readonly surrogate: string;
  readonly resolve: (isErased: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** The surrogates of one question to the store. */
const QUESTION_SURROGATES_MAX = 1_000;

/**
 * Tells who was erased, one question to the store at a time: what is asked meanwhile goes into the next one, so that
 * many small blocks cost no more questions than the store can answer. No answer is older than its question.
 */
export class MongoErased {
  readonly #find: FindErased;
  #waiting: Asked[] = [];
  #isAsking = false;

  constructor(find: FindErased) {
    this.#find = find;
  }

  /** Tells whether the journal holds the erasure of a surrogate. */
  has(surrogate: Uint8Array): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ surrogate: surrogateFromBytes(surrogate), resolve, reject });
      if (!this.#isAsking) void this.#askAll();
    });
  }

  async #askAll(): Promise<void> {
    this.#isAsking = true;
    // Whoever asks in the same turn shares the first question.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const asked = this.#waiting.splice(0, QUESTION_SURROGATES_MAX);
      try {
        const erased = await this.#find([...new Set(asked.map(({ surrogate }) => surrogate))]);
        for (const { surrogate, resolve } of asked) resolve(erased.has(surrogate));
      } catch (error) {
        for (const { reject } of asked) reject(error);
      }
    }
    this.#isAsking = false;
  }
}

/** Finds erased surrogates by the index of a journal's blocks. */
export function findErased(
  connection: MongoConnection,
  collection: Collection<BlockDocument>,
): FindErased {
  return async (surrogates) => {
    const documents = await connection.run(() =>
      collection
        .find({ erased: { $in: surrogates } }, { projection: { _id: 1, erased: 1 } })
        .toArray(),
    );
    return new Set(documents.flatMap(({ erased = [] }) => erased));
  };
}
