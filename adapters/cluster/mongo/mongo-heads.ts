import { setTimeout as sleep } from 'node:timers/promises';
import { sameBytes } from '../../../events/blocks/block-header.ts';
import type { BlockHeader } from '../../../events/blocks/block-header.ts';
import { RepriseError } from '../../../events/error.ts';
import { Followers } from '../../../events/followers.ts';
import { ORIGIN, sequence } from '../../../events/position.ts';
import type { Partition, Sequence } from '../../../events/position.ts';
import type { MongoConnection } from './mongo.ts';
import { EMPTY_END } from './mongo-blocks.ts';
import type { MongoBlocks, StoredEnd } from './mongo-blocks.ts';

/** How often the store is asked for new blocks while somebody waits for one. */
export interface PollBounds {
  readonly pollMsMin: number;
  /** Without news the time between two questions doubles up to this. */
  readonly pollMsMax: number;
  /** The time between two questions while blocks are told of by their writers: for those whose telling is lost. */
  readonly toldPollMsMax: number;
}

/** Blocks that are followed one by one; whoever is further behind looks up where the chain ends. */
const FOLLOWED_BLOCKS_MAX = 8;

/** Why a wait ended that nobody needs any more. */
const OVER = 'over';

/** Where ends are looked up. */
type ChainEnds = Pick<MongoBlocks, 'end' | 'following' | 'stands'>;

/** The usual times between two questions. */
export const POLL_BOUNDS: PollBounds = { pollMsMin: 4, pollMsMax: 20, toldPollMsMax: 250 };

/** How long after a telling others are expected to be told of, too. */
const TOLD_MS_MAX = 1_000;

/**
 * The ends of the partitions' chains as this process knows them: as their writers tell, and as the store says. While
 * somebody waits, the store is asked for the block that follows each awaited end, which is a look-up by id: no server
 * keeps anything open for it, and it works on one that is no replica set, where change streams do not.
 */
export class MongoHeads {
  readonly #connection: Pick<MongoConnection, 'epoch'>;
  readonly #blocks: ChainEnds;
  readonly #bounds: PollBounds;
  readonly #followers = new Followers();
  readonly #ends: StoredEnd[];
  #epoch: number;
  /** When a block was told of last that followed what was known. */
  #toldMs = -Infinity;
  #polling: Promise<void> | undefined;
  #closed = false;

  constructor(
    connection: Pick<MongoConnection, 'epoch'>,
    blocks: ChainEnds,
    partitions: number,
    bounds: PollBounds,
  ) {
    this.#connection = connection;
    this.#blocks = blocks;
    this.#bounds = bounds;
    this.#ends = Array.from({ length: partitions }, () => EMPTY_END);
    this.#epoch = connection.epoch();
  }

  /** Reads every end from the store. */
  async load(): Promise<void> {
    this.#epoch = this.#connection.epoch();
    for (const partition of this.#ends.keys()) {
      this.#ends[partition] = await this.#blocks.end(partition);
    }
  }

  /** The last known sequence of each partition. */
  heads(): readonly Sequence[] {
    return this.#ends.map(({ head }) => head);
  }

  /** Where a partition's chain ends as far as is known; throws INVALID where there is no such partition. */
  end(partition: Partition): StoredEnd {
    const end = this.#ends[partition];
    if (end !== undefined) return end;
    const count = String(this.#ends.length);
    throw new RepriseError(
      'INVALID',
      `partition ${String(partition)} is unknown: there are ${count}, from 0 on`,
      { partition },
    );
  }

  /** Takes an end that was read from the store or written to it, and wakes who waits for it. */
  set(partition: Partition, end: StoredEnd): void {
    this.#ends[partition] = end;
    this.#followers.wake((each) => this.#ends[each]?.head ?? ORIGIN);
  }

  /** Takes a block that its writer told of where it follows the end that is known: others are found in the store. */
  hear({ partition, previous, firstSequence, count, hash }: BlockHeader, uncovered: number): void {
    const end = this.#ends[partition];
    if (end === undefined || firstSequence !== end.head + 1) return;
    if (!sameBytes(previous, end.hash)) return;
    this.#toldMs = performance.now();
    const head = sequence(firstSequence + count - 1);
    this.set(partition, { head, hash, firstSequence, uncovered });
  }

  /** Asks the store what follows the ends of these partitions; tells whether anything did. */
  async refresh(partitions: Iterable<Partition>): Promise<boolean> {
    await this.#compare();
    let asked = new Map<Partition, StoredEnd>(
      [...partitions].map((partition) => [partition, this.end(partition)]),
    );
    let moved = false;
    for (let blocks = 1; asked.size > 0; blocks += 1) {
      const isFar = blocks > FOLLOWED_BLOCKS_MAX;
      const found = isFar ? await this.#last(asked.keys()) : await this.#blocks.following(asked);
      for (const [partition, end] of found) {
        // An append of this process may have gone further meanwhile.
        if (end.head > this.end(partition).head) this.set(partition, end);
      }
      moved ||= found.size > 0;
      asked = isFar ? new Map<Partition, StoredEnd>() : new Map(found);
    }
    return moved;
  }

  /** Where chains end; the links up to there are checked by who reads them. */
  async #last(partitions: Iterable<Partition>): Promise<ReadonlyMap<Partition, StoredEnd>> {
    const ends = new Map<Partition, StoredEnd>();
    for (const partition of partitions) ends.set(partition, await this.#blocks.end(partition));
    return ends;
  }

  /** Resolves when a partition's head is past `after` or the signal aborts; rejects where the store cannot be had. */
  async wait(partition: Partition, after: Sequence, signal: AbortSignal): Promise<void> {
    while (this.end(partition).head <= after && !signal.aborted && !this.#closed) {
      const mine = new AbortController();
      const follower = this.#followers.wait(
        partition,
        after,
        AbortSignal.any([signal, mine.signal]),
      );
      try {
        this.#polling ??= this.#poll();
        await Promise.race([follower, this.#polling]);
      } finally {
        // A reason of its own: the usual one is an error with a stack.
        mine.abort(OVER);
      }
    }
  }

  /** Lets everybody go. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#followers.wakeAll();
    await this.#polling?.catch(() => undefined);
  }

  /** Asks again and again while anybody waits. */
  async #poll(): Promise<void> {
    const { pollMsMin, pollMsMax, toldPollMsMax } = this.#bounds;
    let pauseMs = pollMsMin;
    try {
      // What waits is registered before the first look.
      await Promise.resolve();
      for (;;) {
        const awaited = this.#followers.awaited();
        if (awaited.size === 0 || this.#closed) return;
        const moved = await this.refresh(awaited);
        pauseMs = moved ? pollMsMin : Math.min(2 * pauseMs, pollMsMax);
        const isTold = performance.now() - this.#toldMs < TOLD_MS_MAX;
        await sleep(isTold ? toldPollMsMax : pauseMs);
      }
    } finally {
      this.#polling = undefined;
    }
  }

  /** Where the server may be another one, what is known is compared with it. */
  async #compare(): Promise<void> {
    if (this.#connection.epoch() !== this.#epoch) await this.renew();
  }

  /** Reads the ends anew that the store does not have. */
  async renew(): Promise<void> {
    const epoch = this.#connection.epoch();
    for (const [partition, end] of this.#ends.entries()) {
      if (await this.#blocks.stands(partition, end)) continue;
      this.#ends[partition] = await this.#blocks.end(partition);
    }
    this.#epoch = epoch;
  }
}
