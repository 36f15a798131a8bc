import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { AppendTraces } from '../../activities/ingest/append-traces.ts';
import { createIngest } from '../../activities/ingest/ingest.ts';
import type { Ingest } from '../../activities/ingest/ingest.ts';
import type { Logger } from '../../activities/logger.ts';
import type { PoisonLot } from '../../activities/ingest/poison-lot.ts';
import type { AcknowledgementFeed } from '../../events/acknowledgements.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import type { CoveringJournal } from '../../events/blocks/covering-journal.ts';
import { createMemoryAcknowledgements } from './memory-acknowledgements.ts';
import { createMemoryCoveringStore } from './memory-covering-journal.ts';
import type { MemoryCoveringStore } from './memory-covering-journal.ts';
import { createMemoryIdentities } from './memory-identities.ts';
import type { MemoryIdentities } from './memory-identities.ts';
import { createMemoryPoisonLot } from './memory-poison-lot.ts';
import { seededBytes } from './random-bytes.ts';

/** The clock of the world: 2026-01-01. */
export const NOW_MS = Date.UTC(2026, 0, 1);

/** A logger that says nothing. */
export const SILENT: Logger = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** All that an ingest works on, in memory, shared by as many ingests as a test makes. */
export interface IngestWorld {
  readonly store: MemoryCoveringStore;
  readonly journal: CoveringJournal;
  readonly identities: MemoryIdentities;
  readonly poison: PoisonLot;
  readonly feed: AcknowledgementFeed;
  createIngest(
    journal?: CoveringJournal,
    feed?: Pick<AcknowledgementFeed, 'publish'>,
    traces?: AppendTraces,
  ): Ingest;
  /** The items of a partition's interactions, in order. */
  items(partition: number): Promise<readonly string[]>;
  count(): Promise<number>;
  /** Asserts that events 0 to `count` stand there once each, in order, every offset covered once at most. */
  assertWhole(count: number): Promise<void>;
}

/** Makes an empty world. */
export function createIngestWorld(partitions: number): IngestWorld {
  const store = createMemoryCoveringStore(partitions);
  const journal = store.open();
  const identities = createMemoryIdentities(seededBytes(1));
  const poison = createMemoryPoisonLot();
  const feed = createMemoryAcknowledgements();
  const random = seededBytes(2);
  const items = async (partition: number): Promise<readonly string[]> => {
    const found: string[] = [];
    let after = ORIGIN;
    for (;;) {
      const block = await journal.read(partition, after);
      if (block === undefined) return found;
      for (let row = 0; row < block.count; row += 1) {
        const fact = block.fact(row);
        if (fact.kind === 'InteractionRecorded') found.push(fact.item);
      }
      after = sequence(block.firstSequence + block.count - 1);
    }
  };
  const all = () => Promise.all(Array.from({ length: partitions }, (_, p) => items(p)));
  return {
    ...{ store, journal, identities, poison, feed, items },
    createIngest: (own = store.open(), told = feed, traces) =>
      createIngest({
        ...{ journal: own, identities, poison, feed: told, random, traces },
        types: DEFAULT_INTERACTION_TYPES,
        clock: () => NOW_MS,
        logger: SILENT,
        yieldNow: () => setImmediate(),
      }),
    count: async () => (await all()).flat().length,
    async assertWhole(count) {
      const found = await all();
      const numbers = found.map((each) => each.map((item) => Number(item.split('-')[1])));
      assert.deepEqual(
        numbers.flat().sort((a, b) => a - b),
        Array.from({ length: count }, (_, n) => n),
      );
      for (const each of numbers)
        assert.deepEqual(
          each,
          each.toSorted((a, b) => a - b),
        );
      for (let p = 0; p < partitions; p += 1) {
        let next = 0;
        for (const { from, to } of store.covered(p)) {
          assert.ok(from >= next && to >= from);
          next = to + 1;
        }
      }
    },
  };
}
