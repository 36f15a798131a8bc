import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { appendedMsOf, lastAppendedBy } from '../../events/append-time.ts';
import { mergeBlocks } from '../../events/blocks/merged-block.ts';
import type { EventBlock } from '../../events/blocks/block.ts';
import type { Journal } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import { createMemoryJournal } from '../doubles/memory-journal.ts';
import { entryOf } from '../doubles/facts.ts';

interface Timed {
  readonly journal: Journal;
  /** When each event was appended, in order. */
  readonly times: readonly number[];
}

/** A journal of blocks of these lengths, each so much later than the one before. */
async function journalOf(blocks: readonly { count: number; laterMs: number }[]): Promise<Timed> {
  let nowMs = 1_000;
  const times: number[] = [];
  const journal = createMemoryJournal(1, () => nowMs);
  for (const { count, laterMs } of blocks) {
    nowMs += laterMs;
    const entries = Array.from({ length: count }, (_, n) => entryOf(times.length + n));
    await journal.append(entries);
    times.push(...entries.map(() => nowMs));
  }
  return { journal, times };
}

/** The same journal, read as a store reads it that puts small blocks together. */
function merging(journal: Journal, blocksMax: number): Pick<Journal, 'read' | 'head'> {
  return {
    head: (partition) => journal.head(partition),
    async read(partition, after) {
      const parts: EventBlock[] = [];
      for (let from = after; parts.length < blocksMax;) {
        const block = await journal.read(partition, from);
        if (block === undefined) break;
        parts.push(block);
        from = sequence(block.firstSequence + block.count - 1);
      }
      return parts.length === 0 ? undefined : mergeBlocks(parts);
    },
  };
}

const arbitraryBlocks = fc.array(
  fc.record({ count: fc.integer({ min: 1, max: 5 }), laterMs: fc.integer({ min: 0, max: 3 }) }),
  { maxLength: 20 },
);

describe('append times', () => {
  it('lead to the last event that was appended by then, however blocks are read', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryBlocks,
        fc.integer({ min: 998, max: 1_070 }),
        fc.integer({ min: 1, max: 6 }),
        async (blocks, timeMs, blocksMax) => {
          const { journal, times } = await journalOf(blocks);
          const expected = times.findLastIndex((time) => time <= timeMs);
          const read = merging(journal, blocksMax);
          const found = await lastAppendedBy(read, 0, timeMs, () => Promise.resolve());
          assert.equal(found, expected < 0 ? ORIGIN : expected);
          const one = Math.floor(times.length / 2);
          assert.equal(await appendedMsOf(read, 0, sequence(one)), times[one]);
        },
      ),
    );
  });

  it('are unknown of events that there are not', async () => {
    const { journal } = await journalOf([{ count: 2, laterMs: 1 }]);
    assert.equal(await appendedMsOf(journal, 0, ORIGIN), undefined);
    assert.equal(await appendedMsOf(journal, 0, sequence(2)), undefined);
  });
});
