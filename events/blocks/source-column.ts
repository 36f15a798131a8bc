import { RepriseError } from '../error.ts';

/** Where the interactions of a block came from: a dictionary and one number a row. */
export interface SourceColumn {
  /** The distinct sources; the first is the empty text, which stands for none. */
  readonly words: readonly string[];
  /** Index into `words` per row. */
  readonly rows: Uint32Array;
}

/** Gives the source of a row; undefined where it has none. */
export function sourceAt(column: SourceColumn | undefined, row: number): string | undefined {
  const word = column?.words[column.rows[row] ?? 0];
  return word === undefined || word === '' ? undefined : word;
}

/** Gathers the sources of rows, one after the other; undefined where no row has one. */
export function gatherSources(sources: readonly (string | undefined)[]): SourceColumn | undefined {
  if (sources.every((source) => source === undefined)) return undefined;
  const numbers = new Map([['', 0]]);
  const rows = Uint32Array.from(sources, (source = '') => numberOf(numbers, source));
  return { words: [...numbers.keys()], rows };
}

/** Puts the columns of consecutive rows together, each with the number of its rows. */
export function joinSources(
  parts: readonly (readonly [column: SourceColumn | undefined, rows: number])[],
): SourceColumn | undefined {
  if (parts.every(([column]) => column === undefined)) return undefined;
  const numbers = new Map([['', 0]]);
  const rows = new Uint32Array(parts.reduce((sum, [, count]) => sum + count, 0));
  let start = 0;
  for (const [column, count] of parts) {
    const renumbered = column?.words.map((word) => numberOf(numbers, word));
    for (let row = 0; renumbered !== undefined && row < count; row += 1) {
      rows[start + row] = renumbered[column?.rows[row] ?? 0] ?? 0;
    }
    start += count;
  }
  return { words: [...numbers.keys()], rows };
}

/** Counts of words and of bytes of text, before the column itself. */
const COUNTS_BYTES = 8;

/** Appends a column to a content: its counts, the ends of its words, the number of each row, and text. */
export function appendSources(content: Uint8Array, { words, rows }: SourceColumn): Uint8Array {
  const texts = words.slice(1);
  const text = Buffer.from(texts.join(''));
  const start = aligned(content.length);
  const at = columnAt(start, texts.length, rows.length);
  const whole = new Uint8Array(at.text + text.length);
  whole.set(content);
  new Uint32Array(whole.buffer, start, 2).set([texts.length, text.length]);
  const ends = new Uint32Array(whole.buffer, at.ends, texts.length);
  let end = 0;
  texts.forEach((word, i) => {
    end += Buffer.byteLength(word);
    ends[i] = end;
  });
  new Uint32Array(whole.buffer, at.rows, rows.length).set(rows);
  whole.set(text, at.text);
  return whole;
}

/** Reads the column that was appended to a content of `length` bytes; throws DAMAGED where it does not fill the rest. */
export function readSources(whole: Uint8Array, length: number, count: number): SourceColumn {
  const { buffer, byteOffset: base } = whole;
  const start = aligned(length);
  if (whole.length < start + COUNTS_BYTES) throw damaged();
  const [texts = 0, bytes = 0] = new Uint32Array(buffer, base + start, 2);
  const at = columnAt(start, texts, count);
  if (at.text + bytes !== whole.length) throw damaged();
  const text = Buffer.from(buffer, base, whole.length);
  const words = [''];
  let from = at.text;
  for (const end of new Uint32Array(buffer, base + at.ends, texts)) {
    words.push(text.toString('utf8', from, at.text + end));
    from = at.text + end;
  }
  return { words, rows: new Uint32Array(buffer, base + at.rows, count) };
}

function numberOf(numbers: Map<string, number>, word: string): number {
  const number = numbers.get(word) ?? numbers.size;
  numbers.set(word, number);
  return number;
}

function aligned(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function columnAt(
  start: number,
  texts: number,
  count: number,
): { readonly ends: number; readonly rows: number; readonly text: number } {
  const ends = start + COUNTS_BYTES;
  const rows = ends + 4 * texts;
  return { ends, rows, text: rows + 4 * count };
}

function damaged(): RepriseError {
  return new RepriseError('DAMAGED', 'the sources of a block do not fill its content');
}
