import { setTimeout as sleep } from 'node:timers/promises';
import { GENESIS } from '../../../events/blocks/block-header.ts';
import type { EventBlock } from '../../../events/blocks/block.ts';
import { hasCode } from '../../../events/error.ts';
import { ORIGIN } from '../../../events/position.ts';
import type { Partition, Sequence } from '../../../events/position.ts';
import type { MongoConnection } from './mongo.ts';
import { MongoBlockReader } from './mongo-block-reader.ts';
import type { MongoBlocks } from './mongo-blocks.ts';
import type { MongoHeads } from './mongo-heads.ts';

/** Looks at what seems damaged, and the pause before another: a writer takes back within it what stands behind a gap. */
const READ_TRIES_MAX = 4;
const READ_PAUSE_MS = 250;

/** What a journal is read from. */
export interface MongoReadsDeps {
  readonly connection: Pick<MongoConnection, 'epoch'>;
  readonly blocks: MongoBlocks;
  readonly heads: MongoHeads;
}

/** Reads blocks and their chain as the store has them; what seems damaged is looked at again before it is told. */
export class MongoReads {
  readonly #deps: MongoReadsDeps;
  readonly #reader: MongoBlockReader;
  #epoch: number;

  constructor(deps: MongoReadsDeps) {
    this.#deps = deps;
    this.#reader = new MongoBlockReader(deps.blocks);
    this.#epoch = deps.connection.epoch();
  }

  /** The block after a sequence, with the small ones that follow; undefined at the head. */
  read(partition: Partition, after: Sequence): Promise<EventBlock | undefined> {
    return this.#seeing(() => this.#look(partition, after));
  }

  /** The hash (hex) of the block that holds a sequence; zeros before the first. Throws DAMAGED where there is none. */
  chainHash(partition: Partition, at: Sequence): Promise<string> {
    return this.#seeing(async () => {
      const hash = at === ORIGIN ? GENESIS : await this.#deps.blocks.hashAt(partition, at);
      return Buffer.from(hash).toString('hex');
    });
  }

  /** A server that comes back without its last writes shows, for a moment, a chain that does not hold: see damage stay. */
  async #seeing<T>(look: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await look();
      } catch (error) {
        if (!hasCode(error, 'DAMAGED') || tries >= READ_TRIES_MAX) throw error;
        await sleep(READ_PAUSE_MS);
        this.#forget();
        await this.#deps.heads.renew();
      }
    }
  }

  async #look(partition: Partition, after: Sequence): Promise<EventBlock | undefined> {
    const { connection, heads } = this.#deps;
    if (this.#epoch !== connection.epoch()) this.#forget();
    if (after >= heads.end(partition).head) await heads.refresh([partition]);
    const { head } = heads.end(partition);
    return after >= head ? undefined : this.#reader.read(partition, after, head);
  }

  #forget(): void {
    const { connection, blocks } = this.#deps;
    this.#epoch = connection.epoch();
    this.#reader.clear();
    blocks.forgetHeard();
  }
}
