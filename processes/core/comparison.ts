import type { LivePartition } from '../../activities/replay/live-partition.ts';
import type { Shadows } from '../../activities/versions/shadows.ts';
import type { VersionRegistry } from '../../activities/versions/version-registry.ts';
import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import {
  HEAVY_USER_EVENTS_MIN,
  NEW_USER_EVENTS_MAX,
  TAIL_SHARE,
} from '../../actors/runtime/prequential-observer.ts';
import type { ComparisonsPort } from '../../api/deps.ts';
import type { ComparisonAnswer } from '../../api/schema/comparison.ts';
import { RepriseError } from '../../events/error.ts';
import { formatPosition } from '../../events/position.ts';
import { COHORT } from '../../model/stream/observed-events.ts';
import type { ObservedEvents } from '../../model/stream/observed-events.ts';
import {
  hitWithin,
  pairedFigure,
  pairEvents,
  reciprocalWithin,
} from '../../model/stream/paired-figures.ts';
import type { PairedEvent } from '../../model/stream/paired-figures.ts';
import { answersInCommon, itemAlignment } from './compared-states.ts';

const K = 10;

/** Points of the line over the stream. */
const STREAM_POINTS = 60;

const METHOD =
  'Sampled events that both versions ranked before they learned them, paired by event; differences b − a with normal ' +
  'intervals of 95 % of the paired differences. Cohorts as the first version saw them: new users had fewer than ' +
  `${String(NEW_USER_EVENTS_MAX)} events, heavy ones ${String(HEAVY_USER_EVENTS_MIN)} or more, tail items are the least ` +
  `popular ${String(TAIL_SHARE * 100)} %. Overlap: the same users asked of both, what they have had left out. Alignment: ` +
  'linear CKA of item vectors (Kornblith et al. 2019).';

/** What comparisons work on. */
export interface ComparisonsDeps {
  readonly registry: Pick<VersionRegistry, 'get'>;
  readonly live: readonly LivePartition[];
  readonly shadows: Pick<Shadows, 'visit' | 'positions'>;
  readonly prequential: ObservedVersions;
  readonly yieldNow: () => Promise<void>;
}

/** The sampled events that versions were tested on. */
export interface ObservedVersions {
  observerOf(version: string): { readonly events: Pick<ObservedEvents, 'kept'> };
}

/** Two versions as they are set side by side. */
export interface ComparedSides {
  readonly sides: { readonly a: Visit; readonly b: Visit };
  readonly partitions: number;
  readonly prequential: ObservedVersions;
  readonly yieldNow: () => Promise<void>;
}

/** Runs work on a partition of a version while it stands still. */
export type Visit = <T>(
  partition: number,
  work: (runtime: PartitionRuntime) => Promise<T>,
) => Promise<T>;

/** Compares versions that are held: the live one and those beside it. */
export function createComparisons(deps: ComparisonsDeps): ComparisonsPort {
  return {
    compare: async (a, b) => {
      refuseSame(a, b);
      for (const version of [a, b]) await refuseUnheld(deps, version);
      const sides = { a: visitOf(deps, a), b: visitOf(deps, b) };
      return compareSides({ ...deps, sides, partitions: deps.live.length }, a, b);
    },
  };
}

/** Throws INVALID where a version is to be compared with itself. */
export function refuseSame(a: string, b: string): void {
  if (a !== b) return;
  throw new RepriseError('INVALID', `b is ${b}, and so is a: name two versions`, { field: 'b' });
}

async function refuseUnheld(deps: ComparisonsDeps, version: string): Promise<void> {
  if ((await deps.registry.get(version)) === undefined) {
    throw new RepriseError('NOT_FOUND', `there is no model version ${version}`, { version });
  }
  if (isLive(deps, version) || deps.shadows.positions(version) !== undefined) return;
  throw notHeld(version);
}

/** Sets two versions side by side: how they foresaw, what they answer, and how alike their vectors stand. */
export async function compareSides(
  { sides, partitions, prequential, yieldNow }: ComparedSides,
  a: string,
  b: string,
): Promise<ComparisonAnswer> {
  const pairs = pairsOf(prequential, a, b);
  const overlap10 = await answersInCommon(sides, { partitions, k: K, yieldNow });
  const drift = await itemAlignment(sides);
  return {
    ...{ a, b, method: METHOD, overlap10, drift },
    positions: { a: await standsOf(sides.a, partitions), b: await standsOf(sides.b, partitions) },
    cohorts: [
      cohortOf('all', pairs),
      cohortOf(
        'newUsers',
        pairs.filter(({ cohorts }) => (cohorts & COHORT.newUser) !== 0),
      ),
      cohortOf(
        'heavyUsers',
        pairs.filter(({ cohorts }) => (cohorts & COHORT.heavyUser) !== 0),
      ),
      cohortOf(
        'tailItems',
        pairs.filter(({ cohorts }) => (cohorts & COHORT.tailItem) !== 0),
      ),
    ],
    stream: streamOf(pairs),
  };
}

/** The figures of two versions over all events that both were tested on. */
export function comparedFigures(
  prequential: ObservedVersions,
  a: string,
  b: string,
): ComparisonAnswer['cohorts'][number] {
  return cohortOf('all', pairsOf(prequential, a, b));
}

function pairsOf(prequential: ObservedVersions, a: string, b: string): readonly PairedEvent[] {
  return pairEvents(
    prequential.observerOf(a).events.kept(),
    prequential.observerOf(b).events.kept(),
  );
}

function isLive({ live }: ComparisonsDeps, version: string): boolean {
  return live.every(({ runtime }) => runtime.definition.version === version);
}

function visitOf(deps: ComparisonsDeps, version: string): Visit {
  return async (partition, work) => {
    const live = deps.live[partition];
    if (live?.runtime.definition.version === version) {
      // A promotion may have come while it was waited for.
      const done = await live.exclusive(async (runtime) =>
        runtime.definition.version === version ? { value: await work(runtime) } : undefined,
      );
      if (done !== undefined) return done.value;
    }
    const done = await deps.shadows.visit(version, partition, async (runtime) => ({
      value: await work(runtime),
    }));
    if (done === undefined) throw notHeld(version);
    return done.value;
  };
}

async function standsOf(visit: Visit, partitions: number): Promise<readonly string[]> {
  const stands: string[] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    stands.push(
      await visit(partition, ({ position }) =>
        Promise.resolve(formatPosition({ partition, sequence: position })),
      ),
    );
  }
  return stands;
}

function cohortOf(
  cohort: ComparisonAnswer['cohorts'][number]['cohort'],
  pairs: readonly PairedEvent[],
): ComparisonAnswer['cohorts'][number] {
  return {
    cohort,
    events: pairs.length,
    recall10: pairedFigure(pairs, hitWithin(K)),
    mrr10: pairedFigure(pairs, reciprocalWithin(K)),
  };
}

/** Recall over a window of a fifth of the pairs, so that a line is no noise. */
function streamOf(pairs: readonly PairedEvent[]): ComparisonAnswer['stream'] {
  const step = Math.max(1, Math.ceil(pairs.length / STREAM_POINTS));
  const window = Math.max(step, Math.ceil(pairs.length / 5));
  const points: { events: number; a: number; b: number }[] = [];
  for (let end = window; end <= pairs.length; end += step) {
    const { a, b } = pairedFigure(pairs.slice(end - window, end), hitWithin(K));
    points.push({ events: end, a, b });
  }
  return points;
}

/** The refusal of a version that nobody holds. */
export function notHeld(version: string): RepriseError {
  return new RepriseError(
    'CONFLICT',
    `version ${version} does not follow the stream, so there is nothing to compare: bring it to the head first ` +
      `(bin/reprise backfill --model ${version})`,
  );
}
