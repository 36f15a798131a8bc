/**
 * The frames that go through the searcher's pipes, little-endian. A request: bytes that follow (u32), id (u32),
 * partition (u16), k (u16), the query (f32 each). A reply: bytes that follow (u32), id (u32), status (u32), labels
 * (u32 each).
 */
const REQUEST_HEAD = 12;
const REPLY_HEAD = 12;

/** The id of the reply that a process sends once, when it can answer. */
export const READY_ID = 0xffff_ffff;

/** Bytes that a frame may have; more is a broken pipe. */
export const FRAME_BYTES_MAX = 1 << 20;

/** Statuses of a reply. */
export const FOUND = 0;
/** The process could not search: the partition has no index. */
export const NOT_FOUND = 1;

/** What the core asks. */
export interface SearchRequest {
  readonly id: number;
  readonly partition: number;
  readonly k: number;
  readonly query: Float32Array;
}

/** What the searcher answers. */
export interface SearchReply {
  readonly id: number;
  readonly status: number;
  readonly labels: Uint32Array;
}

/** Writes a request's frame. */
export function encodeRequest(request: SearchRequest): Buffer {
  const bytes = Buffer.allocUnsafe(REQUEST_HEAD + request.query.length * 4);
  bytes.writeUInt32LE(bytes.length - 4, 0);
  bytes.writeUInt32LE(request.id, 4);
  bytes.writeUInt16LE(request.partition, 8);
  bytes.writeUInt16LE(request.k, 10);
  bytes.set(bytesOf(request.query), REQUEST_HEAD);
  return bytes;
}

/** Reads a whole request frame. */
export function decodeRequest(frame: Buffer): SearchRequest {
  return {
    id: frame.readUInt32LE(4),
    partition: frame.readUInt16LE(8),
    k: frame.readUInt16LE(10),
    query: new Float32Array(copyFrom(frame, REQUEST_HEAD)),
  };
}

/** Writes a reply's frame. */
export function encodeReply(reply: SearchReply): Buffer {
  const bytes = Buffer.allocUnsafe(REPLY_HEAD + reply.labels.length * 4);
  bytes.writeUInt32LE(bytes.length - 4, 0);
  bytes.writeUInt32LE(reply.id, 4);
  bytes.writeUInt32LE(reply.status, 8);
  bytes.set(bytesOf(reply.labels), REPLY_HEAD);
  return bytes;
}

/** Reads a whole reply frame. */
export function decodeReply(frame: Buffer): SearchReply {
  return {
    id: frame.readUInt32LE(4),
    status: frame.readUInt32LE(8),
    labels: new Uint32Array(copyFrom(frame, REPLY_HEAD)),
  };
}

/** Cuts a stream of bytes into whole frames. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The whole frames that end in this chunk; throws a RangeError on a length that no frame has. */
  push(chunk: Buffer): readonly Buffer[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    let at = 0;
    while (bytes.length - at >= 4) {
      const end = at + 4 + bytes.readUInt32LE(at);
      if (end - at > FRAME_BYTES_MAX || end - at < REQUEST_HEAD) {
        throw new RangeError(`a frame of ${end - at} bytes is none of the searcher's`);
      }
      if (end > bytes.length) break;
      frames.push(bytes.subarray(at, end));
      at = end;
    }
    this.#rest = bytes.subarray(at);
    return frames;
  }
}

function bytesOf(values: Float32Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A copy of the frame's tail: typed arrays have to start at a multiple of four. */
function copyFrom(frame: Buffer, start: number): ArrayBuffer {
  return Uint8Array.from(frame.subarray(start)).buffer;
}
