import type { Position, Sequence } from '../../../events/position.ts';
import { ORIGIN, sequence } from '../../../events/position.ts';
import type { EventKey } from '../../../events/journal.ts';
import type { IdempotencyBounds } from '../../../events/idempotency-bounds.ts';
import type { BlockStore } from './lmdb-blocks.ts';
import type { LmdbEnvironment, LmdbTable, LmdbWriter } from './lmdb-environment.ts';
import { ChunkEntries, ENTRY_WORDS, decodeChunk, encodeChunk } from './lmdb-key-chunk.ts';
import { KeyIndex, wholeSequence } from '../../../events/key-index.ts';
import { KeyPages } from './lmdb-key-pages.ts';

/** What recognition of events stands on. */
export interface IdempotencyDeps {
  readonly environment: LmdbEnvironment;
  readonly blocks: BlockStore;
  /** The durable heads, one a partition; the array itself changes as the journal grows. */
  readonly heads: readonly Sequence[];
  readonly clock: () => number;
  readonly bounds: IdempotencyBounds;
}

/** A stored chunk without its entries. */
interface ChunkMark {
  readonly number: number;
  readonly to: readonly Sequence[];
  readonly eventsThrough: number;
  readonly appendTimeMs: number;
}

/**
 * Recognises events that the journal has already. Fingerprints of their keys are in memory; a match is compared
 * with the whole key in the journal, so the answer is exact. The fingerprints are stored in chunks, in the same
 * transactions as the blocks, so that opening a journal reads 16 bytes an event and not the events; where a chunk
 * is missing or damaged, the blocks are read instead.
 */
export class Idempotency {
  readonly #deps: IdempotencyDeps;
  readonly #table: LmdbTable;
  readonly #index: KeyIndex;
  readonly #pages: KeyPages;
  readonly #marks: ChunkMark[] = [];
  readonly #entries = new ChunkEntries();
  /** Heads before the first event of the chunk that is being gathered. */
  #from: readonly Sequence[];
  /** Entries of the chunk that are durable; those after are staged. */
  #settled = 0;

  constructor(deps: IdempotencyDeps) {
    this.#deps = deps;
    this.#table = deps.environment.table('keys');
    this.#index = new KeyIndex((partition) => deps.heads[partition] ?? ORIGIN);
    this.#pages = new KeyPages(deps.blocks, deps.heads);
    this.#from = deps.heads.map(() => ORIGIN);
  }

  /** Builds the index from the stored chunks and the blocks after them; lets other work run in between. */
  async load(yieldNow: () => Promise<void>): Promise<void> {
    let covered: readonly Sequence[] | undefined;
    for (const { key, value } of this.#table.range({})) {
      const chunk = decodeChunk(value);
      if (chunk === undefined) continue;
      if (covered === undefined) {
        this.#index.reserve(eventsAt(this.#deps.heads) - eventsAt(chunk.from));
      } else {
        await this.#scan(covered, chunk.from, yieldNow);
      }
      const { entries, to, appendTimeMs } = chunk;
      for (let at = 0; at < entries.length; at += ENTRY_WORDS) {
        const partition = entries[at + 2] ?? 0;
        this.#index.add(entries[at] ?? 0, entries[at + 1] ?? 0, partition, entries[at + 3] ?? 0);
      }
      this.#marks.push({ number: chunkNumber(key), to, eventsThrough: eventsAt(to), appendTimeMs });
      covered = to;
      await yieldNow();
    }
    this.#from = covered ?? this.#from;
    await this.#scan(this.#from, [...this.#deps.heads], yieldNow, this.#entries);
    this.#settled = this.#entries.count;
  }

  /** The positions of the event with this key, undefined where it is not known. */
  find(key: EventKey): readonly Position[] | undefined {
    const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
    const candidates = this.#index.candidates(view.getUint32(0, true), view.getUint32(4, true));
    if (candidates.length === 0) return undefined;
    const found: Position[] = [];
    for (const { partition, sequenceLow } of candidates) {
      const head = this.#deps.heads[partition] ?? ORIGIN;
      const position = { partition, sequence: sequence(wholeSequence(sequenceLow, head)) };
      if (this.#pages.holds(position, key)) found.push(position);
    }
    return found.length === 0 ? undefined : found.sort((a, b) => a.partition - b.partition);
  }

  /** Stages an event of the next transaction; one call a position. */
  stage(key: EventKey, { partition, sequence: at }: Position): void {
    const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
    this.#entries.add(view.getUint32(0, true), view.getUint32(4, true), partition, at);
  }

  /** Puts what is due into the transaction of the staged events; returns what to do once it is durable. */
  write(writer: LmdbWriter, heads: readonly Sequence[], appendTimeMs: number): () => void {
    const { idempotencyChunkEventsMax } = this.#deps.bounds;
    const isDue = this.#entries.count >= idempotencyChunkEventsMax;
    const number = (this.#marks.at(-1)?.number ?? -1) + 1;
    if (isDue) {
      const entries = this.#entries.entries();
      const chunk = encodeChunk({ from: this.#from, to: heads, appendTimeMs, entries });
      writer.put(this.#table, chunkKey(number), chunk);
    }
    const [oldest] = this.#marks;
    const stale = oldest !== undefined && this.#isStale(oldest, heads) ? oldest : undefined;
    if (stale !== undefined) writer.remove(this.#table, chunkKey(stale.number));
    return () => {
      this.#settle();
      if (isDue) {
        const eventsThrough = eventsAt(heads);
        this.#marks.push({ number, to: heads, eventsThrough, appendTimeMs });
        this.#from = heads;
        this.#entries.truncate(0);
      }
      if (stale !== undefined) {
        this.#marks.shift();
        stale.to.forEach((through, partition) => {
          this.#index.forget(partition, through);
        });
      }
      this.#settled = this.#entries.count;
    };
  }

  /** Takes back what was staged: the transaction failed. */
  discard(): void {
    this.#entries.truncate(this.#settled);
  }

  #settle(): void {
    this.#entries.forEachFrom(this.#settled, (word0, word1, partition, low) => {
      this.#index.add(word0, word1, partition, low);
    });
  }

  #isStale(mark: ChunkMark, heads: readonly Sequence[]): boolean {
    const { bounds, clock } = this.#deps;
    const after = eventsAt(heads) - mark.eventsThrough;
    if (after >= bounds.idempotencyEventsMax) return true;
    const ageMs = clock() - mark.appendTimeMs;
    return after >= bounds.idempotencyEventsMin && ageMs >= bounds.idempotencyAgeMsMin;
  }

  /** Adds the events of the blocks in `(from, to]` of every partition. */
  async #scan(
    from: readonly Sequence[],
    to: readonly Sequence[],
    yieldNow: () => Promise<void>,
    entries?: ChunkEntries,
  ): Promise<void> {
    for (const [partition, last] of to.entries()) {
      let after = from[partition] ?? ORIGIN;
      while (after < last) {
        const block = this.#deps.blocks.read(partition, after, last);
        const end = Math.min(block.firstSequence + block.count - 1, last);
        for (let at = after + 1; at <= end; at += 1) {
          const word = 4 * (at - block.firstSequence);
          const word0 = block.keys[word] ?? 0;
          const word1 = block.keys[word + 1] ?? 0;
          this.#index.add(word0, word1, partition, at);
          entries?.add(word0, word1, partition, at);
        }
        after = sequence(end);
        await yieldNow();
      }
    }
  }
}

function eventsAt(heads: readonly Sequence[]): number {
  return heads.reduce((sum, head) => sum + head + 1, 0);
}

function chunkKey(number: number): Uint8Array {
  const key = Buffer.alloc(6);
  key.writeUIntBE(number, 0, 6);
  return key;
}

function chunkNumber(key: Uint8Array): number {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).readUIntBE(0, 6);
}
