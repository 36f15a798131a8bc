import type { Tensor } from './checkpoint.ts';

/** Item ids as tensors: their UTF-8 one after the other, and where each starts. */
export interface PackedIds {
  readonly bytes: Tensor;
  readonly offsets: Tensor;
}

/** Packs item ids as tensors. */
export function packIds(items: readonly string[]): PackedIds {
  const encoder = new TextEncoder();
  const offsets = new Uint32Array(items.length + 1);
  const texts = items.map((item) => encoder.encode(item));
  let end = 0;
  for (const [at, text] of texts.entries()) {
    end += text.length;
    offsets[at + 1] = end;
  }
  const bytes = new Uint8Array(end);
  for (const [at, text] of texts.entries()) bytes.set(text, offsets[at]);
  return {
    bytes: { shape: [end], data: bytes },
    offsets: { shape: [items.length + 1], data: offsets },
  };
}

/** Reads what {@link packIds} packed; undefined where the tensors do not fit together. */
export function unpackIds(
  packed: Tensor | undefined,
  starts: Tensor | undefined,
): string[] | undefined {
  const bytes = packed?.data;
  const offsets = starts?.data;
  if (!(bytes instanceof Uint8Array && offsets instanceof Uint32Array)) return undefined;
  if (offsets.at(-1) !== bytes.length) return undefined;
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const items: string[] = [];
  for (let row = 0; row + 1 < offsets.length; row += 1) {
    items.push(decoder.decode(bytes.subarray(offsets[row], offsets[row + 1])));
  }
  return items;
}
