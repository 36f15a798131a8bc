import type { Surrogate } from './fact.ts';

/** Length of a surrogate in bytes. */
export const SURROGATE_BYTES = 16;

/** Writes the 16 bytes of a surrogate, from an offset on, as 32 lower-case hex digits. */
export function surrogateFromBytes(bytes: Uint8Array, offset = 0): Surrogate {
  if (bytes.length < offset + SURROGATE_BYTES) {
    throw new RangeError(`a surrogate is 16 bytes, not ${String(bytes.length - offset)}`);
  }
  const view = Buffer.from(bytes.buffer, bytes.byteOffset + offset, SURROGATE_BYTES);
  return view.toString('hex') as Surrogate;
}

/** Reads the 16 bytes of a surrogate; throws a RangeError where the text is not 32 hex digits. */
export function surrogateToBytes(surrogate: Surrogate): Uint8Array {
  const bytes = Buffer.from(surrogate, 'hex');
  if (bytes.length !== SURROGATE_BYTES || surrogate.length !== 2 * SURROGATE_BYTES) {
    throw new RangeError('a surrogate is 32 hex digits');
  }
  return bytes;
}

/** Writes the 16 bytes of a surrogate at an offset; throws a RangeError where the text is not 32 hex digits. */
export function writeSurrogate(surrogate: Surrogate, target: Buffer, at: number): void {
  const written = target.write(surrogate, at, SURROGATE_BYTES, 'hex');
  if (written !== SURROGATE_BYTES || surrogate.length !== 2 * SURROGATE_BYTES) {
    throw new RangeError('a surrogate is 32 hex digits');
  }
}
