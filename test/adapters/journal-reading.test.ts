import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { openJournal } from '../../adapters/embedded/journal.ts';
import { READ_BLOCKS_MAX } from '../../adapters/embedded/lmdb/lmdb-blocks.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import { entryOf } from '../doubles/facts.ts';

const EVENTS = READ_BLOCKS_MAX * 2 + 5;

it('reads small blocks together, a bounded number at a time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-journal-'));
  const journal = await openJournal({ folder, partitions: 1, clock: () => 0 });
  try {
    for (let n = 0; n < EVENTS; n += 1) await journal.append([entryOf(n)]);
    const counts: number[] = [];
    for (let at = ORIGIN; at < journal.head(0);) {
      const block = (await journal.read(0, at))!;
      assert.equal(block.firstSequence, at + 1);
      counts.push(block.count);
      at = sequence(at + block.count);
    }
    assert.deepEqual(counts, [READ_BLOCKS_MAX, READ_BLOCKS_MAX, 5]);
  } finally {
    await journal.close();
    await rm(folder, { recursive: true });
  }
});
