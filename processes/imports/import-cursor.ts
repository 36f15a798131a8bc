import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How far an import of one file has come: rows that the journal holds, and a digest of their ids. */
export interface ImportCursor {
  readonly rows: number;
  /** SHA-256 over the ids of these rows, hex: tells the same file from one that merely has its name. */
  readonly digest: string;
}

/** Keeps the cursor of one import, so that a rerun after a kill passes over what is in the journal. */
export interface CursorStore {
  load(): Promise<ImportCursor | undefined>;
  save(cursor: ImportCursor): Promise<void>;
  clear(): Promise<void>;
}

/** Keeps nothing: for input that can't be read twice. */
export const noCursor: CursorStore = {
  load: () => Promise.resolve(undefined),
  save: () => Promise.resolve(),
  clear: () => Promise.resolve(),
};

/**
 * Keeps the cursor in the data folder, so that it goes where the journal goes. `name` tells imports apart: the
 * file and the rules. It is a hint that may be lost: ids make an import from the start give the same journal.
 */
export function cursorFile(data: string, name: string): CursorStore {
  const folder = join(data, 'imports');
  const path = join(folder, `${createHash('sha256').update(name).digest('hex').slice(0, 24)}.json`);
  return {
    async load() {
      try {
        return parseCursor(await readFile(path, 'utf8'));
      } catch {
        return undefined;
      }
    },
    async save(cursor) {
      await mkdir(folder, { recursive: true });
      await writeFile(`${path}.new`, JSON.stringify(cursor));
      await rename(`${path}.new`, path);
    },
    async clear() {
      await rm(path, { force: true });
    },
  };
}

function parseCursor(text: string): ImportCursor | undefined {
  const { rows, digest } = JSON.parse(text) as Partial<ImportCursor>;
  return Number.isSafeInteger(rows) && typeof digest === 'string'
    ? { rows: rows as number, digest }
    : undefined;
}
