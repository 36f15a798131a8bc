import { RedisDeltaReader } from './delta-reader.ts';
import type { DeltaReaderOptions } from './delta-reader.ts';
import { deltaStreamKeys } from './delta-stream-keys.ts';
import { RedisDeltaWriter } from './delta-writer.ts';
import type { DeltaWriterOptions } from './delta-writer.ts';
import type { RedisLink } from './redis.ts';

/** Opens the writer of the partitions' deltas, for a worker. */
export function openDeltaWriter(
  link: RedisLink,
  options: DeltaWriterOptions = {},
): RedisDeltaWriter {
  return new RedisDeltaWriter(link, options);
}

/** Opens a reader of the partitions' deltas, for a process that answers. */
export function openDeltaReader(
  link: RedisLink,
  options: DeltaReaderOptions = {},
): RedisDeltaReader {
  return new RedisDeltaReader(link, options);
}

/** Drops the deltas that wait: writers begin anew, and readers go on from a checkpoint. */
export async function dropDeltas(link: RedisLink, partitions: number): Promise<void> {
  for (let partition = 0; partition < partitions; partition += 1) {
    const { stream, index } = deltaStreamKeys(link, partition);
    await link.run((redis) => redis.del(stream, index));
  }
}
