import type { EventBlock } from './block.ts';
import { FACT_KINDS } from '../fact.ts';
import type { Fact } from '../fact.ts';
import type { Partition, Sequence } from '../position.ts';
import type { SourceColumn } from './source-column.ts';

/** A kind that learning passes over: an event of it leaves no trace. */
const PASSED_OVER = FACT_KINDS.indexOf('IndexReleased');

/** A block as it is, but for events that are left out, and for those past an end: the others keep their places. */
export class EditedBlock implements EventBlock {
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
  readonly #block: EventBlock;

  constructor(block: EventBlock, leftOut: ReadonlySet<number>, last: Sequence) {
    this.#block = block;
    this.partition = block.partition;
    this.firstSequence = block.firstSequence;
    this.appendTimeMs = block.appendTimeMs;
    this.count = Math.min(block.count, last + 1 - block.firstSequence);
    this.users = block.users;
    this.items = block.items;
    this.types = block.types;
    this.kind = block.kind.map((code, row) =>
      leftOut.has(block.firstSequence + row) ? PASSED_OVER : code,
    );
    this.hasSharedFacts = block.hasSharedFacts;
    this.type = block.type;
    this.user = block.user;
    this.item = block.item;
    this.value = block.value;
    this.timeMs = block.timeMs;
    this.keys = block.keys;
    this.sources = block.sources;
  }

  fact(row: number): Fact {
    return this.#block.fact(row);
  }

  appendedMs(row: number): number {
    return this.#block.appendedMs(row);
  }
}
