/** Bytes that look drawn and are not: each drawing begins with its number. */
export function countingBytes(): (length: number) => Uint8Array {
  let drawn = 0;
  return (length) => {
    const bytes = new Uint8Array(length);
    drawn += 1;
    new DataView(bytes.buffer).setUint32(0, drawn);
    return bytes;
  };
}
