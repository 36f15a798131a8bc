import { hasCode } from '../../events/error.ts';
import type { TraceTest } from '../forgetting/erasing.ts';
import type { RegisteredVersion, VersionRegistry } from './version-registry.ts';

interface BaseRegistry extends Pick<VersionRegistry, 'list' | 'base'> {
  retire(version: string): Promise<void>;
}

/** Retires every version but the live one whose trained base holds an erased user; returns which. */
export async function retireBases(
  registry: BaseRegistry,
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
  registry: BaseRegistry,
  known: RegisteredVersion,
  holds: TraceTest,
): Promise<boolean> {
  for (const partition of known.definition.start.keys()) {
    const base = await registry.base(known.definition.version, partition).catch(refuseOutage);
    if (base === null || (base !== undefined && holds(base))) return true;
  }
  return false;
}

/** A base that cannot be read may hold a user, too, and nothing can be built from it; a store that is away says nothing. */
function refuseOutage(error: unknown): null {
  if (hasCode(error, 'UNAVAILABLE')) throw error;
  return null;
}
