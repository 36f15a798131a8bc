import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeletedTraces } from '../../activities/erasure-record.ts';
import type { TraceTest } from '../../activities/erasing.ts';
import type { RegisteredVersion } from '../../activities/version-registry.ts';
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
    bases: await retireBases(parts, live, holds),
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

async function retireBases(
  { registry }: TracesParts,
  live: string,
  holds: TraceTest,
): Promise<readonly string[]> {
  const retired: string[] = [];
  for (const known of await registry.list()) {
    const { version, baseSha256 } = known.definition;
    if (version === live || baseSha256 === null || known.retired === true) continue;
    if (!(await holdsAny(registry, known, holds))) continue;
    await registry.retire(version);
    retired.push(version);
  }
  return retired;
}

async function holdsAny(
  registry: TracesParts['registry'],
  known: RegisteredVersion,
  holds: TraceTest,
): Promise<boolean> {
  for (const partition of known.definition.start.keys()) {
    // One that cannot be read may hold a user, too, and nothing can be built from it.
    const base = await registry.base(known.definition.version, partition).catch(() => null);
    if (base === null || (base !== undefined && holds(base))) return true;
  }
  return false;
}

async function removeReleases(
  { search, pacing }: TracesParts,
  live: string,
): Promise<readonly string[]> {
  const removed = await search.removeOthers(live);
  if (removed.length > 0) pacing.due();
  return removed;
}
