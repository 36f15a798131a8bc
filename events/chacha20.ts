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
    mix(state, stream);
    for (let i = 0; i < STREAM_WORDS; i += 1) {
      stream[i] = (stream[i] as number) + (state[i] as number);
    }
    state[COUNTER] = (state[COUNTER] as number) + 1;
  }
}

/**
 * Mixes a state's words in twenty rounds. Written out over locals, which stay in registers: over an array it takes three
 * times as long.
 */
function mix(state: Int32Array, stream: Int32Array): void {
  let x0 = state[0] as number;
  let x1 = state[1] as number;
  let x2 = state[2] as number;
  let x3 = state[3] as number;
  let x4 = state[4] as number;
  let x5 = state[5] as number;
  let x6 = state[6] as number;
  let x7 = state[7] as number;
  let x8 = state[8] as number;
  let x9 = state[9] as number;
  let x10 = state[10] as number;
  let x11 = state[11] as number;
  let x12 = state[12] as number;
  let x13 = state[13] as number;
  let x14 = state[14] as number;
  let x15 = state[15] as number;
  for (let round = 0; round < DOUBLE_ROUNDS; round += 1) {
    x12 = rotated(x12 ^ (x0 = (x0 + x4) | 0), 16);
    x4 = rotated(x4 ^ (x8 = (x8 + x12) | 0), 12);
    x12 = rotated(x12 ^ (x0 = (x0 + x4) | 0), 8);
    x4 = rotated(x4 ^ (x8 = (x8 + x12) | 0), 7);
    x13 = rotated(x13 ^ (x1 = (x1 + x5) | 0), 16);
    x5 = rotated(x5 ^ (x9 = (x9 + x13) | 0), 12);
    x13 = rotated(x13 ^ (x1 = (x1 + x5) | 0), 8);
    x5 = rotated(x5 ^ (x9 = (x9 + x13) | 0), 7);
    x14 = rotated(x14 ^ (x2 = (x2 + x6) | 0), 16);
    x6 = rotated(x6 ^ (x10 = (x10 + x14) | 0), 12);
    x14 = rotated(x14 ^ (x2 = (x2 + x6) | 0), 8);
    x6 = rotated(x6 ^ (x10 = (x10 + x14) | 0), 7);
    x15 = rotated(x15 ^ (x3 = (x3 + x7) | 0), 16);
    x7 = rotated(x7 ^ (x11 = (x11 + x15) | 0), 12);
    x15 = rotated(x15 ^ (x3 = (x3 + x7) | 0), 8);
    x7 = rotated(x7 ^ (x11 = (x11 + x15) | 0), 7);
    x15 = rotated(x15 ^ (x0 = (x0 + x5) | 0), 16);
    x5 = rotated(x5 ^ (x10 = (x10 + x15) | 0), 12);
    x15 = rotated(x15 ^ (x0 = (x0 + x5) | 0), 8);
    x5 = rotated(x5 ^ (x10 = (x10 + x15) | 0), 7);
    x12 = rotated(x12 ^ (x1 = (x1 + x6) | 0), 16);
    x6 = rotated(x6 ^ (x11 = (x11 + x12) | 0), 12);
    x12 = rotated(x12 ^ (x1 = (x1 + x6) | 0), 8);
    x6 = rotated(x6 ^ (x11 = (x11 + x12) | 0), 7);
    x13 = rotated(x13 ^ (x2 = (x2 + x7) | 0), 16);
    x7 = rotated(x7 ^ (x8 = (x8 + x13) | 0), 12);
    x13 = rotated(x13 ^ (x2 = (x2 + x7) | 0), 8);
    x7 = rotated(x7 ^ (x8 = (x8 + x13) | 0), 7);
    x14 = rotated(x14 ^ (x3 = (x3 + x4) | 0), 16);
    x4 = rotated(x4 ^ (x9 = (x9 + x14) | 0), 12);
    x14 = rotated(x14 ^ (x3 = (x3 + x4) | 0), 8);
    x4 = rotated(x4 ^ (x9 = (x9 + x14) | 0), 7);
  }
  stream[0] = x0;
  stream[1] = x1;
  stream[2] = x2;
  stream[3] = x3;
  stream[4] = x4;
  stream[5] = x5;
  stream[6] = x6;
  stream[7] = x7;
  stream[8] = x8;
  stream[9] = x9;
  stream[10] = x10;
  stream[11] = x11;
  stream[12] = x12;
  stream[13] = x13;
  stream[14] = x14;
  stream[15] = x15;
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
