import { sameBytes } from '../../../events/blocks/block-header.ts';
import type { Sequence } from '../../../events/position.ts';
import { sequence } from '../../../events/position.ts';
import { SHA256_BYTES, sha256 } from '../../../events/sha256.ts';

/** Event keys in the order of their appends: what the idempotency index is rebuilt from when the journal opens. */
export interface KeyChunk {
  /** The partitions' heads before the chunk's first event and after its last. */
  readonly from: readonly Sequence[];
  readonly to: readonly Sequence[];
  /** When its last event was appended, Unix milliseconds. */
  readonly appendTimeMs: number;
  /** Four words an event: the key's first two, the partition, the low 32 bits of the sequence. */
  readonly entries: Uint32Array;
}

/** Words of an entry. */
export const ENTRY_WORDS = 4;

/** Gathers the entries of a chunk that is not stored yet. */
export class ChunkEntries {
  #words = new Uint32Array(4096 * ENTRY_WORDS);
  #length = 0;

  /** How many events were added. */
  get count(): number {
    return this.#length / ENTRY_WORDS;
  }

  add(word0: number, word1: number, partition: number, sequenceNumber: number): void {
    if (this.#length === this.#words.length) {
      const grown = new Uint32Array(2 * this.#length);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[this.#length] = word0;
    this.#words[this.#length + 1] = word1;
    this.#words[this.#length + 2] = partition;
    this.#words[this.#length + 3] = sequenceNumber % 0x1_0000_0000;
    this.#length += ENTRY_WORDS;
  }

  /** Leaves only the first events: what a failed append added is taken back. */
  truncate(count: number): void {
    this.#length = count * ENTRY_WORDS;
  }

  /** Visits the entries from one on. */
  forEachFrom(
    first: number,
    visit: (word0: number, word1: number, partition: number, sequenceLow: number) => void,
  ): void {
    const words = this.#words;
    for (let at = first * ENTRY_WORDS; at < this.#length; at += ENTRY_WORDS) {
      visit(words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0, words[at + 3] ?? 0);
    }
  }

  /** A copy of the entries. */
  entries(): Uint32Array {
    return this.#words.slice(0, this.#length);
  }
}

/** Encodes a chunk: SHA-256 of the rest, append time, partitions, heads before and after, entries. */
export function encodeChunk(chunk: KeyChunk): Uint8Array {
  const partitions = chunk.to.length;
  const numbers = new Float64Array([chunk.appendTimeMs, partitions, ...chunk.from, ...chunk.to]);
  const bytes = new Uint8Array(SHA256_BYTES + numbers.byteLength + chunk.entries.byteLength);
  bytes.set(new Uint8Array(numbers.buffer), SHA256_BYTES);
  bytes.set(
    new Uint8Array(chunk.entries.buffer, chunk.entries.byteOffset, chunk.entries.byteLength),
    SHA256_BYTES + numbers.byteLength,
  );
  bytes.set(sha256(bytes.subarray(SHA256_BYTES)));
  return bytes;
}

/** Decodes a chunk; undefined where its checksum does not hold: the journal's blocks have the same keys. */
export function decodeChunk(stored: Uint8Array): KeyChunk | undefined {
  const bytes = stored.slice();
  if (!sameBytes(sha256(bytes.subarray(SHA256_BYTES)), bytes.subarray(0, SHA256_BYTES))) {
    return undefined;
  }
  const [appendTimeMs = 0, partitions = 0] = new Float64Array(bytes.buffer, SHA256_BYTES, 2);
  const headsAt = SHA256_BYTES + 16;
  const heads = [...new Float64Array(bytes.buffer, headsAt, 2 * partitions)].map(sequence);
  return {
    appendTimeMs,
    from: heads.slice(0, partitions),
    to: heads.slice(partitions),
    entries: new Uint32Array(bytes.buffer, headsAt + 16 * partitions),
  };
}
