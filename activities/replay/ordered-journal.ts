import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import type { EventBlock } from '../../events/blocks/block.ts';
import { OrderedRows } from '../../events/blocks/ordered-rows.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import type { Partition, Sequence } from '../../events/position.ts';
import type { FollowerDeps } from './follower.ts';
import { timeOrderOf } from './time-order.ts';
import type { TimeOrderDeps } from './time-order.ts';

/** Rows of one block that is read in another order. */
const BLOCK_ROWS = 4_096;

/** Rows that one pass over the journal gathers: a journal in no order at all is passed over once for so many. */
export const ORDERED_ROWS_MAX = 65_536;

/** What a journal is read in another order with. */
export interface OrderedJournalDeps extends TimeOrderDeps {
  readonly journal: FollowerDeps['journal'];
}

/**
 * The journal as a version reads it: its first events in the order of their times where the definition says so, each at
 * the sequence that its turn has, then the others as they stand. Nothing is written; one reader a partition.
 */
export function orderedJournal(
  deps: OrderedJournalDeps,
  definition: VersionDefinition,
): FollowerDeps['journal'] {
  const { journal } = deps;
  const { timeOrderedTo } = definition;
  if (timeOrderedTo === undefined) return journal;
  const parts = definition.start.map(
    (_, partition) => new OrderedPart(deps, definition, partition),
  );
  return {
    head: (partition) => journal.head(partition),
    changed: (partition, after, signal) => journal.changed(partition, after, signal),
    read: (partition, after) => {
      const part = after < (timeOrderedTo[partition] ?? ORIGIN) ? parts[partition] : undefined;
      return part?.read(after) ?? journal.read(partition, after);
    },
  };
}

/** The first events of a partition. */
class OrderedPart {
  readonly #deps: OrderedJournalDeps;
  readonly #definition: VersionDefinition;
  readonly #partition: Partition;
  readonly #start: number;
  readonly #to: number;
  #order: Promise<Uint32Array> | undefined;
  /** The rows gathered last, and their number. */
  #gathered: { readonly pass: number; readonly blocks: Promise<readonly EventBlock[]> } | undefined;

  constructor(deps: OrderedJournalDeps, definition: VersionDefinition, partition: Partition) {
    this.#deps = deps;
    this.#definition = definition;
    this.#partition = partition;
    this.#start = definition.start[partition] ?? ORIGIN;
    this.#to = definition.timeOrderedTo?.[partition] ?? ORIGIN;
  }

  /** The block whose turn is after a sequence. */
  async read(after: Sequence): Promise<EventBlock | undefined> {
    const offset = after - this.#start;
    const pass = Math.floor(offset / ORDERED_ROWS_MAX);
    if (this.#gathered?.pass !== pass) {
      this.#gathered = { pass, blocks: this.#gather(pass * ORDERED_ROWS_MAX) };
    }
    const { blocks } = this.#gathered;
    const within = offset - pass * ORDERED_ROWS_MAX;
    return (await blocks)[Math.floor(within / BLOCK_ROWS)];
  }

  /** Reads the rows whose turns begin at an offset, in the order in which they stand: each block once. */
  async #gather(first: number): Promise<readonly EventBlock[]> {
    const { journal, yieldNow } = this.#deps;
    this.#order ??= timeOrderOf(this.#deps, this.#definition, this.#partition);
    const order = (await this.#order).subarray(first, first + ORDERED_ROWS_MAX);
    const rows = this.#emptyBlocks(first, order.length);
    // As 64-bit numbers, so that they sort by value quickly: where a row stands, and its turn in this pass.
    const turns = Float64Array.from(order, (place, turn) => place * ORDERED_ROWS_MAX + turn).sort();
    let block: EventBlock | undefined;
    for (const packed of turns) {
      const turn = packed % ORDERED_ROWS_MAX;
      const place = this.#start + 1 + (packed - turn) / ORDERED_ROWS_MAX;
      if (block === undefined || place >= block.firstSequence + block.count) {
        block = await journal.read(this.#partition, sequence(place - 1));
        await yieldNow();
      }
      if (block === undefined) throw new RangeError('the journal ends before what is ordered');
      rows[Math.floor(turn / BLOCK_ROWS)]?.put(
        turn % BLOCK_ROWS,
        block,
        place - block.firstSequence,
      );
    }
    // The last pass: nobody asks for the order any more.
    if (first + ORDERED_ROWS_MAX >= this.#to - this.#start) this.#order = undefined;
    return rows.map((gathered) => gathered.block());
  }

  #emptyBlocks(first: number, count: number): readonly OrderedRows[] {
    const blocks: OrderedRows[] = [];
    for (let from = 0; from < count; from += BLOCK_ROWS) {
      const at = sequence(this.#start + 1 + first + from);
      blocks.push(new OrderedRows(this.#partition, at, Math.min(BLOCK_ROWS, count - from)));
    }
    return blocks;
  }
}
