import { randomUUID } from 'node:crypto';
import { RepriseError } from '../../../events/error.ts';
import { sequence } from '../../../events/position.ts';
import type { Sequence } from '../../../events/position.ts';
import { encodeDelta } from '../../../model/delta-codec.ts';
import { deltaBytesMin } from '../../../model/delta-layout.ts';
import type { ModelDelta } from '../../../model/delta.ts';
import type { DeltaWriter } from '../../../projections/delta-feed.ts';
import { RECORD_FIELDS, deltaStreamKeys, heldStreamsKey } from './delta-stream-keys.ts';
import type { ReloadMark } from './delta-stream-keys.ts';
import type { RedisLink } from './redis.ts';
import { RedisScript } from './redis-script.ts';

/** Settings of a writer of deltas; all have defaults. */
export interface DeltaWriterOptions {
  /** The version whose deltas are written, beside the live one; the live one's are where it is absent. */
  readonly held?: string;
  /** Bytes of one record; a delta above sends readers to a checkpoint instead. */
  readonly streamRecordBytesMax?: number;
  /** Records kept a partition … */
  readonly streamRecordsMax?: number;
  /** … and their bytes together. */
  readonly streamBytesMax?: number;
  /**
   * Told where readers can go on from a checkpoint of this position or a later one alone: the stream was
   * lost, a delta is missing in it, or one is too large for it. Its owner takes one soon, or appends a whole delta.
   */
  readonly onCheckpointNeeded?: (partition: number, at: Sequence) => void;
}

/** Where a partition's stream ends. */
export interface DeltaStreamEnd {
  readonly version: string;
  readonly to: Sequence;
  readonly fence: number;
}

const STREAM_RECORD_BYTES_MAX = 8 * 1024 * 1024;
const STREAM_RECORDS_MAX = 8_192;
const STREAM_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Appends a record under a fence, numbers it, indexes it by its position and trims what is past the bounds, all at once.
 * Positions never go back: what ends where the stream stands, or before, is there already, but for the whole state of
 * another version. What does not continue it is appended, for a reader may stand there, and told as a hole. Where a part
 * of the stream is missing the rest of it goes too, and a new generation starts.
 */
const APPEND = new RedisScript(`
local stream, index, state = KEYS[1], KEYS[2], KEYS[3]
local fence, to, version, whole = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4] == '1'
local field, record, fresh = ARGV[5], ARGV[6], ARGV[7]
local recordsMax, bytesMax, from = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local held = redis.call('HMGET', state, 'fence', 'generation', 'serial', 'to', 'version', 'bytes')
if held[1] and fence < tonumber(held[1]) then return {'fenced', held[1]} end
local count = redis.call('ZCARD', index)
local known = held[2] and count > 0 and count == redis.call('XLEN', stream)
local serial, bytes, outcome = 0, 0, 'appended'
if known then
  redis.call('HSET', state, 'fence', ARGV[1])
  serial, bytes = tonumber(held[3]), tonumber(held[6])
  local last = tonumber(held[4])
  local switches = whole and version ~= held[5]
  if to < last or (to == last and not switches) then return {'there'} end
  local continues = whole or (from == last and version == held[5])
  if not continues then outcome = 'holed' end
else
  redis.call('DEL', stream, index)
  redis.call('HSET', state, 'generation', fresh)
  count, outcome = 0, 'started'
end
serial = serial + 1
if KEYS[4] then redis.call('SADD', KEYS[4], version) end
redis.call('XADD', stream, string.format('%.0f-0', serial), field, record)
redis.call('ZADD', index, ARGV[2], string.format('%016.0f:%d', serial, #record))
count, bytes = count + 1, bytes + #record
local trimmed = nil
while count > 1 and (count > recordsMax or bytes > bytesMax) do
  local oldest = redis.call('ZPOPMIN', index)[1]
  trimmed = tonumber(string.sub(oldest, 1, 16))
  count, bytes = count - 1, bytes - tonumber(string.sub(oldest, 18))
end
if trimmed then redis.call('XTRIM', stream, 'MINID', string.format('%.0f-0', trimmed + 1)) end
redis.call('HSET', state, 'fence', ARGV[1], 'serial', string.format('%.0f', serial),
  'to', ARGV[2], 'version', version, 'bytes', string.format('%.0f', bytes))
return {outcome}
`);

/** Writes deltas to Redis, a stream a partition. */
export class RedisDeltaWriter implements DeltaWriter {
  readonly #link: RedisLink;
  readonly #options: DeltaWriterOptions;
  readonly #recordBytesMax: number;

  constructor(link: RedisLink, options: DeltaWriterOptions = {}) {
    this.#link = link;
    this.#options = options;
    this.#recordBytesMax = options.streamRecordBytesMax ?? STREAM_RECORD_BYTES_MAX;
  }

  /**
   * Appends a delta, or a mark that sends readers to a checkpoint where it is too large. What the stream holds already
   * changes nothing, so that a call which failed as UNAVAILABLE may be repeated.
   */
  async append(delta: ModelDelta, fence: number): Promise<void> {
    const record = this.#recordOf(delta);
    const keys = this.#keysOf(delta.partition);
    const field = record === undefined ? RECORD_FIELDS.reload : RECORD_FIELDS.delta;
    const args = [
      ...[fence, delta.to, delta.version, delta.whole ? '1' : '0'],
      ...[field, record ?? markOf(delta), randomUUID()],
      this.#options.streamRecordsMax ?? STREAM_RECORDS_MAX,
      this.#options.streamBytesMax ?? STREAM_BYTES_MAX,
      delta.from,
    ];
    const reply = await this.#link.run((redis) => APPEND.run(redis, keys, args));
    const [outcome, newer] = reply as [string, string | undefined];
    if (outcome === 'fenced') throw fenced(delta.partition, fence, Number(newer));
    if (outcome === 'there') return;
    const isReload = record === undefined;
    const needed = isReload || (outcome !== 'appended' && !delta.whole);
    const at = isReload ? delta.to : delta.from;
    if (needed) this.#options.onCheckpointNeeded?.(delta.partition, sequence(at));
  }

  /**
   * Where a partition's stream ends; undefined where there is none. A new writer appends from there on: a delta that
   * starts before and ends past it would continue no reader.
   */
  async end(partition: number): Promise<DeltaStreamEnd | undefined> {
    const { state } = deltaStreamKeys(this.#link, partition, this.#options.held);
    const [to, version, fence] = await this.#link.run((redis) =>
      redis.hmget(state, 'to', 'version', 'fence'),
    );
    if (typeof to !== 'string' || typeof version !== 'string') return undefined;
    return { version, to: sequence(Number(to)), fence: Number(fence) };
  }

  #keysOf(partition: number): readonly string[] {
    const { held } = this.#options;
    const { stream, index, state } = deltaStreamKeys(this.#link, partition, held);
    const keys = [stream, index, state];
    return held === undefined ? keys : [...keys, heldStreamsKey(this.#link, partition)];
  }

  /** The delta's record; undefined where it is too large for the stream. */
  #recordOf(delta: ModelDelta): Buffer | undefined {
    if (deltaBytesMin(delta) > this.#recordBytesMax) return undefined;
    const { buffer, byteOffset, byteLength } = encodeDelta(delta);
    if (byteLength > this.#recordBytesMax) return undefined;
    return Buffer.from(buffer, byteOffset, byteLength);
  }
}

function markOf({ version, to }: ModelDelta): string {
  const mark: ReloadMark = { version, to };
  return JSON.stringify(mark);
}

function fenced(partition: number, fence: number, newer: number): RepriseError {
  return new RepriseError('FENCED', `partition ${partition} has a newer writer: this one stops`, {
    partition,
    fence,
    newer,
  });
}
