import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { PageFile, PagePort } from '../api/deps.ts';

/** Where set-up builds the page. */
const BUILT = fileURLToPath(new URL('../.build/page/', import.meta.url));

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads the built page into memory; undefined where it was not built. */
export function readPage(folder: string = BUILT): PagePort | undefined {
  try {
    const assets = readdirSync(join(folder, 'assets')).map((name): [string, PageFile] => [
      name,
      readPageFile(join(folder, 'assets', name)),
    ]);
    return { document: readPageFile(join(folder, 'index.html')), assets: new Map(assets) };
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
}

function readPageFile(path: string): PageFile {
  const bytes = readFileSync(path);
  const gzipped = gzipSync(bytes);
  const mediaType = MEDIA_TYPES[extname(path)] ?? 'application/octet-stream';
  return { mediaType, bytes, ...(gzipped.length < bytes.length && { gzipped }) };
}
