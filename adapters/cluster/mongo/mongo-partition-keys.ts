import type { EventKey } from '../../../events/journal.ts';
import type { IdempotencyBounds } from '../../../events/idempotency-bounds.ts';
import { KeyIndex, wholeSequence } from '../../../events/key-index.ts';
import { sequence } from '../../../events/position.ts';
import type { Partition, Sequence } from '../../../events/position.ts';
import { EMPTY_END } from './mongo-blocks.ts';
import type { MongoBlocks, StoredEnd } from './mongo-blocks.ts';
import { KEY_WORDS } from './mongo-key-pages.ts';
import type { MongoKeyPages } from './mongo-key-pages.ts';

/** What the memory of a partition's keys stands on. */
export interface PartitionKeysDeps {
  readonly partition: Partition;
  readonly blocks: MongoBlocks;
  readonly pages: MongoKeyPages;
  readonly clock: () => number;
  /** This partition's share of the journal's. */
  readonly bounds: IdempotencyBounds;
}

/** A block whose keys are remembered. */
interface Mark {
  readonly firstSequence: number;
  readonly appendTimeMs: number;
}

/**
 * Recognises the events of one partition. Fingerprints of their keys are in memory, made from the blocks themselves;
 * a match is compared with the whole key in its block, so the answer is exact.
 */
export class PartitionKeys {
  readonly #deps: PartitionKeysDeps;
  readonly #index: KeyIndex;
  /** The remembered blocks, oldest first, from `#oldest` on. */
  #marks: Mark[] = [];
  #oldest = 0;
  #end: StoredEnd = EMPTY_END;

  constructor(deps: PartitionKeysDeps) {
    this.#deps = deps;
    this.#index = new KeyIndex(() => this.#end.head);
  }

  /** Where the chain ended when its keys were last taken in. */
  get end(): StoredEnd {
    return this.#end;
  }

  /** Takes in, from the store, the blocks between what is known and a later end, as far back as the bounds say. */
  async absorb(end: StoredEnd): Promise<void> {
    const { partition, blocks } = this.#deps;
    const added: Mark[] = [];
    const known = this.#end;
    this.#end = end;
    for await (const { header, block } of blocks.backwards(partition, end)) {
      const { firstSequence, appendTimeMs, count } = header;
      if (firstSequence + count - 1 <= known.head) break;
      if (this.#isStale(firstSequence + count - 1, appendTimeMs)) break;
      this.#add(firstSequence, block.keys);
      added.push({ firstSequence, appendTimeMs });
    }
    this.#marks.push(...added.reverse());
  }

  /** Takes in a block that was just written. */
  append(end: StoredEnd, keys: Uint32Array, appendTimeMs: number): void {
    const { partition, pages } = this.#deps;
    this.#end = end;
    this.#add(end.firstSequence, keys);
    this.#marks.push({ firstSequence: end.firstSequence, appendTimeMs });
    pages.put(partition, end.firstSequence, keys);
    this.#forget();
  }

  /** Tells whether an event with this key may be known: almost never where it is not. */
  mayHave(key: EventKey): boolean {
    return this.#index.candidates(wordOf(key, 0), wordOf(key, 4)).length > 0;
  }

  /** The sequence of the event with this key, undefined where it is not known. */
  async find(key: EventKey): Promise<Sequence | undefined> {
    const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
    const candidates = this.#index.candidates(view.getUint32(0, true), view.getUint32(4, true));
    for (const { sequenceLow } of candidates) {
      const at = wholeSequence(sequenceLow, this.#end.head);
      if (at >= 0 && (await this.#holds(at, view))) return sequence(at);
    }
    return undefined;
  }

  async #holds(at: number, key: DataView): Promise<boolean> {
    const mark = this.#markOf(at);
    if (mark === undefined) return false;
    const { partition, pages } = this.#deps;
    const keys = await pages.keys(partition, mark.firstSequence);
    const start = KEY_WORDS * (at - mark.firstSequence);
    for (let word = 0; word < KEY_WORDS; word += 1) {
      if (keys?.[start + word] !== key.getUint32(4 * word, true)) return false;
    }
    return true;
  }

  /** The remembered block that holds a sequence. */
  #markOf(at: number): Mark | undefined {
    let low = this.#oldest;
    let high = this.#marks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#marks[middle]?.firstSequence ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    const mark = this.#marks[low];
    return mark !== undefined && mark.firstSequence <= at ? mark : undefined;
  }

  #add(firstSequence: number, keys: Uint32Array): void {
    const { partition } = this.#deps;
    for (let at = 0; at < keys.length; at += KEY_WORDS) {
      this.#index.add(keys[at] ?? 0, keys[at + 1] ?? 0, partition, firstSequence + at / KEY_WORDS);
    }
  }

  #forget(): void {
    const before = this.#oldest;
    for (;;) {
      const oldest = this.#marks[this.#oldest];
      const next = this.#marks[this.#oldest + 1];
      if (oldest === undefined || next === undefined) break;
      if (!this.#isStale(next.firstSequence - 1, oldest.appendTimeMs)) break;
      this.#oldest += 1;
    }
    const oldest = this.#marks[this.#oldest];
    if (oldest === undefined || this.#oldest === before) return;
    this.#index.forget(this.#deps.partition, oldest.firstSequence - 1);
    if (this.#oldest < this.#marks.length / 2) return;
    this.#marks = this.#marks.slice(this.#oldest);
    this.#oldest = 0;
  }

  /** Tells whether a block that ends at a sequence is past the bounds. */
  #isStale(last: number, appendTimeMs: number): boolean {
    const { bounds, clock } = this.#deps;
    const after = this.#end.head - last;
    if (after >= bounds.idempotencyEventsMax) return true;
    const ageMs = clock() - appendTimeMs;
    return after >= bounds.idempotencyEventsMin && ageMs >= bounds.idempotencyAgeMsMin;
  }
}

/** The bounds of one partition of so many: events are counted in the partition, so each has its even share. */
export function shareOf(bounds: IdempotencyBounds, partitions: number): IdempotencyBounds {
  return {
    ...bounds,
    idempotencyEventsMin: Math.ceil(bounds.idempotencyEventsMin / partitions),
    idempotencyEventsMax: Math.ceil(bounds.idempotencyEventsMax / partitions),
  };
}

/** The keys of rows, four words each. */
export function keysOf(rows: readonly { readonly key: EventKey }[]): Uint32Array {
  const keys = new Uint32Array(KEY_WORDS * rows.length);
  const bytes = new Uint8Array(keys.buffer);
  rows.forEach(({ key }, i) => {
    bytes.set(key, 4 * KEY_WORDS * i);
  });
  return keys;
}

function wordOf(key: EventKey, at: number): number {
  return (
    ((key[at] as number) |
      ((key[at + 1] as number) << 8) |
      ((key[at + 2] as number) << 16) |
      ((key[at + 3] as number) << 24)) >>>
    0
  );
}
