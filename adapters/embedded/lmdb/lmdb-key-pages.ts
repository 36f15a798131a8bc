import type { EventKey } from '../../../events/journal.ts';
import type { Position, Sequence } from '../../../events/position.ts';
import { ORIGIN, sequence } from '../../../events/position.ts';
import type { BlockStore } from './lmdb-blocks.ts';

/** Events of a page. */
const PAGE_EVENTS = 4096;
/** The most pages that are kept: 64 KiB each, so 32 MiB for the keys of two million events. */
const KEY_PAGES_MAX = 512;
const KEY_WORDS = 4;

/** The keys of a run of events of one partition; `count` of them are there. */
interface KeyPage {
  readonly keys: Uint32Array;
  count: number;
}

/** Compares event keys with those in the journal, and keeps the pages that it read: events come again in runs. */
export class KeyPages {
  readonly #blocks: BlockStore;
  readonly #heads: readonly Sequence[];
  readonly #pages = new Map<string, KeyPage>();

  constructor(blocks: BlockStore, heads: readonly Sequence[]) {
    this.#blocks = blocks;
    this.#heads = heads;
  }

  /** Tells whether the event at a position has this key. */
  holds({ partition, sequence: at }: Position, key: EventKey): boolean {
    if (at < 0) return false;
    const number = Math.floor(at / PAGE_EVENTS);
    const page = this.#page(partition, number, at - number * PAGE_EVENTS);
    const start = KEY_WORDS * (at - number * PAGE_EVENTS);
    const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
    for (let word = 0; word < KEY_WORDS; word += 1) {
      if (page.keys[start + word] !== view.getUint32(4 * word, true)) return false;
    }
    return true;
  }

  #page(partition: number, number: number, row: number): KeyPage {
    const name = `${String(partition)}:${String(number)}`;
    let page = this.#pages.get(name);
    if (page === undefined) {
      page = { keys: new Uint32Array(KEY_WORDS * PAGE_EVENTS), count: 0 };
      this.#pages.set(name, page);
      const [oldest] = this.#pages.keys();
      if (this.#pages.size > KEY_PAGES_MAX && oldest !== undefined) this.#pages.delete(oldest);
    }
    if (row >= page.count) this.#fill(page, partition, number * PAGE_EVENTS);
    return page;
  }

  /** Reads what the page lacks, up to its end or the partition's head. */
  #fill(page: KeyPage, partition: number, first: number): void {
    const head = this.#heads[partition] ?? ORIGIN;
    const last = Math.min(first + PAGE_EVENTS - 1, head);
    while (first + page.count <= last) {
      const next = first + page.count;
      const block = this.#blocks.read(partition, sequence(next - 1), head);
      const from = next - block.firstSequence;
      const to = Math.min(block.count, last + 1 - block.firstSequence);
      page.keys.set(block.keys.subarray(KEY_WORDS * from, KEY_WORDS * to), KEY_WORDS * page.count);
      page.count += to - from;
    }
  }
}
