import { rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { syncFolder } from '../../published-file.ts';
import { openEnvironment } from './lmdb-environment.ts';
import type { LmdbEnvironment, LmdbOptions } from './lmdb-environment.ts';

/** Rows that one transaction of a rewriting copies: between two of them other work runs. */
export const REWRITE_ROWS_MAX = 2_000;

/** No key sorts between another one and that one with a NUL. */
const NEXT = Buffer.from([0]);

/**
 * Copies the rows of an environment, and nothing else, to a draft beside it: free pages, and the gaps in pages where
 * deleted rows stand on, are left behind. Nobody may write meanwhile.
 */
export async function copyRows(
  from: LmdbEnvironment,
  place: LmdbOptions,
  tables: readonly string[],
): Promise<void> {
  const to = await openDraft(place);
  try {
    for (const table of tables) await copyTable(from, to, table);
  } finally {
    await to.close();
  }
  await syncDraft(place);
}

/** Opens an empty environment beside another one, which may take its place later. */
export async function openDraft(place: LmdbOptions): Promise<LmdbEnvironment> {
  const draft = draftOf(place.folder);
  await rm(draft, { recursive: true, force: true });
  return openEnvironment({ ...place, folder: draft, isDraft: true });
}

/** Makes a draft durable that was closed. */
export async function syncDraft({ folder }: LmdbOptions): Promise<void> {
  const file = await open(join(draftOf(folder), 'data.mdb'), 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Closes an environment, puts its draft in its place and opens that; nobody may read meanwhile. After a kill one of
 * the two files is there, whole.
 */
export async function takeDraft(
  old: LmdbEnvironment,
  place: LmdbOptions,
): Promise<LmdbEnvironment> {
  const draft = draftOf(place.folder);
  await old.close();
  await rename(join(draft, 'data.mdb'), join(place.folder, 'data.mdb'));
  await syncFolder(place.folder);
  removeDraft(place.folder);
  return openEnvironment(place);
}

/** Removes what a rewriting, perhaps one that was cut off, has left of its draft. */
export function removeDraft(folder: string): void {
  rmSync(draftOf(folder), { recursive: true, force: true });
}

function draftOf(folder: string): string {
  return `${folder}.draft`;
}

/** Copies the rows of a table, some at a time. */
export async function copyTable(
  from: LmdbEnvironment,
  to: LmdbEnvironment,
  name: string,
): Promise<void> {
  const source = from.table(name);
  const target = to.table(name);
  let start: Uint8Array | undefined;
  for (;;) {
    const rows = [...source.range({ ...(start && { start }), limit: REWRITE_ROWS_MAX })];
    await to.commit((writer) => {
      for (const { key, value } of rows) writer.put(target, key, value);
    });
    const last = rows.at(REWRITE_ROWS_MAX - 1);
    if (last === undefined) return;
    start = Buffer.concat([last.key, NEXT]);
    await nextTurn();
  }
}
