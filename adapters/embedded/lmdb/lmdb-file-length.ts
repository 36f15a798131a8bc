import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';

/** Where the fields of LMDB's two meta pages stand, in bytes from the start of the page. */
const META = { magic: 24, mapSize: 40, pageSize: 48, lastPage: 144, end: 160 } as const;

const MAGIC = 0xbeefc0de;
const PAGE_SIZES: readonly number[] = [4096, 8192, 16_384, 32_768, 65_536];

/**
 * Lengthens a data file with zeros where it is shorter than its meta pages say. LMDB reads through a memory map, and
 * beyond the end of a file that was cut, a read would end the process; in a page of zeros it finds the damage.
 */
export function restoreLength(dataFile: string): void {
  if (!existsSync(dataFile)) return;
  const file = openSync(dataFile, 'r+');
  try {
    const { size } = fstatSync(file);
    const needed = Math.max(neededLength(file, 0), neededLength(file, pageSizeOf(file)));
    if (size > 0 && size < needed) ftruncateSync(file, needed);
  } finally {
    closeSync(file);
  }
}

function neededLength(file: number, metaAt: number): number {
  const meta = readMeta(file, metaAt);
  if (meta?.readUInt32LE(META.magic) !== MAGIC) return 0;
  const pageSize = pageSizeOf(file);
  const length = (Number(meta.readBigUInt64LE(META.lastPage)) + 1) * pageSize;
  const mapSize = Number(meta.readBigUInt64LE(META.mapSize));
  return Number.isSafeInteger(length) && length <= mapSize ? length : 0;
}

function pageSizeOf(file: number): number {
  const pageSize = readMeta(file, 0)?.readUInt32LE(META.pageSize) ?? 0;
  return PAGE_SIZES.includes(pageSize) ? pageSize : 4096;
}

function readMeta(file: number, at: number): Buffer | undefined {
  const meta = Buffer.alloc(META.end);
  return readSync(file, meta, 0, META.end, at) === META.end ? meta : undefined;
}
