import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { RepriseError } from '../../../events/error.ts';
import type { Sequence } from '../../../events/position.ts';
import { decodeDelta } from '../../../model/delta-codec.ts';
import type { DeltaEvent, DeltaReader } from '../../../projections/delta-feed.ts';
import { DeltaPlace } from './delta-place.ts';
import type { Verdict } from './delta-place.ts';
import { RECORD_FIELDS, deltaStreamKeys, readReloadMark } from './delta-stream-keys.ts';
import type { DeltaStreamKeys } from './delta-stream-keys.ts';
import type { RedisLink } from './redis.ts';

/** Settings of a reader of deltas; all have defaults. */
export interface DeltaReaderOptions {
  /** The version whose deltas are read, beside the live one; the live one's are where it is absent. */
  readonly held?: string;
  /** Told why a partition's reading was interrupted: once an outage, and once a record that is damaged. */
  readonly onTrouble?: (partition: number, error: RepriseError) => void;
  /** How long one command waits for a record; a lost stream is noticed after that. */
  readonly blockMsMax?: number;
  /** Records that one command brings. */
  readonly readRecordsMax?: number;
  /** The longest pause before Redis is tried again. */
  readonly retryMsMax?: number;
  /** Milliseconds that only go forwards. */
  readonly clock?: () => number;
}

/** How fresh what a reader gives is. */
export interface DeltaFreshness {
  /** Since Redis last answered for the partition: past a second or two, answers are stale. */
  readonly answeredMsAgo: number;
  /** Since the last delta was given: long where nothing happens, too. */
  readonly deltaMsAgo: number;
}

/** Where in a partition's stream a reader goes on: after this record of this generation. */
interface Cursor {
  readonly generation: string | null;
  serial: number;
}

interface Reading {
  readonly partition: number;
  readonly keys: DeltaStreamKeys;
  readonly place: DeltaPlace;
  readonly signal: AbortSignal;
}

type Fields = readonly Buffer[];

/** A record's id and its fields. */
type StreamRecord = readonly [Buffer, Fields];

const BLOCK_MS_MAX = 1_000;
const READ_RECORDS_MAX = 16;
const RETRY_MS_MIN = 25;
const RETRY_MS_MAX = 1_000;

/** Reads deltas from Redis: each partition over a connection of its own, which it opens again where it broke. */
export class RedisDeltaReader implements DeltaReader {
  readonly #link: RedisLink;
  readonly #options: DeltaReaderOptions;
  readonly #clock: () => number;
  readonly #closing = new AbortController();
  readonly #answered = new Map<number, number>();
  readonly #given = new Map<number, number>();

  constructor(link: RedisLink, options: DeltaReaderOptions = {}) {
    this.#link = link;
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
  }

  /** How fresh a partition's deltas are; undefined where it was never read. */
  freshness(partition: number): DeltaFreshness | undefined {
    const answered = this.#answered.get(partition);
    const given = this.#given.get(partition);
    if (answered === undefined || given === undefined) return undefined;
    const now = this.#clock();
    return { answeredMsAgo: now - answered, deltaMsAgo: now - given };
  }

  /**
   * Gives the deltas that continue `after`, until the signal aborts or the reader is closed; ends after a gap. Outages
   * are waited out.
   */
  async *read(
    partition: number,
    after: Sequence,
    version: string,
    signal: AbortSignal,
  ): AsyncIterable<DeltaEvent> {
    const over = new AbortController();
    const end = (): void => over.abort();
    for (const source of [signal, this.#closing.signal]) source.addEventListener('abort', end);
    if (signal.aborted || this.#closing.signal.aborted) end();
    try {
      const keys = deltaStreamKeys(this.#link, partition, this.#options.held);
      const place = new DeltaPlace(after, version);
      yield* this.#persistently({ partition, keys, place, signal: over.signal });
    } finally {
      for (const source of [signal, this.#closing.signal]) source.removeEventListener('abort', end);
      end();
    }
  }

  /** Ends every reading at once. */
  close(): Promise<void> {
    this.#closing.abort();
    return Promise.resolve();
  }

  /** Reads over one connection after the other, with growing pauses while Redis does not answer. */
  async *#persistently(reading: Reading): AsyncGenerator<DeltaEvent, void> {
    const { partition, signal } = reading;
    const started = this.#clock();
    this.#answered.set(partition, started);
    this.#given.set(partition, started);
    for (let failures = 0; !signal.aborted; failures += 1) {
      const answered = this.#answered.get(partition);
      const trouble = yield* this.#connected(reading);
      if (trouble === undefined) return;
      if (this.#answered.get(partition) !== answered) failures = 0;
      if (failures === 0) this.#options.onTrouble?.(partition, trouble);
      await this.#pause(failures, signal);
    }
  }

  /** Reads over one connection while it lasts; returns why it broke, or undefined where the reading is over. */
  async *#connected(reading: Reading): AsyncGenerator<DeltaEvent, RepriseError | undefined> {
    const { signal, partition } = reading;
    const redis = this.#link.open(this.#link.commandMsMax + this.#blockMsMax);
    const disconnect = (): void => redis.disconnect();
    signal.addEventListener('abort', disconnect);
    try {
      let cursor = await this.#locate(redis, reading);
      while (!signal.aborted) {
        const records = await this.#records(redis, reading, cursor);
        const isGap = yield* this.#give(reading, cursor, records);
        if (records.length > 0 && !isGap) continue;
        if (await this.#isLost(redis, reading, cursor)) {
          cursor = await this.#locate(redis, reading);
        } else if (isGap) {
          yield { kind: 'gap', partition };
          return undefined;
        }
      }
      return undefined;
    } catch (error) {
      return this.#trouble(error, signal);
    } finally {
      signal.removeEventListener('abort', disconnect);
      redis.disconnect();
    }
  }

  /** Gives what records continue the reader; returns whether something is missing before one. */
  *#give(
    reading: Reading,
    cursor: Cursor,
    records: readonly StreamRecord[],
  ): Generator<DeltaEvent, boolean> {
    for (const [id, fields] of records) {
      if (reading.signal.aborted) return false;
      const { verdict, event } = this.#judge(reading, fields);
      if (verdict === 'gap') return true;
      cursor.serial = Number.parseInt(id.toString(), 10);
      if (event === undefined) continue;
      this.#given.set(reading.partition, this.#clock());
      yield event;
    }
    return false;
  }

  /** What broke a connection; throws what is no outage, and is nothing where the reading is over. */
  #trouble(error: unknown, signal: AbortSignal): RepriseError | undefined {
    if (signal.aborted) return undefined;
    const explained = this.#link.explain(error);
    if (explained instanceof RepriseError) return explained;
    throw explained;
  }

  /** Finds the record before the first that may continue where the reader stands. */
  async #locate(redis: Redis, { partition, keys, place }: Reading): Promise<Cursor> {
    const [generation = null, serial = null] = await redis.hmget(
      keys.state,
      'generation',
      'serial',
    );
    const [next] = await redis.zrangebyscore(keys.index, place.position, '+inf', 'LIMIT', 0, 1);
    this.#answered.set(partition, this.#clock());
    const before = next === undefined ? Number(serial ?? 0) : Number(next.slice(0, 16)) - 1;
    return { generation, serial: before };
  }

  /**
   * Tells whether the stream is another one than the cursor stands in: it was flushed, or came back as it was before,
   * so that its numbers started again or went back, and what it holds past the reader has numbers already read.
   */
  async #isLost(redis: Redis, reading: Reading, cursor: Cursor): Promise<boolean> {
    const { partition, keys, place } = reading;
    const fields = ['generation', 'serial', 'to'] as const;
    const [generation, serial, to] = await redis.hmget(keys.state, ...fields);
    this.#answered.set(partition, this.#clock());
    if (generation !== cursor.generation) return true;
    const last = Number(serial);
    return last < cursor.serial || (last === cursor.serial && Number(to) > place.position);
  }

  async #records(
    redis: Redis,
    { partition, keys }: Reading,
    cursor: Cursor,
  ): Promise<readonly StreamRecord[]> {
    const count = this.#options.readRecordsMax ?? READ_RECORDS_MAX;
    const reply = (await redis.xreadBuffer(
      ...(['COUNT', count, 'BLOCK', this.#blockMsMax] as const),
      'STREAMS',
      ...[keys.stream, `${String(cursor.serial)}-0`],
    )) as readonly (readonly [Buffer, readonly StreamRecord[]])[] | null;
    this.#answered.set(partition, this.#clock());
    return reply?.[0]?.[1] ?? [];
  }

  #judge(
    { partition, place }: Reading,
    [field, value]: Fields,
  ): { readonly verdict: Verdict; readonly event?: DeltaEvent } {
    try {
      const record = value ?? Buffer.alloc(0);
      if (field?.toString() === RECORD_FIELDS.reload) {
        return { verdict: place.takeMark(readReloadMark(record.toString())) };
      }
      const delta = decodeDelta(record);
      const verdict = place.take(delta);
      return verdict === 'next' ? { verdict, event: { kind: 'delta', delta } } : { verdict };
    } catch (error) {
      // What is damaged is read no further: the reader goes on from a checkpoint.
      const reason = error instanceof Error ? error.message : String(error);
      const message = `a record of the delta stream is damaged (${reason}): a checkpoint is read`;
      this.#options.onTrouble?.(partition, new RepriseError('DAMAGED', message, { partition }));
      return { verdict: 'gap' };
    }
  }

  get #blockMsMax(): number {
    return this.#options.blockMsMax ?? BLOCK_MS_MAX;
  }

  async #pause(failures: number, signal: AbortSignal): Promise<void> {
    const most = this.#options.retryMsMax ?? RETRY_MS_MAX;
    const delay = Math.min(RETRY_MS_MIN * 2 ** Math.min(failures, 16), most);
    // An abort ends the pause early: the loop looks at the signal by itself.
    await pause(delay, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
