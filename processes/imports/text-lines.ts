import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { RepriseError } from '../../events/error.ts';
import { lineCharactersMax } from './row.ts';

/** Whole lines of a file, in order. */
export interface LineBatch {
  /** Number of the first line, from 1. */
  readonly firstLine: number;
  readonly lines: readonly string[];
}

/**
 * Reads bytes as lines of UTF-8 text: unpacks gzip, drops a byte order mark, takes `\n` and `\r\n` alike, cuts a
 * line at {@link lineCharactersMax}. Throws INVALID on other packings and encodings, naming the remedy.
 */
export async function* readLines(source: Readable): AsyncGenerator<LineBatch> {
  const decoder = new TextDecoder('utf-8');
  let carry = '';
  let cut = false;
  let firstLine = 1;
  for await (const bytes of unpack(source)) {
    const text: string = carry + decoder.decode(bytes, { stream: true });
    const lines = text.split('\n');
    carry = lines.pop() ?? '';
    // The rest of a line that was cut already is dropped: its head stands in `carry` alone.
    if (carry.length > lineCharactersMax) {
      carry = carry.slice(0, lineCharactersMax);
      cut = true;
    }
    if (cut && lines.length > 0) {
      lines[0] = (lines[0] as string).slice(0, lineCharactersMax);
      cut = false;
    }
    if (lines.length === 0) continue;
    yield { firstLine, lines: lines.map(withoutReturn) };
    firstLine += lines.length;
  }
  const last = carry + decoder.decode();
  if (last !== '') yield { firstLine, lines: [withoutReturn(last)] };
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** Unpacks gzip and refuses what is no UTF-8 text, by the first bytes. */
async function* unpack(source: Readable): AsyncGenerator<Uint8Array> {
  const iterator = (source as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  const first = await headBytes(iterator);
  refuseUnreadable(first);
  const rest = continued(first, iterator);
  if (first[0] !== 0x1f || first[1] !== 0x8b) {
    yield* rest;
    return;
  }
  const gunzip = createGunzip();
  const feeding = feed(rest, gunzip);
  try {
    yield* gunzip as AsyncIterable<Uint8Array>;
    await feeding;
  } catch (error) {
    throw unpackFault(error);
  } finally {
    gunzip.destroy();
    await feeding.catch(() => undefined);
  }
}

/** The first bytes, at least four where the source has them. */
async function headBytes(iterator: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < 4) {
    const next = await iterator.next();
    if (next.done === true) break;
    chunks.push(next.value);
    length += next.value.length;
  }
  return Buffer.concat(chunks);
}

async function* continued(
  first: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) return;
    yield next.value;
  }
}

async function feed(
  chunks: AsyncIterable<Uint8Array>,
  gunzip: ReturnType<typeof createGunzip>,
): Promise<void> {
  for await (const chunk of chunks) {
    if (gunzip.destroyed) return;
    if (!gunzip.write(chunk)) await drained(gunzip);
  }
  gunzip.end();
}

function drained(gunzip: ReturnType<typeof createGunzip>): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      gunzip.off('drain', done);
      gunzip.off('close', done);
      resolve();
    };
    gunzip.on('drain', done);
    gunzip.on('close', done);
  });
}

function unpackFault(error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string' || !code.startsWith('Z_')) return error;
  return new RepriseError(
    'INVALID',
    'the gzip data are damaged or end early: fetch the file again',
    { cause: code },
    error,
  );
}

const UNREADABLE: readonly (readonly [readonly number[], string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'the file is a zip archive: unpack it and import a file of it'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'the file is packed with zstd: unpack it, or pack it with gzip'],
  [[0x42, 0x5a, 0x68], 'the file is packed with bzip2: unpack it, or pack it with gzip'],
  [[0xfd, 0x37, 0x7a, 0x58], 'the file is packed with xz: unpack it, or pack it with gzip'],
  [[0x50, 0x41, 0x52, 0x31], 'the file is Parquet: convert it to CSV'],
  [[0xff, 0xfe], 'the file is UTF-16: convert it to UTF-8'],
  [[0xfe, 0xff], 'the file is UTF-16: convert it to UTF-8'],
];

function refuseUnreadable(first: Uint8Array): void {
  const found = UNREADABLE.find(([magic]) => magic.every((byte, i) => first[i] === byte));
  if (found !== undefined) throw new RepriseError('INVALID', found[1]);
}
