import type { Tensor } from './checkpoint.ts';
import { packTexts, unpackTexts } from './packed-texts.ts';
import { atOnce } from './steps.ts';

/** Item ids as tensors: their UTF-8 one after the other, and where each starts. */
export interface PackedIds {
  readonly bytes: Tensor;
  readonly offsets: Tensor;
}

/** Packs item ids as tensors. */
export function packIds(items: readonly string[]): PackedIds {
  const { bytes, offsets } = atOnce(packTexts(items));
  return {
    bytes: { shape: [bytes.length], data: bytes },
    offsets: { shape: [offsets.length], data: offsets },
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
  return atOnce(unpackTexts({ bytes, offsets }));
}
