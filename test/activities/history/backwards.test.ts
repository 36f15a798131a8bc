import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readBackwards } from '../../../activities/history/backwards.ts';
import { recentUsers } from '../../../activities/history/recent-users.ts';
import { sequence } from '../../../events/position.ts';
import { createMemoryIdentities } from '../../doubles/memory-identities.ts';
import { createMemoryJournal } from '../../doubles/memory-journal.ts';
import { entryOf, interactionOf } from '../../doubles/facts.ts';
import { PartitionRig } from '../../doubles/partition-rig.ts';

const yieldNow = (): Promise<void> => Promise.resolve();

async function rowsBack(appends: readonly number[], from: number, readsMax = 1_000) {
  const journal = createMemoryJournal();
  let n = 0;
  for (const count of appends) {
    const entries = Array.from({ length: count }, () => {
      n += 1;
      return entryOf(n, 0, interactionOf(n));
    });
    await journal.append(entries);
  }
  const rows: number[] = [];
  const at = { partition: 0, sequence: sequence(from) };
  for await (const { block, first, last } of readBackwards(journal, at, readsMax, yieldNow)) {
    for (let row = last; row >= first; row -= 1) rows.push(block.firstSequence + row);
  }
  return rows;
}

function down(from: number): number[] {
  return Array.from({ length: from + 1 }, (_, n) => from - n);
}

describe('a journal read backwards', () => {
  it('gives every row once, the newest first, however it was appended', async () => {
    assert.deepEqual(await rowsBack([1, 2, 3], 5), down(5));
    assert.deepEqual(await rowsBack([1, 2, 3], 3), down(3));
    assert.deepEqual(await rowsBack([3_000, 10, 700], 3_709), down(3_709));
    assert.deepEqual(
      await rowsBack(
        Array.from({ length: 900 }, () => 3),
        2_601,
      ),
      down(2_601),
    );
    assert.deepEqual(await rowsBack([4], -1), []);
  });

  it('stops at its bound, with nothing missing between what it gave', async () => {
    const rows = await rowsBack(
      Array.from({ length: 900 }, () => 3),
      2_699,
      600,
    );
    assert.ok(rows.length > 500 && rows.length < 2_700, String(rows.length));
    assert.deepEqual(rows, down(2_699).slice(0, rows.length));
  });
});

describe('the users of the newest events', () => {
  it('are told by id, the newest first, each once', async () => {
    const rig = await PartitionRig.create();
    for (let n = 0; n < 9; n += 1) {
      await rig.tell(
        { user: `u${String(n % 3)}`, item: 'i', timeMs: n },
        { user: 'v', item: 'j', timeMs: 0 },
      );
    }
    const { journal, identities } = rig;
    const users = await recentUsers({ journal, identities, yieldNow }, 4);
    assert.deepEqual(users, [
      { id: 'u2', timeMs: 8 },
      { id: 'u1', timeMs: 7 },
      { id: 'u0', timeMs: 6 },
      { id: 'v', timeMs: 0 },
    ]);
    assert.equal((await recentUsers({ journal, identities, yieldNow }, 2)).length, 2);
    const forgotten = createMemoryIdentities((length) => new Uint8Array(length));
    assert.deepEqual(await recentUsers({ journal, identities: forgotten, yieldNow }, 3), []);
  });
});
