import type { EventBlock } from './block.ts';
import { readLayout } from './block-layout.ts';
import type { ContentCounts, ContentLayout } from './block-layout.ts';
import { RepriseError } from '../error.ts';
import { FACT_KINDS, INTERACTION } from '../fact.ts';
import type { Fact } from '../fact.ts';
import type { Partition, Sequence } from '../position.ts';
import { sourceAt } from './source-column.ts';
import type { SourceColumn } from './source-column.ts';
import { surrogateFromBytes } from '../surrogate.ts';
import { UPCASTERS, upcast } from './upcasting.ts';
import type { Payload, Upcasters } from './upcasting.ts';
import { WordCache } from '../word-cache.ts';

/** Where a block stands and when it was appended. */
export interface BlockPlace {
  readonly partition: Partition;
  readonly firstSequence: Sequence;
  readonly appendTimeMs: number;
}

/** What stands beside a block's columns. */
export interface BlockExtras {
  readonly upcasters?: Upcasters;
  readonly sources?: SourceColumn;
}

/** A block whose columns are views of its stored content: nothing is copied, and only the dictionaries are built. */
export class ColumnarBlock implements EventBlock {
  readonly partition: Partition;
  readonly firstSequence: Sequence;
  readonly appendTimeMs: number;
  readonly count: number;
  readonly users: Uint8Array;
  readonly items: readonly string[];
  readonly types: readonly string[];
  readonly kind: Uint8Array;
  readonly hasSharedFacts: boolean;
  readonly type: Uint16Array;
  readonly user: Uint32Array;
  readonly item: Uint32Array;
  readonly value: Float64Array;
  readonly timeMs: Float64Array;
  readonly keys: Uint32Array;
  readonly sources: SourceColumn | undefined;
  readonly #bodyEnds: Uint32Array;
  readonly #bodies: Uint8Array;
  readonly #upcasters: Upcasters;

  /** Takes the columns from a content whose checksum holds; `content` must start at a multiple of 8 bytes. */
  constructor(
    place: BlockPlace,
    content: Uint8Array,
    { upcasters = UPCASTERS, sources }: BlockExtras = {},
  ) {
    const layout = readLayout(content);
    if (layout === undefined) {
      throw new RepriseError('DAMAGED', 'the columns of a block do not fill its content');
    }
    const { counts, at } = layout;
    const { buffer, byteOffset: base } = content;
    this.partition = place.partition;
    this.firstSequence = place.firstSequence;
    this.appendTimeMs = place.appendTimeMs;
    this.count = counts.rows;
    this.users = content.subarray(at.users, at.users + 16 * counts.users);
    this.items = readItems(content, at, counts);
    this.types = readTypes(content, at, counts);
    this.kind = content.subarray(at.kind, at.kind + counts.rows);
    this.hasSharedFacts = this.kind.some((code) => code !== INTERACTION);
    this.type = new Uint16Array(buffer, base + at.type, counts.rows);
    this.user = new Uint32Array(buffer, base + at.user, counts.rows);
    this.item = new Uint32Array(buffer, base + at.item, counts.rows);
    this.value =
      counts.values === 0
        ? new Float64Array(counts.rows).fill(NaN)
        : new Float64Array(buffer, base + at.value, counts.rows);
    this.timeMs = new Float64Array(buffer, base + at.timeMs, counts.rows);
    this.keys = new Uint32Array(buffer, base + at.keys, 4 * counts.rows);
    this.#bodyEnds = new Uint32Array(buffer, base + at.bodyEnds, counts.rows);
    this.#bodies = content.subarray(at.bodies);
    this.#upcasters = upcasters;
    this.sources = sources;
  }

  /** The whole fact of a row. */
  fact(row: number): Fact {
    const kind = FACT_KINDS[this.kind[row] ?? -1];
    if (kind === undefined) {
      throw new RangeError(`row ${String(row)} is not one of the block's ${String(this.count)}`);
    }
    const timeMs = this.timeMs[row] ?? NaN;
    if (kind === 'InteractionRecorded') {
      const source = sourceAt(this.sources, row);
      return {
        kind,
        type: this.types[this.type[row] ?? -1] ?? '',
        user: this.#userOf(row),
        item: this.#itemOf(row),
        value: this.value[row] ?? NaN,
        timeMs,
        ...(source !== undefined && { source }),
        sealed: this.#body(row),
      };
    }
    const body = this.#body(row);
    const stored = JSON.parse(Buffer.from(body.subarray(1)).toString()) as Payload;
    const payload = upcast(kind, body[0] ?? 0, stored, this.#upcasters);
    if (kind === 'UserErased') return { kind, user: this.#userOf(row), timeMs };
    const named = kind === 'ItemPublished' ? { item: this.#itemOf(row) } : {};
    return { kind, ...named, ...payload, timeMs } as Fact;
  }

  appendedMs(): number {
    return this.appendTimeMs;
  }

  #userOf(row: number): ReturnType<typeof surrogateFromBytes> {
    return surrogateFromBytes(this.users, 16 * (this.user[row] ?? 0));
  }

  #itemOf(row: number): string {
    return this.items[this.item[row] ?? -1] ?? '';
  }

  #body(row: number): Uint8Array {
    return this.#bodies.subarray(row === 0 ? 0 : this.#bodyEnds[row - 1], this.#bodyEnds[row]);
  }
}

function readItems(content: Uint8Array, at: ContentLayout, counts: ContentCounts): string[] {
  return readWords(content, at.itemText, at.itemEnds, counts.items);
}

function readTypes(content: Uint8Array, at: ContentLayout, counts: ContentCounts): string[] {
  return readWords(content, at.typeText, at.typeEnds, counts.types);
}

/** A memory of strings, not of facts: what is decoded is the same with it and without. */
const WORDS = new WordCache();

function readWords(content: Uint8Array, textAt: number, endsAt: number, count: number): string[] {
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const ends = new Uint32Array(content.buffer, content.byteOffset + endsAt, count);
  const words = new Array<string>(count);
  let start = textAt;
  for (let i = 0; i < count; i += 1) {
    const end = textAt + (ends[i] ?? 0);
    words[i] = WORDS.decode(text, start, end);
    start = end;
  }
  return words;
}
