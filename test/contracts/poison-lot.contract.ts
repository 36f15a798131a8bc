import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PoisonLot, PoisonRecord } from '../../activities/ingest/poison-lot.ts';

/** A lot that keeps so many records of a partition, and what takes it away. */
export interface PoisonLotRig {
  readonly lot: PoisonLot;
  /** Another door to the same records, where the lot outlives its process. */
  readonly reopen: () => PoisonLot;
  readonly close: () => Promise<void>;
}

function record(partition: number, offset: number, reason = 'no JSON'): PoisonRecord {
  return { partition, offset, reason, parkedMs: 1_000 + offset };
}

/** What every poison lot does. */
export function poisonLotContract(
  name: string,
  open: (recordsMax: number) => Promise<PoisonLotRig>,
): void {
  describe(name, () => {
    it('lists what was parked in the order of partition and offset', async () => {
      const { lot, reopen, close } = await open(10);
      try {
        assert.deepEqual(await lot.list(), []);
        await lot.park([record(1, 7), record(1, 12, 'too large')]);
        await lot.park([record(0, 100), record(0, 101)]);
        const expected = [record(0, 100), record(0, 101), record(1, 7), record(1, 12, 'too large')];
        assert.deepEqual(await lot.list(), expected);
        assert.deepEqual(await reopen().list(), expected);
      } finally {
        await close();
      }
    });

    it('keeps a message once that is parked again, and those that come with it', async () => {
      const { lot, close } = await open(10);
      try {
        await lot.park([record(0, 1), record(0, 2)]);
        await lot.park([record(0, 1, 'said otherwise'), record(0, 2), record(0, 3)]);
        assert.deepEqual(await lot.list(), [record(0, 1), record(0, 2), record(0, 3)]);
      } finally {
        await close();
      }
    });

    it('keeps the newest of each partition within its bound', async () => {
      const { lot, close } = await open(3);
      try {
        await lot.park([record(1, 1)]);
        for (let offset = 0; offset < 5; offset += 1) await lot.park([record(0, offset)]);
        const kept = [2, 3, 4].map((offset) => record(0, offset));
        assert.deepEqual(await lot.list(), [...kept, record(1, 1)]);
        await lot.park([5, 6, 7, 8, 9].map((offset) => record(0, offset)));
        const newer = [7, 8, 9].map((offset) => record(0, offset));
        assert.deepEqual(await lot.list(), [...newer, record(1, 1)]);
      } finally {
        await close();
      }
    });
  });
}
