import { RepriseError } from '../../events/error.ts';
import type { ErasureRecord, ErasureStore } from '../forgetting/erasure-record.ts';

/**
 * Throws CONFLICT where a version was registered before one that leaves erased users out was planned: what is held of it
 * elsewhere may know them. One that is promoted before that is what the other one is built on.
 */
export async function refuseErasedSince(
  records: Pick<ErasureStore, 'list'>,
  version: string,
): Promise<void> {
  const record = await erasedSince(records, version);
  if (record === undefined) return;
  throw new RepriseError(
    'CONFLICT',
    `${String(record.users)} users were erased since version ${version} was made, by ${String(record.version)}: make it again`,
    { version, erasure: record.erasure },
  );
}

/** The first erasure whose version was planned after another one was registered, if there is one. */
export async function erasedSince(
  records: Pick<ErasureStore, 'list'>,
  version: string,
): Promise<ErasureRecord | undefined> {
  const made = numberOf(version);
  const isSince = (record: ErasureRecord): boolean =>
    record.version !== undefined && numberOf(record.version) > made;
  return (await records.list()).find(isSince);
}

function numberOf(version: string): number {
  return Number(version.slice(1));
}
