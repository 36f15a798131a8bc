import { binaryKey } from '../../events/binary-key.ts';
import { placeOf, type EventBlock } from '../../events/blocks/block.ts';
import { SURROGATE_BYTES, surrogateToBytes } from '../../events/surrogate.ts';
import type { VersionDefinition } from './definition.ts';

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Tells which events of a partition a version leaves out. */
export class LeftOutEvents {
  /** Ranges by surrogate, as {@link binaryKey} writes it. */
  readonly #ranges = new Map<string, Range[]>();
  readonly #sources = new Map<string, Range[]>();
  /** No event outside of this range is left out. */
  #from = Infinity;
  #to = -Infinity;

  constructor({ leftOut = [] }: Pick<VersionDefinition, 'leftOut'>, partition: number) {
    for (const { users, source, from, to } of leftOut) {
      const range = { from: from[partition] ?? Infinity, to: to[partition] ?? -Infinity };
      if (range.from >= range.to) continue;
      this.#from = Math.min(this.#from, range.from);
      this.#to = Math.max(this.#to, range.to);
      for (const user of users) {
        const key = binaryKey(surrogateToBytes(user));
        this.#ranges.set(key, [...(this.#ranges.get(key) ?? []), range]);
      }
      if (source !== undefined) {
        this.#sources.set(source, [...(this.#sources.get(source) ?? []), range]);
      }
    }
  }

  /** The rows of a block that are left out, 1 each; undefined where none is. */
  rowsOf(block: EventBlock): Uint8Array | undefined {
    const { firstSequence, count } = block;
    const isApart = firstSequence > this.#to || firstSequence + count - 1 <= this.#from;
    if (isApart && block.places === undefined) return undefined;
    const users = this.#rangesIn(block);
    const sources = block.sources?.words.map((word) => this.#sources.get(word));
    const hasSource = sources?.some((ranges) => ranges !== undefined) === true;
    if (users.size === 0 && !hasSource) return undefined;
    const rows = new Uint8Array(count);
    for (let row = 0; row < count; row += 1) {
      const at = placeOf(block, row);
      const ofSource = sources?.[block.sources?.rows[row] ?? 0];
      if (holds(users.get(block.user[row] ?? -1), at) || holds(ofSource, at)) rows[row] = 1;
    }
    return rows;
  }

  /** The ranges by the number that a user has in a block's dictionary. */
  #rangesIn({ users }: EventBlock): ReadonlyMap<number, readonly Range[]> {
    const found = new Map<number, readonly Range[]>();
    for (let at = 0; at < users.length; at += SURROGATE_BYTES) {
      const ranges = this.#ranges.get(binaryKey(users, at, at + SURROGATE_BYTES));
      if (ranges !== undefined) found.set(at / SURROGATE_BYTES, ranges);
    }
    return found;
  }
}

function holds(ranges: readonly Range[] | undefined, at: number): boolean {
  return ranges?.some(({ from, to }) => at > from && at <= to) === true;
}
