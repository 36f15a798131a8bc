/** Bytes of a segment, unless a record may be larger than a quarter of it. */
const SEGMENT_BYTES_MIN = 1 << 18;

/** Row and length of a record, 4 bytes each, stand before it. */
const HEADER_BYTES = 8;

/** Segments below which nothing is compacted. */
const COMPACTED_FROM = 8;

/** The share of all bytes that live records fill at least, once {@link COMPACTED_FROM} segments are there. */
const LIVE_SHARE_MIN = 0.75;

/** Segments compacted when one is opened: bounds the pause. */
const COMPACTED_AT_ONCE_MAX = 4;

const ROWS_MIN = 256;

interface Segment {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  used: number;
  live: number;
}

/**
 * Byte records by row in a log of segments. A record that is dropped or replaced leaves a hole; when holes make up
 * more than a quarter, the emptiest segments are copied forward and given back.
 */
export class SnapshotArena {
  readonly #segmentBytes: number;
  readonly #segments: (Segment | undefined)[] = [];
  readonly #free: number[] = [];
  /** Where each row's record starts, plus one: segment number times segment bytes plus offset. 0 where there is none. */
  #starts = new Float64Array(ROWS_MIN);
  #current = -1;
  #allocated = 0;
  #live = 0;

  constructor(recordBytesMax: number) {
    let bytes = SEGMENT_BYTES_MIN;
    while (bytes < (recordBytesMax + HEADER_BYTES) * 4) bytes *= 2;
    this.#segmentBytes = bytes;
  }

  /** Bytes held, holes included. */
  get bytes(): number {
    return this.#allocated * this.#segmentBytes + this.#starts.byteLength;
  }

  /** Keeps a row's record, in place of the one it had. */
  put(row: number, record: Uint8Array): void {
    this.#fit(row);
    if (this.#starts[row] !== 0) this.drop(row);
    this.#write(row, record, true);
  }

  /** A view of a row's record, valid until the next change; throws a RangeError where there is none. */
  read(row: number): Uint8Array {
    const { segment, offset } = this.#locate(row);
    const length = segment.view.getUint32(offset + 4, true);
    return segment.bytes.subarray(offset + HEADER_BYTES, offset + HEADER_BYTES + length);
  }

  /** Drops a row's record. */
  drop(row: number): void {
    const { segment, offset, number } = this.#locate(row);
    const bytes = HEADER_BYTES + segment.view.getUint32(offset + 4, true);
    this.#starts[row] = 0;
    segment.live -= bytes;
    this.#live -= bytes;
    if (segment.live === 0 && number !== this.#current) this.#release(number);
  }

  #locate(row: number): { segment: Segment; offset: number; number: number } {
    const start = (this.#starts[row] ?? 0) - 1;
    const number = Math.floor(start / this.#segmentBytes);
    const segment = start < 0 ? undefined : this.#segments[number];
    if (segment === undefined) throw new RangeError(`row ${String(row)} has no snapshot`);
    return { segment, offset: start - number * this.#segmentBytes, number };
  }

  #write(row: number, record: Uint8Array, compacts: boolean): void {
    const bytes = HEADER_BYTES + record.length;
    let segment = this.#segments[this.#current];
    if (segment === undefined || segment.used + bytes > this.#segmentBytes) {
      segment = this.#open();
      if (compacts) {
        this.#compact();
        // What was copied forward may have filled the segment that was opened.
        this.#write(row, record, false);
        return;
      }
    }
    const offset = segment.used;
    segment.view.setUint32(offset, row, true);
    segment.view.setUint32(offset + 4, record.length, true);
    segment.bytes.set(record, offset + HEADER_BYTES);
    segment.used += bytes;
    segment.live += bytes;
    this.#live += bytes;
    this.#starts[row] = this.#current * this.#segmentBytes + offset + 1;
  }

  #open(): Segment {
    const bytes = new Uint8Array(this.#segmentBytes);
    const segment = { bytes, view: new DataView(bytes.buffer), used: 0, live: 0 };
    const before = this.#current;
    this.#current = this.#free.pop() ?? this.#segments.length;
    this.#segments[this.#current] = segment;
    this.#allocated++;
    if (this.#segments[before]?.live === 0) this.#release(before);
    return segment;
  }

  #compact(): void {
    for (let turn = 0; turn < COMPACTED_AT_ONCE_MAX; turn++) {
      const isFull = this.#live >= this.#allocated * this.#segmentBytes * LIVE_SHARE_MIN;
      if (isFull || this.#allocated < COMPACTED_FROM) return;
      const emptiest = this.#emptiest();
      if (emptiest < 0) return;
      this.#moveAll(emptiest);
    }
  }

  #emptiest(): number {
    let best = -1;
    let least = Infinity;
    this.#segments.forEach((segment, number) => {
      if (segment === undefined || number === this.#current || segment.live >= least) return;
      best = number;
      least = segment.live;
    });
    return best;
  }

  /** Copies the live records of a segment forward; the last one to leave gives the segment back. */
  #moveAll(number: number): void {
    const segment = this.#segments[number];
    if (segment === undefined) return;
    for (let offset = 0; segment.live > 0;) {
      const row = segment.view.getUint32(offset, true);
      const length = segment.view.getUint32(offset + 4, true);
      if (this.#starts[row] === number * this.#segmentBytes + offset + 1) {
        const from = offset + HEADER_BYTES;
        this.drop(row);
        this.#write(row, segment.bytes.subarray(from, from + length), false);
      }
      offset += HEADER_BYTES + length;
    }
  }

  #release(number: number): void {
    this.#segments[number] = undefined;
    this.#free.push(number);
    this.#allocated--;
  }

  #fit(row: number): void {
    if (row < this.#starts.length) return;
    const starts = new Float64Array(Math.max(row + 1, Math.ceil(this.#starts.length * 1.25)));
    starts.set(this.#starts);
    this.#starts = starts;
  }
}
