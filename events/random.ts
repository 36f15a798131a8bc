/** Draws that many random bytes from a cryptographic source; passed in, so that a test can fix them. */
export type RandomBytes = (length: number) => Uint8Array;
