import { inRuns, type Steps } from './steps.ts';

/** Texts as bytes: their UTF-8 one after the other, and where each starts. */
export interface PackedTexts {
  readonly bytes: Uint8Array;
  /** One more than there are texts. */
  readonly offsets: Uint32Array;
}

const TEXTS_A_RUN = 1_024;

/** Packs texts in turns. */
export function* packTexts(texts: readonly string[]): Steps<PackedTexts> {
  const encoder = new TextEncoder();
  const offsets = new Uint32Array(texts.length + 1);
  let bytes = new Uint8Array(Math.max(64, texts.length * 16));
  let end = 0;
  yield* inRuns(texts.length, TEXTS_A_RUN, (first, last) => {
    for (let at = first; at < last; at++) {
      const text = texts[at] as string;
      // UTF-8 takes three bytes a UTF-16 unit at most.
      if (end + text.length * 3 > bytes.length) {
        const wider = new Uint8Array(bytes.length * 2 + text.length * 3);
        wider.set(bytes);
        bytes = wider;
      }
      end += encoder.encodeInto(text, bytes.subarray(end)).written;
      offsets[at + 1] = end;
    }
  });
  return { bytes: bytes.slice(0, end), offsets };
}

/** Reads texts that were packed, in turns. */
export function* unpackTexts({ bytes, offsets }: PackedTexts): Steps<string[]> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const texts: string[] = [];
  yield* inRuns(offsets.length - 1, TEXTS_A_RUN, (first, end) => {
    for (let at = first; at < end; at++) {
      texts.push(decoder.decode(bytes.subarray(offsets[at], offsets[at + 1])));
    }
  });
  return texts;
}
