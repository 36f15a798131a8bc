import { UserState, type ActorSettings } from '../user-state.ts';
import { SnapshotArena } from './snapshot-arena.ts';

const ROWS_MIN = 256;

/** Bytes that a row number may take as a varint. */
const VARINT_BYTES_MAX = 5;

/**
 * States of idle actors, folded: what has a fixed size stands in columns, the items in an arena as varints. A user
 * with 20 seen items among 100,000 takes about 115 bytes.
 */
export class SnapshotStore {
  readonly #arena: SnapshotArena;
  readonly #recentItemsMax: number;
  #events = new Uint32Array(ROWS_MIN);
  #positives = new Uint32Array(ROWS_MIN);
  #timesMs = new Float64Array(ROWS_MIN);
  /** The record that is being put together or read. */
  #record: Uint8Array;

  constructor(settings: ActorSettings) {
    const recordBytesMax = (settings.seenItemsMax + settings.recentItemsMax + 1) * VARINT_BYTES_MAX;
    this.#arena = new SnapshotArena(recordBytesMax);
    this.#record = new Uint8Array(recordBytesMax);
    this.#recentItemsMax = settings.recentItemsMax;
  }

  /** Bytes held, unused ones included. */
  get bytes(): number {
    const columns = this.#events.byteLength + this.#positives.byteLength + this.#timesMs.byteLength;
    return this.#arena.bytes + columns;
  }

  /** Folds a state in. */
  put(row: number, state: UserState): void {
    this.#fit(row);
    this.#events[row] = state.events;
    this.#positives[row] = state.positives;
    this.#timesMs[row] = state.timeMs;
    const record = this.#record;
    let at = writeVarint(record, 0, state.seenCount);
    for (let index = 0; index < state.seenCount; index++) {
      at = writeVarint(record, at, state.seenAt(index));
    }
    for (let index = 0; index < state.recentCount; index++) {
      at = writeVarint(record, at, state.recentAt(index));
    }
    this.#arena.put(row, record.subarray(0, at));
  }

  /** Takes a state out. */
  take(row: number): UserState {
    const state = this.read(row);
    this.#arena.drop(row);
    return state;
  }

  /** Unfolds a state and leaves it in. */
  read(row: number): UserState {
    const events = this.events(row);
    const cursor = new Cursor(this.#arena.read(row));
    const seen = cursor.rows(cursor.next());
    const recent = cursor.rows(Math.min(events, this.#recentItemsMax));
    const positives = this.positives(row);
    return UserState.of({ seen, recent, events, positives, timeMs: this.timeMs(row) });
  }

  /** Copies the seen items of a state to `out[offset…]` and returns how many there are. */
  copyItems(row: number, out: Uint32Array, offset: number): number {
    const cursor = new Cursor(this.#arena.read(row));
    const count = cursor.next();
    for (let index = 0; index < count; index++) out[offset + index] = cursor.next();
    return count;
  }

  /** The interactions of a state that is in. */
  events(row: number): number {
    return this.#events[row] as number;
  }

  /** The positive ones among them. */
  positives(row: number): number {
    return this.#positives[row] as number;
  }

  /** The last event time of a state that is in. */
  timeMs(row: number): number {
    return this.#timesMs[row] as number;
  }

  #fit(row: number): void {
    if (row < this.#events.length) return;
    const length = Math.max(row + 1, Math.ceil(this.#events.length * 1.25));
    const events = new Uint32Array(length);
    events.set(this.#events);
    this.#events = events;
    const positives = new Uint32Array(length);
    positives.set(this.#positives);
    this.#positives = positives;
    const timesMs = new Float64Array(length);
    timesMs.set(this.#timesMs);
    this.#timesMs = timesMs;
  }
}

/** Reads varints one after the other. */
class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  next(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.#at++] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  rows(count: number): number[] {
    const rows: number[] = [];
    for (let index = 0; index < count; index++) rows.push(this.next());
    return rows;
  }
}

function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let to = at;
  while (rest >= 0x80) {
    bytes[to++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[to++] = rest;
  return to;
}
