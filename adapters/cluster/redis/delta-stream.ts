import { RedisDeltaReader } from './delta-reader.ts';
import type { DeltaReaderOptions } from './delta-reader.ts';
import { deltaStreamKeys, heldStreamsKey } from './delta-stream-keys.ts';
import { RedisDeltaWriter } from './delta-writer.ts';
import type { DeltaWriterOptions } from './delta-writer.ts';
import type { RedisLink } from './redis.ts';
import { RedisScript } from './redis-script.ts';

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
    for (const version of await heldStreams(link, partition)) {
      await dropHeldStream(link, partition, version);
    }
  }
}

/** The versions beside the live one that a partition has streams of. */
export async function heldStreams(link: RedisLink, partition: number): Promise<readonly string[]> {
  return link.run((redis) => redis.smembers(heldStreamsKey(link, partition)));
}

/** Deletes stream, index, state and the name of the stream at once, but where a newer fence wrote to it. */
const DROP = new RedisScript(`
local fence = redis.call('HGET', KEYS[3], 'fence')
if ARGV[2] ~= '' and fence and tonumber(ARGV[2]) < tonumber(fence) then return 0 end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
redis.call('SREM', KEYS[4], ARGV[1])
return 1
`);

/** Deletes a partition's stream of a version beside the live one; nothing happens where a newer fence than this wrote to it. */
export async function dropHeldStream(
  link: RedisLink,
  partition: number,
  version: string,
  fence?: number,
): Promise<void> {
  const { stream, index, state } = deltaStreamKeys(link, partition, version);
  const keys = [stream, index, state, heldStreamsKey(link, partition)];
  await link.run((redis) => DROP.run(redis, keys, [version, fence ?? '']));
}
