import { poisonRecordsMax } from '../../activities/ingest/poison-lot.ts';
import type { PoisonLot, PoisonRecord } from '../../activities/ingest/poison-lot.ts';

/** A poison lot in memory. */
export function createMemoryPoisonLot(recordsMax = poisonRecordsMax): PoisonLot {
  const partitions = new Map<number, Map<number, PoisonRecord>>();
  return {
    async park(records) {
      for (const record of records) {
        const kept = partitions.get(record.partition) ?? new Map<number, PoisonRecord>();
        partitions.set(record.partition, kept);
        if (!kept.has(record.offset)) kept.set(record.offset, record);
        const [oldest] = kept.keys();
        if (kept.size > recordsMax && oldest !== undefined) kept.delete(oldest);
      }
      return Promise.resolve();
    },
    list: () =>
      Promise.resolve(
        [...partitions.values()]
          .flatMap((kept) => [...kept.values()])
          .sort((a, b) => a.partition - b.partition || a.offset - b.offset),
      ),
  };
}
