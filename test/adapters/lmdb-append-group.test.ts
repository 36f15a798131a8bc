import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareGroup } from '../../adapters/embedded/lmdb/lmdb-append-group.ts';
import type { AppendGroup } from '../../adapters/embedded/lmdb/lmdb-append-group.ts';
import type { QueuedRow } from '../../events/append-queue.ts';
import { BLOCK_BOUNDS } from '../../events/blocks/block-chain.ts';
import { encodeBody } from '../../events/blocks/block-content.ts';
import { ORIGIN } from '../../events/position.ts';
import { entryOf } from '../doubles/facts.ts';

function rowsOf(count: number): QueuedRow[] {
  return Array.from({ length: count }, (_, n) => {
    const entry = entryOf(n);
    return { partition: 0, key: entry.key, fact: entry.fact, body: encodeBody(entry.fact) };
  });
}

async function prepare(rows: readonly QueuedRow[]): Promise<[AppendGroup, number]> {
  let turns = 0;
  const group = await prepareGroup([{ rows, resolve: () => undefined, reject: () => undefined }], {
    ends: [{ head: ORIGIN, hash: new Uint8Array(32) }],
    find: () => undefined,
    bounds: BLOCK_BOUNDS,
    appendTimeMs: 1,
    yieldNow: () => {
      turns += 1;
      return Promise.resolve();
    },
  });
  return [group, turns];
}

test('lets other work run while a large group is prepared', async () => {
  const [group, turns] = await prepare(rowsOf(10_000));
  const sequences = group.placed.map(({ position }) => position.sequence);
  assert.deepEqual(
    sequences,
    Array.from({ length: 10_000 }, (_, n) => n),
  );
  assert.deepEqual(
    group.blocks.map(({ firstSequence }) => firstSequence),
    [0, 4_096, 8_192],
  );
  assert.equal(group.ends[0]?.head, 9_999);
  // Nine times between the rows, and before each of the three blocks.
  assert.equal(turns, 12);
});

test('prepares a small group at once', async () => {
  const [group, turns] = await prepare(rowsOf(1_000));
  assert.equal(group.answers[0]?.length, 1_000);
  assert.equal(turns, 0);
});
