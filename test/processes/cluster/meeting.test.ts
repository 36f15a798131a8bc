import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WaitingPartition } from '../../../activities/merges/live-merges.ts';
import {
  isComing,
  MOVER_SILENT_MS_MAX,
  openClusterMeeting,
  tellWaiting,
} from '../../../processes/cluster/meeting.ts';
import { createLogger } from '../../../processes/logger.ts';
import { createMemoryJournal } from '../../doubles/memory-journal.ts';
import { MemoryObjects } from '../../doubles/memory-objects.ts';

const name = { version: 'v1', barrier: 5 };

describe('where the partitions of a cluster meet', () => {
  it('waits for a mover that is before the barrier, or tells nothing yet', async () => {
    const coming = (note: object): Promise<boolean> => {
      const fence = { partition: 1, number: 3, holder: 'w' };
      const told = { fence, version: 'v1', position: 9, barrier: 4, toldMs: 1_000, ...note };
      const deps = { fences: { notes: () => Promise.resolve([told]) }, clock: () => 2_000 };
      return isComing(deps, name, 1);
    };
    assert.equal(await coming({}), true);
    assert.equal(await coming({ version: '', barrier: 0 }), true);
    assert.equal(await coming({ barrier: 5 }), false, 'it passed the barrier: its part is lost');
    assert.equal(await coming({ version: 'v2' }), false);
    const held = (barrier: number) => [{ version: 'v1', position: 5, barrier }];
    assert.equal(await coming({ version: 'v2', held: held(4) }), true, 'it holds it beside');
    assert.equal(await coming({ version: 'v2', held: held(5) }), false);
    assert.equal(await coming({ toldMs: 1_999 - MOVER_SILENT_MS_MAX }), false, 'nobody moves it');
    assert.equal(await coming({ fence: { partition: 0, number: 3, holder: 'w' } }), false);
  });

  it('derives what nobody brings, from the heads as the store has them', async () => {
    let nowMs = 0;
    const asked: number[] = [];
    const plain = createMemoryJournal(2);
    const journal = {
      ...plain,
      partitions: 2,
      head: (partition: number) => plain.head(partition),
      read: (partition: number, after: Parameters<typeof plain.read>[1]) => {
        asked.push(partition);
        return plain.read(partition, after);
      },
    };
    const merge = { ...name, width: 2, items: ['i'], rows: Float32Array.of(1, 2) };
    const meeting = openClusterMeeting({
      stores: {
        journal: journal as never,
        objects: new MemoryObjects(),
        fences: { notes: () => Promise.resolve([]) } as never,
      },
      versions: () => ({
        deriveMerges: (version, from, write) => {
          assert.deepEqual({ version, barrier: from }, name);
          return write(merge);
        },
      }),
      clock: () => (nowMs += 10_000),
      logger: createLogger('silent'),
    });
    const taken = await meeting?.take(name, 0, new AbortController().signal);
    assert.deepEqual(taken?.rows, merge.rows);
    assert.deepEqual(asked, [0, 1]);
  });

  it('says once a barrier who waits for whom', async () => {
    const waiting: WaitingPartition[] = [{ partition: 0, barrier: 5, behind: [3] }];
    const said: unknown[] = [];
    const over = new AbortController();
    const telling = tellWaiting(
      { waiting },
      { info: (fields: unknown) => void said.push(fields) },
      over.signal,
    );
    await sleep(2_200);
    over.abort();
    await telling;
    assert.deepEqual(said, waiting);
  });
});
