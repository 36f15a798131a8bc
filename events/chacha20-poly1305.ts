import { ChaCha20, STREAM_WORDS, wordAt } from './chacha20.ts';
import { Poly1305, TAG_WORDS } from './poly1305.ts';

/** Length of a tag in bytes: it stands behind what was encrypted. */
export const TAG_BYTES = 4 * TAG_WORDS;

/** Memory to encrypt in, seen as bytes and as little-endian words. */
export interface CipherMemory {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

/** What a text is encrypted under. */
export interface CipherKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** Twelve bytes from `nonceAt` on, never used twice with the key. */
  readonly nonces: Uint8Array;
  readonly nonceAt: number;
  /** What is authenticated with the text: 16 bytes. */
  readonly associated: Uint8Array;
}

const cipher = new ChaCha20();
const authenticator = new Poly1305();
const tag = new Int32Array(TAG_WORDS);
const tagBytes = new Uint8Array(tag.buffer);

/**
 * Encrypts the bytes from an offset (a multiple of 4) on where they stand by ChaCha20-Poly1305 (RFC 8439), and writes the
 * tag behind them; up to 32 bytes behind the text are written over.
 *
 * It is here and not OpenSSL's because every text has another key: setting up a cipher through Node costs several times as
 * much as all of this. OpenSSL opens what is encrypted here, and tests compare the two.
 */
export function encryptInPlace(
  { bytes, words }: CipherMemory,
  at: number,
  length: number,
  { key, nonces, nonceAt, associated }: CipherKey,
): void {
  cipher.start(key, nonces, nonceAt);
  cipher.next();
  authenticator.start(cipher.stream);
  const first = at >>> 2;
  const end = first + ((length + 3) >>> 2);
  for (let block = first; block < end; block += STREAM_WORDS) {
    cipher.next();
    const count = Math.min(STREAM_WORDS, end - block);
    for (let i = 0; i < count; i += 1) {
      words[block + i] = (words[block + i] as number) ^ (cipher.stream[i] as number);
    }
  }
  const padded = (length + TAG_BYTES - 1) & -TAG_BYTES;
  for (let i = length; i < padded; i += 1) bytes[at + i] = 0;
  authenticator.add(
    wordAt(associated, 0),
    wordAt(associated, 4),
    wordAt(associated, 8),
    wordAt(associated, 12),
  );
  for (let word = first; word < first + padded / 4; word += TAG_WORDS) {
    authenticator.add(
      words[word] as number,
      words[word + 1] as number,
      words[word + 2] as number,
      words[word + 3] as number,
    );
  }
  authenticator.add(TAG_BYTES, 0, length, 0);
  authenticator.finish(tag);
  for (let i = 0; i < TAG_BYTES; i += 1) bytes[at + length + i] = tagBytes[i] as number;
}
