import { MongoBulkWriteError } from 'mongodb';
import type { Collection } from 'mongodb';
import type { BlockDocument } from './mongo-blocks.ts';
import { isOutage } from './mongo-errors.ts';

/** Blocks of one insert. */
export const insertBlocksMax = 64;

/** The bytes of one insert's blocks, below what a server takes as one message. */
export const insertBytesMax = 16_777_216;

const DUPLICATE_KEY = 11000;

interface Waiting {
  readonly document: BlockDocument;
  readonly resolve: (isWritten: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Inserts blocks: those that come while an insert is under way go together in the next one, for partitions are written
 * side by side and what a server does costs by the command.
 */
export class BlockInserts {
  readonly #collection: Collection<BlockDocument>;
  #waiting: Waiting[] = [];
  #isUnderWay = false;

  constructor(collection: Collection<BlockDocument>) {
    this.#collection = collection;
  }

  /** Writes a block durably; false where another one has its id. */
  add(document: BlockDocument): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ document, resolve, reject });
      if (!this.#isUnderWay) void this.#pump();
    });
  }

  async #pump(): Promise<void> {
    this.#isUnderWay = true;
    // Partitions of one batch come within the same turn.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#insert(this.#take());
    this.#isUnderWay = false;
  }

  /** The next blocks, within the bounds of an insert. */
  #take(): readonly Waiting[] {
    let bytes = 0;
    const more = this.#waiting.findIndex(({ document }, i) => {
      bytes += document.content.length + document.header.length;
      return i === insertBlocksMax || (i > 0 && bytes > insertBytesMax);
    });
    return this.#waiting.splice(0, more === -1 ? this.#waiting.length : more);
  }

  async #insert(group: readonly Waiting[]): Promise<void> {
    try {
      await this.#collection.insertMany(
        group.map(({ document }) => document),
        { ordered: false },
      );
      for (const { resolve } of group) resolve(true);
    } catch (error) {
      settle(group, error);
    }
  }
}

/** Tells each block of a group whose insert failed what became of it. */
function settle(group: readonly Waiting[], error: unknown): void {
  const refused = refusalsOf(error);
  group.forEach(({ resolve, reject }, i) => {
    if (refused === undefined) reject(error);
    else if (!refused.has(i)) resolve(true);
    else if (refused.get(i) === DUPLICATE_KEY) resolve(false);
    else reject(error);
  });
}

/** The codes of what was refused, by place; undefined where the outcome of the others is not known. */
function refusalsOf(error: unknown): ReadonlyMap<number, unknown> | undefined {
  if (!(error instanceof MongoBulkWriteError) || isOutage(error)) return undefined;
  const { writeErrors } = error;
  const all = Array.isArray(writeErrors) ? writeErrors : [writeErrors];
  if (error.result.getWriteConcernError() !== undefined || all.length === 0) return undefined;
  return new Map(all.map(({ index, code }) => [index, code]));
}
