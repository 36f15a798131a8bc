import type { EventBlock } from '../../events/blocks/block.ts';
import { FACT_KINDS, INTERACTION } from '../../events/fact.ts';
import type { Journal } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import type { Partition, Sequence } from '../../events/position.ts';
import type { CatalogueView } from '../../projections/published-history.ts';
import type { ItemMetadata } from '../../projections/items.ts';
import { PublishedHistory } from '../../projections/published-history.ts';

/** What a history reads. */
export interface FactHistoryDeps {
  readonly journal: Pick<Journal, 'read' | 'head'>;
  readonly yieldNow: () => Promise<void>;
}

/** A barrier and where it stands in the partition. */
export interface BarrierPlace {
  readonly barrier: number;
  readonly sequence: Sequence;
}

/**
 * What one partition's journal says beside interactions, by place: which version was promoted, where barriers and
 * erasures stand, what was published. Read once, and on from there as the journal grows.
 */
export class FactHistory {
  readonly #deps: FactHistoryDeps;
  readonly #partition: Partition;
  readonly #published = new PublishedHistory();
  readonly #promotions: { readonly sequence: number; readonly version: string }[] = [];
  readonly #barriers: BarrierPlace[] = [];
  #lastErasure: Sequence = ORIGIN;
  #position: Sequence = ORIGIN;
  #reading: Promise<void> = Promise.resolve();

  constructor(deps: FactHistoryDeps, partition: Partition) {
    this.#deps = deps;
    this.#partition = partition;
  }

  /** Reads on until the history holds a sequence; calls are served in turn. */
  to(at: Sequence, signal: AbortSignal): Promise<void> {
    const read = this.#reading.then(() => this.#readTo(at, signal));
    this.#reading = read.catch(() => undefined);
    return read;
  }

  /** The version that was promoted last at a sequence; undefined where none was. */
  versionAt(at: Sequence): string | undefined {
    return this.#promotions.findLast((one) => one.sequence <= at)?.version;
  }

  /** The last barrier at or before a sequence. */
  barrierAt(at: Sequence): BarrierPlace | undefined {
    return this.#barriers.findLast((one) => one.sequence <= at);
  }

  /** Where a barrier stands. */
  placeOf(barrier: number): BarrierPlace | undefined {
    return this.#barriers.find((one) => one.barrier === barrier);
  }

  /** The catalogue as it stood at a sequence. */
  catalogueAt(at: Sequence): CatalogueView {
    return this.#published.at(at);
  }

  /** The metadata of all items as they stood at a sequence, read from the journal; those withdrawn are left out. */
  async *metadataAt(at: Sequence): AsyncGenerator<readonly [item: string, metadata: ItemMetadata]> {
    const { journal, yieldNow } = this.#deps;
    const last = new Map<string, ItemMetadata>();
    let block: EventBlock | undefined;
    for (const place of this.#published.placesTo(at)) {
      if (block === undefined || place >= block.firstSequence + block.count) {
        await yieldNow();
        block = await journal.read(this.#partition, sequence(place - 1));
      }
      const fact = block?.fact(place - block.firstSequence);
      if (fact?.kind !== 'ItemPublished') continue;
      if (fact.metadata === null) last.delete(fact.item);
      else last.set(fact.item, fact.metadata);
    }
    yield* last;
  }

  /** Places near a sequence at which the catalogue was another, the nearest first. */
  publicationsNear(at: Sequence, placesMax: number): readonly Sequence[] {
    return this.#published.near(at, placesMax);
  }

  /** Where a user was erased last, as far as the history was read; ORIGIN where none was. */
  get lastErasure(): Sequence {
    return this.#lastErasure;
  }

  async #readTo(at: Sequence, signal: AbortSignal): Promise<void> {
    while (this.#position < at) {
      signal.throwIfAborted();
      const block = await this.#deps.journal.read(this.#partition, this.#position);
      if (block === undefined) return;
      if (block.hasSharedFacts) this.#take(block);
      this.#position = sequence(block.firstSequence + block.count - 1);
      await this.#deps.yieldNow();
    }
  }

  #take(block: EventBlock): void {
    const from = Math.max(0, this.#position + 1 - block.firstSequence);
    for (let row = from; row < block.count; row += 1) {
      if (block.kind[row] === INTERACTION) continue;
      const at = sequence(block.firstSequence + row);
      switch (FACT_KINDS[block.kind[row] ?? -1]) {
        case 'ItemPublished':
        case 'ModelPromoted':
        case 'BarrierSet':
          this.#note(block, row, at);
          break;
        case 'UserErased':
          this.#lastErasure = at;
          break;
        default:
      }
    }
  }

  #note(block: EventBlock, row: number, at: Sequence): void {
    const fact = block.fact(row);
    if (fact.kind === 'ItemPublished') this.#published.add(at, fact);
    if (fact.kind === 'ModelPromoted') {
      this.#promotions.push({ sequence: at, version: fact.version });
    }
    if (fact.kind === 'BarrierSet') this.#barriers.push({ barrier: fact.barrier, sequence: at });
  }
}
