import type { LeftOut } from '../../actors/runtime/definition.ts';
import { beating } from '../beating.ts';
import type { QuarantineRecord } from './quarantine-record.ts';
import { withoutPlan } from './quarantines.ts';
import type { Quarantines } from './quarantines.ts';
import { headsOf, promoteRebuilt, registerRebuilt } from '../replay/rebuilding.ts';
import type { RebuildingDeps, RebuildPlan } from '../replay/rebuilding.ts';

/** What building versions without what is in quarantine needs from outside. */
export interface QuarantiningDeps extends RebuildingDeps {
  readonly quarantines: Pick<Quarantines, 'pending' | 'list' | 'change'>;
}

/** Quarantines that a version put into force or lifted; none where they are still pending. */
export interface QuarantineEnd {
  readonly quarantines: readonly string[];
}

/** The side effects of quarantines. Each may be called again with the same input and then changes nothing more. */
export interface QuarantineActivities {
  /** Registers the version that leaves out what is in quarantine now; null where no quarantine is pending. */
  beginQuarantine(): Promise<RebuildPlan | null>;
  /** Makes the version live and notes which quarantines it put into force, and which it lifted. */
  finishQuarantine(input: { version: string }): Promise<QuarantineEnd>;
}

/** Makes the activities of quarantines. */
export function createQuarantineActivities(deps: QuarantiningDeps): QuarantineActivities {
  return {
    beginQuarantine: () => beating(async () => (await beginQuarantine(deps)) ?? null),
    finishQuarantine: ({ version }) =>
      beating(({ signal }) => finishQuarantine(deps, version, signal)),
  };
}

/** Registers the version that leaves out what is in quarantine now; undefined where no quarantine is pending. */
export async function beginQuarantine(deps: QuarantiningDeps): Promise<RebuildPlan | undefined> {
  const [oldest] = await deps.quarantines.pending();
  if (oldest === undefined) return undefined;
  // The name is noted before it is taken, so that a second call after a kill goes on with the same version.
  const named = await deps.quarantines.change(oldest.quarantine, async (current) =>
    (await isPlanned(deps, current)) ? current : planned(deps, current),
  );
  const { version = '', parent = '' } = named;
  const standing = await deps.registry.get(version);
  const leftOut = standing?.definition.leftOut ?? (standing ? [] : await inForce(deps));
  const replayedFrom = named.replayedFrom ?? (await registered(deps, version, parent, leftOut));
  await deps.quarantines.change(oldest.quarantine, (current) =>
    current.replayedFrom === undefined ? { ...current, replayedFrom } : current,
  );
  const users = new Set(leftOut.flatMap((each) => each.users)).size;
  return { version, users, from: replayedFrom, heads: await headsOf(deps) };
}

/** Makes the version live and notes which quarantines it put into force, and which it lifted. */
export async function finishQuarantine(
  deps: QuarantiningDeps,
  version: string,
  signal: AbortSignal,
): Promise<QuarantineEnd> {
  const pending = await deps.quarantines.pending();
  const planned = pending.find((record) => record.version === version);
  if (planned === undefined) return { quarantines: [] };
  const promotion = await promoteRebuilt(deps, planned, signal);
  if (promotion === undefined) return { quarantines: [] };
  const { leftOut = [] } = (await deps.registry.get(version))?.definition ?? {};
  const names = new Set(leftOut.map(({ quarantine }) => quarantine));
  const { parent = '', replayedFrom = [] } = planned;
  const about = { version, parent, replayedFrom, promotedAt: promotion.positions };
  const quarantines: string[] = [];
  for (const { quarantine } of pending) {
    const changed = await deps.quarantines.change(quarantine, (current) => {
      const isLeftOut = names.has(quarantine);
      if (current.state === 'building' && isLeftOut)
        return { ...current, ...about, state: 'active' };
      if (current.state === 'lifting' && !isLeftOut)
        return { ...current, ...about, state: 'lifted' };
      return current;
    });
    if (changed.state === 'active' || changed.state === 'lifted') quarantines.push(quarantine);
  }
  return { quarantines };
}

/** False where a third version is live by now: what was planned is to be built on that. */
async function isPlanned(
  { live }: QuarantiningDeps,
  { version, parent }: QuarantineRecord,
): Promise<boolean> {
  return version !== undefined && [version, parent].includes(await live());
}

async function planned(
  deps: QuarantiningDeps,
  record: QuarantineRecord,
): Promise<QuarantineRecord> {
  return {
    ...withoutPlan(record),
    version: await deps.registry.nextName(),
    parent: await deps.live(),
  };
}

/** What versions that are built now leave out. */
async function inForce({ quarantines }: QuarantiningDeps): Promise<readonly LeftOut[]> {
  const records = await quarantines.list();
  return records
    .filter(({ state }) => state === 'building' || state === 'active')
    .map(({ quarantine, users, source, from, to }) => ({
      ...{ quarantine, users, from, to },
      ...(source !== undefined && { source }),
    }));
}

async function registered(
  deps: QuarantiningDeps,
  version: string,
  parent: string,
  leftOut: readonly LeftOut[],
): Promise<readonly number[]> {
  const first = Array.from({ length: deps.journal.partitions }, () => null);
  const { from } = await registerRebuilt(deps, { version, parent, leftOut, first });
  return from;
}
