import { RepriseError } from '../events/error.ts';
import type { ErasureStore } from './erasure-record.ts';

/**
 * Throws CONFLICT where a version was registered before one that leaves erased users out was planned: what is held of it
 * elsewhere may know them. One that is promoted before that is what the other one is built on.
 */
export async function refuseErasedSince(
  records: Pick<ErasureStore, 'list'>,
  version: string,
): Promise<void> {
  for (const record of await records.list()) {
    if (record.version === undefined || numberOf(record.version) <= numberOf(version)) continue;
    throw new RepriseError(
      'CONFLICT',
      `${String(record.users)} users were erased since version ${version} was made, by ${record.version}: make it again`,
      { version, erasure: record.erasure },
    );
  }
}

function numberOf(version: string): number {
  return Number(version.slice(1));
}
