import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import { cleanPlaces } from '../../activities/replay/clean-places.ts';
import type { CleanPlacesDeps, CleanState, Places } from '../../activities/replay/clean-places.ts';
import { readKept } from '../../activities/versions/kept-states.ts';
import type {
  ChainFault,
  KeptChain,
  KeptStatesDeps,
} from '../../activities/versions/kept-states.ts';
import { partingOf } from '../../activities/replay/parting.ts';
import type { Witness } from '../../activities/replay/parting.ts';
import type { VerifyReport } from '../../api/schema/verification.ts';
import { formatPosition, ORIGIN, sequence } from '../../events/position.ts';
import type { StateMark, StateTrail } from '../../projections/state-trail.ts';
import type { Served } from './verification.ts';

/** What a version left behind on its way, and how it is read. */
export interface RetainedDeps extends KeptStatesDeps, CleanPlacesDeps {
  readonly journal: KeptStatesDeps['journal'] & CleanPlacesDeps['journal'];
  readonly identities: CleanPlacesDeps['identities'];
  readonly yieldNow: CleanPlacesDeps['yieldNow'];
  /** The marks of the live state of a partition. */
  readonly trailOf: (partition: number) => Pick<StateTrail, 'version' | 'marks'> | undefined;
}

/** What is found where everything that a version left behind is set beside a clean replay. */
export interface RetainedReport {
  readonly parted: NonNullable<VerifyReport['parted']>;
  readonly kept: NonNullable<VerifyReport['kept']>;
}

/** Something left behind at a place, and whether a clean state there is the same. */
interface Left {
  readonly at: number;
  readonly kind: Witness['kind'];
  readonly isGivenBy: (clean: CleanState) => boolean;
}

/** Sets marks, kept checkpoints and the served state of a version beside a clean replay from its bases. */
export async function compareRetained(
  deps: RetainedDeps,
  definition: VersionDefinition,
  served: readonly Served[],
  onDone: (events: number) => void,
  signal: AbortSignal,
): Promise<RetainedReport> {
  const chains: KeptChain[] = [];
  for (const { partition } of served) {
    chains.push(await readKept(deps, definition, partition, signal));
  }
  const left = served.map((one, at) => leftBehind(deps, definition, one, chains[at]));
  const done = served.map(() => 0);
  const clean = await cleanPlaces(
    deps,
    definition,
    left.map(placesOf),
    (partition, at) => {
      done[partition] = Math.min(at, served[partition]?.at ?? ORIGIN) + 1;
      onDone(done.reduce((sum, one) => sum + one, 0));
    },
    signal,
  );
  const witnesses = left.map((all, partition) =>
    all.map(({ at, kind, isGivenBy }): Witness => {
      const state = clean[partition]?.get(at);
      return { at, kind, equal: state !== undefined && isGivenBy(state) };
    }),
  );
  return {
    parted: await partedOf(deps, definition, witnesses),
    kept: keptOf(chains, witnesses),
  };
}

/** All that a partition left behind up to where it is served, in the order in which it came to be. */
function leftBehind(
  { trailOf }: RetainedDeps,
  { version, start }: VersionDefinition,
  { partition, at: end, hash }: Served,
  chain: KeptChain | undefined,
): readonly Left[] {
  const trail = trailOf(partition);
  const marks: readonly StateMark[] = trail?.version === version ? trail.marks : [];
  const states = chain?.states ?? [];
  const taken = states.flatMap(({ at, rowsTaken }) =>
    rowsTaken === null ? [] : [{ sequence: at, digest: rowsTaken }],
  );
  // What was taken comes before what is read back, and so does every mark of the same place.
  const rows = [...taken, ...marks].map((mark): Left => ({
    at: mark.sequence,
    kind: 'rows',
    isGivenBy: (clean) => clean.rows === mark.digest,
  }));
  const whole = states.map((state): Left => ({
    at: state.at,
    kind: 'checkpoint',
    isGivenBy: (clean) => clean.hash === state.hash,
  }));
  const from = start[partition] ?? ORIGIN;
  const before = [...rows, ...whole].filter(({ at }) => at >= from && at <= end);
  return [
    ...before.sort((one, other) => one.at - other.at),
    { at: end, kind: 'state', isGivenBy: (clean) => clean.hash === hash },
  ];
}

function placesOf(left: readonly Left[]): Places {
  return {
    rows: [...new Set(left.map(({ at }) => at))],
    states: new Set(left.flatMap(({ at, kind }) => (kind === 'rows' ? [] : [at]))),
  };
}

/** Where partitions part, the one whose event came first in front: the others may have it from there, by a merge. */
async function partedOf(
  { journal }: RetainedDeps,
  { start }: VersionDefinition,
  witnesses: readonly (readonly Witness[])[],
): Promise<RetainedReport['parted']> {
  const found: { appendedMs: number; parted: RetainedReport['parted'][number] }[] = [];
  for (const [partition, all] of witnesses.entries()) {
    const parting = partingOf(start[partition] ?? ORIGIN, all);
    if (parting === undefined) continue;
    const { after, at, by } = parting;
    const block = at > ORIGIN ? await journal.read(partition, sequence(at - 1)) : undefined;
    found.push({
      appendedMs: block?.appendedMs(at - block.firstSequence) ?? 0,
      parted: {
        partition,
        after: formatPosition({ partition, sequence: sequence(after) }),
        at: formatPosition({ partition, sequence: sequence(at) }),
        events: at - after,
        by,
      },
    });
  }
  return found.sort((one, other) => one.appendedMs - other.appendedMs).map(({ parted }) => parted);
}

function keptOf(
  chains: readonly KeptChain[],
  witnesses: readonly (readonly Witness[])[],
): RetainedReport['kept'] {
  const differing = witnesses.flatMap((all, partition) =>
    all
      .filter(({ kind, equal }) => kind === 'checkpoint' && !equal)
      .map(({ at }): ChainFault => {
        const position = formatPosition({ partition, sequence: sequence(at) });
        return { position, fault: 'its state is not what a clean replay gives there' };
      }),
  );
  const sum = (of: (chain: KeptChain) => number): number =>
    chains.reduce((total, chain) => total + of(chain), 0);
  return {
    checkpoints: sum(({ states }) => states.length),
    marks: witnesses.flat().filter(({ kind }) => kind === 'rows').length,
    unlinked: sum(({ unlinked }) => unlinked),
    otherKernel: sum(({ otherKernel }) => otherKernel),
    faults: [...chains.flatMap(({ faults }) => faults), ...differing],
  };
}
