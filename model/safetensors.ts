import type { Checkpoint, CheckpointManifest, Tensor } from './checkpoint.ts';
import { createSha256 } from './sha256.ts';

/** The most bytes hashed or handed out in one piece: what encoding blocks for at a time. */
export const CHUNK_BYTES_MAX = 1_048_576;

/** The most bytes that a header may have. */
export const HEADER_BYTES_MAX = 67_108_864;

const FORMAT = 'reprise-checkpoint/1';
const PREFIX_BYTES = 8;
const NO_HASH = '0'.repeat(64);
/** The header starts with its own hash, so that the hash's place is known; it is hashed with zeros there. */
const HEADER_START = '{"__metadata__":{"headerSha256":"';

const TYPES = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  U8: Uint8Array,
} as const;

type TypeName = keyof typeof TYPES;

interface TensorEntry {
  readonly dtype: TypeName;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

function typeName(tensor: Tensor): TypeName {
  const found = (Object.keys(TYPES) as TypeName[]).find(
    (name) => tensor.data instanceof TYPES[name],
  );
  if (found === undefined) throw new RangeError('a tensor is an array of F64, F32, I32, U32 or U8');
  return found;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** Tensors in the order of the file: wide elements first, so that each stands aligned, then by name. */
function ordered(checkpoint: Checkpoint): [string, Tensor][] {
  return Object.entries(checkpoint.tensors).sort(([a, left], [b, right]) => {
    const wider = right.data.BYTES_PER_ELEMENT - left.data.BYTES_PER_ELEMENT;
    return wider !== 0 ? wider : a < b ? -1 : 1;
  });
}

function bytesOf(tensor: Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = tensor.data;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES_MAX) {
    yield bytes.subarray(at, at + CHUNK_BYTES_MAX);
  }
}

/** Hashes in pieces, yielding after each; returns the digest in hex. */
function* hashInPieces(bytes: Uint8Array): Generator<undefined, string> {
  const hash = createSha256();
  for (const piece of pieces(bytes)) {
    hash.update(piece);
    yield undefined;
  }
  return hash.hex();
}

function headerHash(header: Uint8Array): string {
  const hash = createSha256();
  const prefix = new Uint8Array(PREFIX_BYTES);
  new DataView(prefix.buffer).setUint32(0, header.length, true);
  hash.update(prefix);
  const at = HEADER_START.length;
  hash.update(header.subarray(0, at));
  hash.update(new TextEncoder().encode(NO_HASH));
  hash.update(header.subarray(at + NO_HASH.length));
  return hash.hex();
}

function buildHeader(
  manifest: CheckpointManifest,
  entries: ReadonlyMap<string, TensorEntry>,
  hashes: ReadonlyMap<string, string>,
): Uint8Array {
  const metadata = [
    `"format":${JSON.stringify(FORMAT)}`,
    `"manifest":${JSON.stringify(JSON.stringify(manifest))}`,
    ...Array.from(hashes, ([name, hash]) => `${JSON.stringify(`sha256:${name}`)}:"${hash}"`),
  ];
  const tensors = Array.from(
    entries,
    ([name, entry]) => `,${JSON.stringify(name)}:${JSON.stringify(entry)}`,
  );
  const text = `${HEADER_START}${NO_HASH}",${metadata.join(',')}}${tensors.join('')}}`;
  const length = new TextEncoder().encode(text).length;
  const header = new TextEncoder().encode(text + ' '.repeat((8 - (length % 8)) % 8));
  header.set(new TextEncoder().encode(headerHash(header)), HEADER_START.length);
  return header;
}

/**
 * Encodes a checkpoint as a safetensors file, in chunks of at most CHUNK_BYTES_MAX. Hashing comes before the first
 * byte can be written, so some chunks are empty: a writer that yields after each chunk never blocks for longer than one
 * takes. The metadata hold the manifest, the SHA-256 of every tensor (`sha256:<name>`), and the header's own.
 */
export function* encodeCheckpoint(checkpoint: Checkpoint): Generator<Uint8Array, void> {
  const tensors = ordered(checkpoint);
  const entries = new Map<string, TensorEntry>();
  const hashes = new Map<string, string>();
  let offset = 0;
  for (const [name, tensor] of tensors) {
    if (name === '__metadata__' || sizeOf(tensor.shape) !== tensor.data.length) {
      throw new RangeError(`tensor ${name} does not fit its shape [${tensor.shape.join(', ')}]`);
    }
    const hashing = hashInPieces(bytesOf(tensor));
    let step = hashing.next();
    for (; step.done !== true; step = hashing.next()) yield new Uint8Array(0);
    hashes.set(name, step.value);
    const end = offset + tensor.data.byteLength;
    entries.set(name, {
      dtype: typeName(tensor),
      shape: tensor.shape,
      data_offsets: [offset, end],
    });
    offset = end;
  }
  const header = buildHeader(checkpoint.manifest, entries, hashes);
  if (header.length > HEADER_BYTES_MAX) {
    throw new RangeError(`a checkpoint's header of ${String(header.length)} bytes is too large`);
  }
  const prefix = new Uint8Array(PREFIX_BYTES);
  new DataView(prefix.buffer).setUint32(0, header.length, true);
  yield prefix;
  yield* pieces(header);
  for (const [, tensor] of tensors) yield* pieces(bytesOf(tensor));
}

function damaged(what: string, cause?: unknown): Error {
  const error = new Error(`the checkpoint is damaged: ${what}`, { cause });
  return Object.assign(error, { code: 'DAMAGED' });
}

interface Header {
  readonly manifest: CheckpointManifest;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly entries: readonly [string, TensorEntry][];
  readonly dataStart: number;
}

function readHeader(file: Uint8Array): Header {
  if (file.length < PREFIX_BYTES) throw damaged('it ends before its header');
  const view = new DataView(file.buffer, file.byteOffset, PREFIX_BYTES);
  const length = view.getUint32(0, true);
  const dataStart = PREFIX_BYTES + length;
  if (view.getUint32(4, true) !== 0 || length > HEADER_BYTES_MAX || dataStart > file.length) {
    throw damaged('the length of its header cannot be');
  }
  const bytes = file.subarray(PREFIX_BYTES, dataStart);
  const at = HEADER_START.length;
  const text = new TextDecoder().decode(bytes);
  if (!text.startsWith(HEADER_START) || headerHash(bytes) !== text.slice(at, at + NO_HASH.length)) {
    throw damaged('its header does not match its checksum');
  }
  try {
    const { __metadata__: metadata, ...tensors } = JSON.parse(text) as Record<
      string,
      TensorEntry
    > & {
      __metadata__: Record<string, string>;
    };
    if (metadata['format'] !== FORMAT) throw new Error(`its format is not ${FORMAT}`);
    const manifest = JSON.parse(metadata['manifest'] ?? '') as CheckpointManifest;
    // In the order of the file: an object puts names that look like numbers first.
    const entries = Object.entries(tensors).sort(([, left], [, right]) => {
      const [a, b] = [left.data_offsets, right.data_offsets];
      return a[0] - b[0] || a[1] - b[1];
    });
    return { manifest, metadata, entries, dataStart };
  } catch (error) {
    throw damaged('its header cannot be read', error);
  }
}

function readTensor(file: Uint8Array, header: Header, entry: TensorEntry): Tensor {
  const [from, to] = entry.data_offsets;
  const start = file.byteOffset + header.dataStart + from;
  const make = TYPES[entry.dtype];
  const length = (to - from) / make.BYTES_PER_ELEMENT;
  if (start % make.BYTES_PER_ELEMENT === 0) {
    return { shape: entry.shape, data: new make(file.buffer as ArrayBuffer, start, length) };
  }
  const copy = file.slice(header.dataStart + from, header.dataStart + to);
  return { shape: entry.shape, data: new make(copy.buffer, 0, length) };
}

/**
 * Decodes a file in steps that each block about as long as one chunk takes; the generator's return value is the
 * checkpoint, whose tensors are views of the bytes given where these are aligned. Throws an Error of code DAMAGED
 * where any byte of the file is not the one that was written.
 */
export function* decodeCheckpointInSteps(file: Uint8Array): Generator<undefined, Checkpoint> {
  const header = readHeader(file);
  const tensors = new Map<string, Tensor>();
  let end = 0;
  for (const [name, entry] of header.entries) {
    const [from, to] = entry.data_offsets;
    const fits =
      from === end && to - from === sizeOf(entry.shape) * TYPES[entry.dtype].BYTES_PER_ELEMENT;
    if (!fits || header.dataStart + to > file.length) throw damaged(`tensor ${name} is not whole`);
    end = to;
    const hash = yield* hashInPieces(file.subarray(header.dataStart + from, header.dataStart + to));
    if (hash !== header.metadata[`sha256:${name}`]) {
      throw damaged(`tensor ${name} does not match its checksum`);
    }
    tensors.set(name, readTensor(file, header, entry));
  }
  if (header.dataStart + end !== file.length) throw damaged('it does not end where its tensors do');
  return { manifest: header.manifest, tensors: Object.fromEntries(tensors) };
}

/** Decodes a file at once; see {@link decodeCheckpointInSteps}. */
export function decodeCheckpoint(file: Uint8Array): Checkpoint {
  const steps = decodeCheckpointInSteps(file);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}
