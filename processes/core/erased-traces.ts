import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeletedTraces } from '../../activities/forgetting/erasure-record.ts';
import type { TraceTest } from '../../activities/forgetting/erasing.ts';
import { retireBases } from '../../activities/versions/retired-bases.ts';
import type { CoreParts } from './core-parts.ts';

/** What deleting the traces of erased users works on. */
export type TracesParts = Pick<
  CoreParts,
  | 'stores'
  | 'live'
  | 'versions'
  | 'shadows'
  | 'checkpoints'
  | 'merges'
  | 'registry'
  | 'search'
  | 'pacing'
  | 'kept'
  | 'keeping'
>;

/**
 * Deletes every derived file that may hold an erased user, once a version without them is live: checkpoints, merges and
 * index releases of all other versions, the bases that hold one, and the files of training runs, which fail then.
 */
export async function deleteTraces(
  parts: TracesParts,
  live: string,
  holds: TraceTest,
): Promise<DeletedTraces> {
  const { checkpoints, merges, versions } = parts;
  // The next start then needs none of what is deleted.
  for (const one of parts.live) await one.checkpoint();
  versions.dropOtherShadows(live);
  const deleted = {
    runs: await removeRuns(parts),
    bases: await retireBases(parts.registry, live, holds),
    checkpoints: await checkpoints.removeOthers(live),
    merges: await merges.store.removeOthers(live),
    indexReleases: await removeReleases(parts, live),
  };
  // Nothing of what is left is kept again between the deletion and the renewal of what is held.
  const shadows = await parts.keeping.apart(async () => {
    await parts.kept.figures.forgetOthers(live);
    const removed = await parts.kept.store.keepOnly(new Set());
    await parts.shadows.renew();
    return removed;
  });
  return { ...deleted, checkpoints: deleted.checkpoints + shadows };
}

async function removeRuns({ stores }: TracesParts): Promise<number> {
  const folder = stores.folder.partPath('runs');
  const names = await readdir(folder).catch(() => []);
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true });
  return names.length;
}

async function removeReleases(
  { search, pacing }: TracesParts,
  live: string,
): Promise<readonly string[]> {
  const removed = await search.removeOthers(live);
  if (removed.length > 0) pacing.due();
  return removed;
}
