import type { LeftOut } from '../../actors/runtime/definition.ts';
import { RepriseError } from '../../events/error.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import type { RegisteredVersion, VersionRegistry } from './version-registry.ts';

/** What a version is built from that leaves events out: a version's definition, and its bases where it has some. */
export interface VersionOrigin {
  readonly known: RegisteredVersion;
  readonly bases: readonly Checkpoint[] | null;
}

/** What a version that is built anew must not have seen, or must have seen. */
export interface OriginWish {
  /** The events that it leaves out. */
  readonly leftOut: readonly LeftOut[];
  /** Tells whether a base saw what nobody may see. */
  readonly saw?: (base: Checkpoint) => boolean;
}

/**
 * Finds what a version without some events is built from: the definition of a version, or, where its trained base saw
 * what is left out, or lacks what isn't, that of the nearest one before it whose base fits. One that starts empty does.
 */
export async function originOf(
  registry: Pick<VersionRegistry, 'get' | 'base'>,
  version: string,
  wish: OriginWish,
): Promise<VersionOrigin> {
  let name: string | null = version;
  while (name !== null) {
    const known: RegisteredVersion | undefined = await registry.get(name);
    if (known === undefined) break;
    if (known.definition.baseSha256 === null) return { known, bases: null };
    const bases = await fittingBases(registry, known, wish);
    if (bases !== undefined) return { known, bases };
    name = known.parent;
  }
  throw new RepriseError(
    'NOT_FOUND',
    `no version before ${version} is there whose base has not seen what is to be left out`,
    { version },
  );
}

/** The quarantines that are in one list and not in the other. */
export function differingBetween(
  some: readonly LeftOut[] = [],
  others: readonly LeftOut[] = [],
): readonly LeftOut[] {
  const onlyIn = (list: readonly LeftOut[], other: readonly LeftOut[]): readonly LeftOut[] =>
    list.filter(({ quarantine }) => !other.some((one) => one.quarantine === quarantine));
  return [...onlyIn(some, others), ...onlyIn(others, some)];
}

/** The bases of a version; undefined where one of them does not fit. */
async function fittingBases(
  registry: Pick<VersionRegistry, 'base'>,
  { definition, retired }: RegisteredVersion,
  { leftOut, saw }: OriginWish,
): Promise<readonly Checkpoint[] | undefined> {
  if (retired === true) return undefined;
  const { version, start } = definition;
  const differing = differingBetween(definition.leftOut, leftOut);
  const isUnfit = differing.some(({ from }) => from.some((at, p) => at < (start[p] ?? -1)));
  if (isUnfit) return undefined;
  const bases: Checkpoint[] = [];
  for (const partition of start.keys()) {
    const base = await registry.base(version, partition);
    if (base === undefined || saw?.(base) === true) return undefined;
    bases.push(base);
  }
  return bases;
}
