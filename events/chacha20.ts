/** Words of a block of the key stream. */
export const STREAM_WORDS = 16;

/** "expand 32-byte k": the first row of every state. */
const CONSTANT = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
const KEY_WORDS = 8;
const COUNTER = 12;
const DOUBLE_ROUNDS = 10;

/**
 * The key stream of ChaCha20 (RFC 8439). It adds, rotates and xors words, and looks nothing up: how long it takes tells
 * nothing of the key.
 */
export class ChaCha20 {
  /** The block of the key stream that {@link next} made last. */
  readonly stream = new Int32Array(STREAM_WORDS);
  readonly #state = new Int32Array(STREAM_WORDS);

  constructor() {
    this.#state.set(CONSTANT);
  }

  /** Starts the stream of a key (32 bytes) and a nonce (12 bytes, from an offset on) at its block 0. */
  start(key: Uint8Array, nonces: Uint8Array, nonceAt: number): void {
    const state = this.#state;
    for (let i = 0; i < KEY_WORDS; i += 1) state[4 + i] = wordAt(key, 4 * i);
    state[COUNTER] = 0;
    for (let i = 0; i < 3; i += 1) state[COUNTER + 1 + i] = wordAt(nonces, nonceAt + 4 * i);
  }

  /** Makes the next block of the stream. */
  next(): void {
    const { stream } = this;
    const state = this.#state;
    stream.set(state);
    for (let round = 0; round < DOUBLE_ROUNDS; round += 1) {
      quarterRound(stream, 0, 4, 8, 12);
      quarterRound(stream, 1, 5, 9, 13);
      quarterRound(stream, 2, 6, 10, 14);
      quarterRound(stream, 3, 7, 11, 15);
      quarterRound(stream, 0, 5, 10, 15);
      quarterRound(stream, 1, 6, 11, 12);
      quarterRound(stream, 2, 7, 8, 13);
      quarterRound(stream, 3, 4, 9, 14);
    }
    for (let i = 0; i < STREAM_WORDS; i += 1) {
      stream[i] = (stream[i] as number) + (state[i] as number);
    }
    state[COUNTER] = (state[COUNTER] as number) + 1;
  }
}

/** Mixes four words of a block. */
function quarterRound(words: Int32Array, a: number, b: number, c: number, d: number): void {
  let wa = words[a] as number;
  let wb = words[b] as number;
  let wc = words[c] as number;
  let wd = words[d] as number;
  wa = (wa + wb) | 0;
  wd = rotated(wd ^ wa, 16);
  wc = (wc + wd) | 0;
  wb = rotated(wb ^ wc, 12);
  wa = (wa + wb) | 0;
  wd = rotated(wd ^ wa, 8);
  wc = (wc + wd) | 0;
  wb = rotated(wb ^ wc, 7);
  words[a] = wa;
  words[b] = wb;
  words[c] = wc;
  words[d] = wd;
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** The little-endian word at an offset. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}
