import type { Collection, Db } from 'mongodb';
import { binaryKey } from '../../../events/binary-key.ts';
import type { Surrogate } from '../../../events/fact.ts';
import type { RedactedEvents } from '../../../events/journal.ts';
import { redactBlock, rowsOfUsers } from '../../../events/redaction.ts';
import { surrogateToBytes } from '../../../events/surrogate.ts';
import type { MongoConnection } from './mongo.ts';
import type { BlockDocument, MongoBlocks, StoredBlock } from './mongo-blocks.ts';
import { noteRedaction } from './mongo-journal-shape.ts';

/** Blocks that are read at a time while events are looked for. */
const PAGE_BLOCKS = 16;

/** What events are blanked in. */
export interface MongoRedactingDeps {
  readonly connection: MongoConnection;
  readonly database: Db;
  readonly collection: Collection<BlockDocument>;
  readonly blocks: MongoBlocks;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Throws where the work is to end early. */
  readonly check: () => void;
}

/**
 * Blanks the events of users in the blocks of MongoDB, a document at a time: the content and the redaction that proves it
 * are one update, so that a block is blanked whole or not at all, whatever ends in between. Headers and the offsets that a
 * block covers stay as they are.
 */
export class MongoRedacting {
  readonly #deps: MongoRedactingDeps;

  constructor(deps: MongoRedactingDeps) {
    this.#deps = deps;
  }

  /** Blanks the events of users, given by surrogate, up to these heads; nothing of theirs is appended any more. */
  async redact(
    surrogates: readonly Surrogate[],
    heads: readonly number[],
  ): Promise<RedactedEvents> {
    const { connection, database } = this.#deps;
    const users = new Set(surrogates.map((each) => binaryKey(surrogateToBytes(each))));
    let events = 0;
    let blocks = 0;
    let isNoted = false;
    for (const [partition, head] of heads.entries()) {
      for await (const stored of this.#stored(partition, head)) {
        const rows = rowsOfUsers(stored.block, users);
        if (rows.length === 0) continue;
        // Said before the first: who remembers keys of events, or cannot read what is blanked, has to know.
        if (!isNoted) await noteRedaction(connection, database);
        isNoted = true;
        const blanked = await this.#blank(stored, users);
        events += blanked;
        if (blanked > 0) blocks += 1;
      }
    }
    // And after the last, for what was remembered in between.
    if (isNoted) await noteRedaction(connection, database);
    return { events, blocks };
  }

  async *#stored(partition: number, head: number): AsyncGenerator<StoredBlock, void, undefined> {
    for (let from = 0; from <= head;) {
      this.#deps.check();
      const page = await this.#deps.blocks.storedPage(partition, from, head, PAGE_BLOCKS);
      yield* page;
      const last = page.at(-1);
      if (last === undefined) return;
      from = last.header.firstSequence + last.header.count;
    }
  }

  /** Blanks a block; one that another process has blanked further meanwhile is read again. */
  async #blank(first: StoredBlock, users: ReadonlySet<string>): Promise<number> {
    const { connection, collection, clock, check } = this.#deps;
    for (let stored: StoredBlock | undefined = first; stored !== undefined;) {
      check();
      const rows = rowsOfUsers(stored.block, users);
      if (rows.length === 0) return 0;
      const { header, redaction: before, document } = stored;
      const redacted = redactBlock(stored, rows, { before, timeMs: clock() });
      const asRead = {
        _id: document._id,
        header: document.header,
        redaction: document.redaction ?? { $exists: false },
      };
      const { matchedCount } = await connection.run(() =>
        collection.updateOne(asRead, { $set: redacted }),
      );
      if (matchedCount === 1) return rows.length;
      const [again] = await this.#again(header.partition, header.firstSequence);
      stored = again;
    }
    return 0;
  }

  #again(partition: number, at: number): Promise<readonly StoredBlock[]> {
    return this.#deps.blocks.storedPage(partition, at, at, 1);
  }
}
