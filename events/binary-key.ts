/**
 * Turns bytes into a string of one character a byte, which a Map can compare by value: typed arrays compare by
 * identity there, and hex would be twice as long.
 */
export function binaryKey(bytes: Uint8Array, start = 0, end = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
