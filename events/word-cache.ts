/** Words kept, a power of two. */
const SLOTS = 32_768;
/** Longer words are decoded each time, so that what is kept is bounded: 3 MB at most. */
const WORD_BYTES_KEPT_MAX = 64;

/**
 * Decodes the words of dictionaries, of which a stream repeats most in block after block: a word that was met lately is
 * given again as the very string, which costs no memory and carries its hash along for whoever looks it up in a Map.
 * Words of other than ASCII are decoded as they come.
 */
export class WordCache {
  readonly #words = new Array<string>(SLOTS).fill('');

  /** The string of the UTF-8 from `start` to before `end`. */
  decode(text: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > WORD_BYTES_KEPT_MAX) return text.toString('utf8', start, end);
    let hash = length;
    for (let at = start; at < end; at++) {
      const byte = text[at] as number;
      if (byte >= 0x80) return text.toString('utf8', start, end);
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const first = this.#words[slot] as string;
    if (first.length === length && holds(first, text, start)) return first;
    // Two words may share a place: the one before moves to the place beside it.
    const second = this.#words[slot ^ 1] as string;
    if (second.length === length && holds(second, text, start)) return second;
    const word = text.toString('latin1', start, end);
    this.#words[slot ^ 1] = first;
    this.#words[slot] = word;
    return word;
  }
}

function holds(word: string, text: Buffer, start: number): boolean {
  for (let at = 0; at < word.length; at++) {
    if (word.charCodeAt(at) !== text[start + at]) return false;
  }
  return true;
}
