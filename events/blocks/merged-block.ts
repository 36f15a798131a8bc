import { binaryKey } from '../binary-key.ts';
import type { EventBlock } from './block.ts';
import type { Fact } from '../fact.ts';
import type { Partition, Sequence } from '../position.ts';
import { joinSources } from './source-column.ts';
import type { SourceColumn } from './source-column.ts';
import { SURROGATE_BYTES } from '../surrogate.ts';

/**
 * Consecutive blocks read as one, so that replay runs over long columns even where appends were small. The columns
 * are copied with the dictionaries' numbers mapped; whole facts are read from the block they stand in.
 */
class MergedBlock implements EventBlock {
  readonly partition: Partition;
  readonly firstSequence: Sequence;
  readonly appendTimeMs: number;
  readonly count: number;
  readonly hasSharedFacts: boolean;
  readonly users: Uint8Array;
  readonly items: readonly string[];
  readonly types: readonly string[];
  readonly kind: Uint8Array;
  readonly type: Uint16Array;
  readonly user: Uint32Array;
  readonly item: Uint32Array;
  readonly value: Float64Array;
  readonly timeMs: Float64Array;
  readonly keys: Uint32Array;
  readonly sources: SourceColumn | undefined;
  readonly #parts: readonly EventBlock[];
  readonly #starts: Uint32Array;

  constructor(first: EventBlock, parts: readonly EventBlock[]) {
    const count = parts.reduce((sum, part) => sum + part.count, 0);
    this.partition = first.partition;
    this.firstSequence = first.firstSequence;
    this.appendTimeMs = parts.at(-1)?.appendTimeMs ?? first.appendTimeMs;
    this.count = count;
    this.hasSharedFacts = parts.some((part) => part.hasSharedFacts);
    this.kind = new Uint8Array(count);
    this.type = new Uint16Array(count);
    this.user = new Uint32Array(count);
    this.item = new Uint32Array(count);
    this.value = new Float64Array(count);
    this.timeMs = new Float64Array(count);
    this.keys = new Uint32Array(4 * count);
    this.sources = joinSources(parts.map((part) => [part.sources, part.count]));
    this.#parts = parts;
    this.#starts = new Uint32Array(parts.length);
    const users = new Map<string, number>();
    const items = new Map<string, number>();
    const types = new Map<string, number>();
    let start = 0;
    parts.forEach((part, i) => {
      this.#starts[i] = start;
      this.#copy(part, start);
      const surrogates = Array.from({ length: part.users.length / SURROGATE_BYTES }, (_, n) =>
        binaryKey(part.users, n * SURROGATE_BYTES, (n + 1) * SURROGATE_BYTES),
      );
      renumber(part.user, numbersOf(surrogates, users), this.user, start);
      renumber(part.item, numbersOf(part.items, items), this.item, start);
      renumber(part.type, numbersOf(part.types, types), this.type, start);
      start += part.count;
    });
    this.users = Buffer.from([...users.keys()].join(''), 'latin1');
    this.items = [...items.keys()];
    this.types = [...types.keys()];
  }

  fact(row: number): Fact {
    const { part, start } = this.#partOf(row);
    return part.fact(row - start);
  }

  appendedMs(row: number): number {
    const { part, start } = this.#partOf(row);
    return part.appendedMs(row - start);
  }

  #partOf(row: number): { readonly part: EventBlock; readonly start: number } {
    let low = 0;
    let high = this.#parts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    const part = this.#parts[low];
    if (part === undefined || row < 0 || row >= this.count) {
      throw new RangeError(`row ${String(row)} is not one of the block's ${String(this.count)}`);
    }
    return { part, start: this.#starts[low] ?? 0 };
  }

  #copy(part: EventBlock, start: number): void {
    this.kind.set(part.kind, start);
    this.value.set(part.value, start);
    this.timeMs.set(part.timeMs, start);
    this.keys.set(part.keys, 4 * start);
  }
}

/** Reads consecutive blocks of one partition as one block; a gap between them is a programmer's error. */
export function mergeBlocks(parts: readonly EventBlock[]): EventBlock {
  const [first] = parts;
  if (first === undefined) throw new RangeError('at least one block is needed to merge');
  if (parts.length === 1) return first;
  let next: number = first.firstSequence;
  for (const part of parts) {
    if (part.firstSequence !== next || part.partition !== first.partition) {
      throw new RangeError('only consecutive blocks of one partition can be merged');
    }
    next += part.count;
  }
  return new MergedBlock(first, parts);
}

/** The merged numbers of a part's words, new words taking the next ones. */
function numbersOf(words: readonly string[], merged: Map<string, number>): Uint32Array {
  const numbers = new Uint32Array(words.length);
  words.forEach((word, i) => {
    let number = merged.get(word);
    if (number === undefined) {
      number = merged.size;
      merged.set(word, number);
    }
    numbers[i] = number;
  });
  return numbers;
}

/** A row whose kind has no such field holds a number that means nothing, before and after. */
function renumber(
  column: Uint16Array | Uint32Array,
  numbers: Uint32Array,
  merged: Uint16Array | Uint32Array,
  start: number,
): void {
  for (let i = 0; i < column.length; i += 1) {
    merged[start + i] = numbers[column[i] ?? 0] ?? 0;
  }
}
