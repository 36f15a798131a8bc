/** The numbers of texts in byte order of their UTF-8, which is the order of their code points. */
export function inByteOrder(texts: readonly string[]): Uint32Array {
  const encoder = new TextEncoder();
  const bytes = texts.map((text) => encoder.encode(text));
  return Uint32Array.from(texts.keys()).sort((left, right) =>
    compareBytes(bytes[left] as Uint8Array, bytes[right] as Uint8Array),
  );
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at++) {
    const difference = (left[at] as number) - (right[at] as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
