import { binaryKey } from '../binary-key.ts';
import type { EventBlock } from './block.ts';
import { INTERACTION } from '../fact.ts';
import type { Fact } from '../fact.ts';
import type { Partition, Sequence } from '../position.ts';
import { gatherSources, sourceAt } from './source-column.ts';
import type { SourceColumn } from './source-column.ts';
import { SURROGATE_BYTES, surrogateFromBytes } from '../surrogate.ts';

/** Gives distinct words numbers in the order of their first appearance. */
function numberOf(words: Map<string, number>, word: string): number {
  const known = words.get(word);
  if (known !== undefined) return known;
  words.set(word, words.size);
  return words.size - 1;
}

/** A block of rows that stand elsewhere in the journal, in another order. Its interactions carry no sealed bytes. */
class OrderedBlock implements EventBlock {
  readonly partition: Partition;
  readonly firstSequence: Sequence;
  readonly count: number;
  readonly kind: Uint8Array;
  readonly type: Uint16Array;
  readonly user: Uint32Array;
  readonly item: Uint32Array;
  readonly value: Float64Array;
  readonly timeMs: Float64Array;
  readonly keys: Uint32Array;
  readonly places: Float64Array;
  readonly appended: Float64Array;
  readonly facts = new Map<number, Fact>();
  users: Uint8Array = new Uint8Array(0);
  items: readonly string[] = [];
  types: readonly string[] = [];
  sources: SourceColumn | undefined;

  constructor(partition: Partition, firstSequence: Sequence, count: number) {
    this.partition = partition;
    this.firstSequence = firstSequence;
    this.count = count;
    this.kind = new Uint8Array(count);
    this.type = new Uint16Array(count);
    this.user = new Uint32Array(count);
    this.item = new Uint32Array(count);
    this.value = new Float64Array(count);
    this.timeMs = new Float64Array(count);
    this.keys = new Uint32Array(4 * count);
    this.places = new Float64Array(count);
    this.appended = new Float64Array(count);
  }

  get appendTimeMs(): number {
    return this.appended.at(-1) ?? 0;
  }

  get hasSharedFacts(): boolean {
    return this.facts.size > 0;
  }

  fact(row: number): Fact {
    const whole = this.facts.get(row);
    if (whole !== undefined) return whole;
    const user = (this.user[row] ?? 0) * SURROGATE_BYTES;
    const source = sourceAt(this.sources, row);
    return {
      kind: 'InteractionRecorded',
      type: this.types[this.type[row] ?? 0] ?? '',
      user: surrogateFromBytes(this.users, user),
      item: this.items[this.item[row] ?? 0] ?? '',
      value: this.value[row] ?? NaN,
      timeMs: this.timeMs[row] ?? NaN,
      ...(source !== undefined && { source }),
      sealed: new Uint8Array(0),
    };
  }

  appendedMs(row: number): number {
    return this.appended[row] ?? 0;
  }
}

/** Gathers rows of many blocks, each at the row where it is to be read, into one block. */
export class OrderedRows {
  readonly #block: OrderedBlock;
  readonly #users = new Map<string, number>();
  readonly #items = new Map<string, number>();
  readonly #types = new Map<string, number>();
  readonly #sources: (string | undefined)[];

  /** The rows that are read as those from `firstSequence` on. */
  constructor(partition: Partition, firstSequence: Sequence, count: number) {
    this.#block = new OrderedBlock(partition, firstSequence, count);
    this.#sources = new Array<string | undefined>(count).fill(undefined);
  }

  /** Puts a block's row at a row of this one. */
  put(row: number, from: EventBlock, at: number): void {
    const block = this.#block;
    const code = from.kind[at] ?? INTERACTION;
    block.kind[row] = code;
    block.value[row] = from.value[at] ?? NaN;
    block.timeMs[row] = from.timeMs[at] ?? NaN;
    block.places[row] = from.places?.[at] ?? from.firstSequence + at;
    block.appended[row] = from.appendedMs(at);
    block.keys.set(from.keys.subarray(4 * at, 4 * at + 4), 4 * row);
    if (code !== INTERACTION) {
      block.facts.set(row, from.fact(at));
      return;
    }
    const user = (from.user[at] ?? 0) * SURROGATE_BYTES;
    block.user[row] = numberOf(this.#users, binaryKey(from.users, user, user + SURROGATE_BYTES));
    block.item[row] = numberOf(this.#items, from.items[from.item[at] ?? 0] ?? '');
    this.#sources[row] = sourceAt(from.sources, at);
    block.type[row] = numberOf(this.#types, from.types[from.type[at] ?? 0] ?? '');
  }

  /** The block, when every row of it was put. */
  block(): EventBlock {
    const block = this.#block;
    block.users = Buffer.from([...this.#users.keys()].join(''), 'latin1');
    block.items = [...this.#items.keys()];
    block.types = [...this.#types.keys()];
    block.sources = gatherSources(this.#sources);
    return block;
  }
}
