import { RepriseError } from '../events/error.ts';
import type { Checkpoint } from '../model/checkpoint.ts';
import type { RegisteredVersion, VersionRegistry } from './version-registry.ts';

/** What a version is built from that leaves events out: a version's definition, and its bases where it has some. */
export interface VersionOrigin {
  readonly known: RegisteredVersion;
  readonly bases: readonly Checkpoint[] | null;
}

/**
 * Finds what a version without some events is built from: the definition of a version, or, where its trained base saw
 * what is left out, that of the nearest one before it whose base did not. One that starts empty saw nothing.
 */
export async function originWithout(
  registry: Pick<VersionRegistry, 'get' | 'base'>,
  version: string,
  saw: (base: Checkpoint, known: RegisteredVersion) => boolean,
): Promise<VersionOrigin> {
  let name: string | null = version;
  while (name !== null) {
    const known: RegisteredVersion | undefined = await registry.get(name);
    if (known === undefined) break;
    if (known.definition.baseSha256 === null) return { known, bases: null };
    const bases = known.retired === true ? undefined : await unseenBases(registry, known, saw);
    if (bases !== undefined) return { known, bases };
    name = known.parent;
  }
  throw new RepriseError(
    'NOT_FOUND',
    `no version before ${version} is there whose base has not seen what is to be left out`,
    { version },
  );
}

/** The bases of a version; undefined where one of them saw what is left out. */
async function unseenBases(
  registry: Pick<VersionRegistry, 'base'>,
  known: RegisteredVersion,
  saw: (base: Checkpoint, known: RegisteredVersion) => boolean,
): Promise<readonly Checkpoint[] | undefined> {
  const { version, start } = known.definition;
  const bases: Checkpoint[] = [];
  for (const partition of start.keys()) {
    const base = await registry.base(version, partition);
    if (base === undefined || saw(base, known)) return undefined;
    bases.push(base);
  }
  return bases;
}
