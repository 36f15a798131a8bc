import type { Collection } from 'mongodb';
import { surrogateFromBytes } from '../../../events/surrogate.ts';
import { GroupedQuestions } from '../grouped-questions.ts';
import type { MongoConnection } from './mongo.ts';
import type { BlockDocument } from './mongo-blocks.ts';

/** Finds those of some surrogates that were erased. */
export type FindErased = (surrogates: readonly string[]) => Promise<ReadonlySet<string>>;

/** Tells who was erased, one question to the store at a time. */
export class MongoErased {
  readonly #questions: GroupedQuestions<true>;

  constructor(find: FindErased) {
    this.#questions = new GroupedQuestions(async (surrogates) => {
      const erased = await find(surrogates);
      return { get: (surrogate) => (erased.has(surrogate) ? true : undefined) };
    });
  }

  /** Tells whether the journal holds the erasure of a surrogate. */
  async has(surrogate: Uint8Array): Promise<boolean> {
    return (await this.#questions.ask(surrogateFromBytes(surrogate))) === true;
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
