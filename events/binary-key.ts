/** Length of an event key and of a surrogate. */
const WORD_BYTES = 16;

/**
 * Turns bytes into a string of one character a byte, which a Map can compare by value: typed arrays compare by
 * identity there, and hex would be twice as long.
 */
export function binaryKey(bytes: Uint8Array, start = 0, end = bytes.length): string {
  // Event keys and surrogates: no buffer has to be made for them.
  if (end - start === WORD_BYTES && end <= bytes.length) return sixteen(bytes, start);
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

function sixteen(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(
    bytes[at] as number,
    bytes[at + 1] as number,
    bytes[at + 2] as number,
    bytes[at + 3] as number,
    bytes[at + 4] as number,
    bytes[at + 5] as number,
    bytes[at + 6] as number,
    bytes[at + 7] as number,
    bytes[at + 8] as number,
    bytes[at + 9] as number,
    bytes[at + 10] as number,
    bytes[at + 11] as number,
    bytes[at + 12] as number,
    bytes[at + 13] as number,
    bytes[at + 14] as number,
    bytes[at + 15] as number,
  );
}
