import type { Instruments } from '../../activities/instruments.ts';
import type { LivePartition } from '../../activities/replay/live-partition.ts';
import { METRICS } from '../../activities/metrics.ts';
import type { PrequentialMetricsBook } from '../core/prequential-metrics.ts';
import { Rising } from './rising.ts';

/** The newest sampled events that the live figures are of. */
export const measuredPlacesMax = 1_000;

/** What of a partition is looked at. */
export type MeasuredPartition = Pick<LivePartition, 'partition' | 'runtime' | 'mode'>;

/** What of a process that learns is measured. */
export interface LearningStandDeps {
  readonly instruments: Instruments;
  /** The partitions that are held here now. */
  readonly live: () => readonly MeasuredPartition[];
  readonly prequential: Pick<PrequentialMetricsBook, 'tell'>;
  /** The last sequence of a partition in the journal. */
  readonly head: (partition: number) => number;
}

/** What of a partition is counted. */
interface PartitionTotals {
  readonly learned: Rising;
  readonly passivations: Rising;
}

/** Returns what tells of the partitions that are held, and of how well their version foresees what it learns. */
export function standOfLearning(deps: LearningStandDeps): () => void {
  const { instruments, live } = deps;
  const totals = new Map<number, PartitionTotals>();
  const totalsOf = (partition: number): PartitionTotals => {
    const known = totals.get(partition);
    if (known !== undefined) return known;
    const rising = (metric: 'learned' | 'passivations'): Rising =>
      new Rising(instruments.series(METRICS[metric], String(partition)));
    const made = { learned: rising('learned'), passivations: rising('passivations') };
    totals.set(partition, made);
    return made;
  };
  return () => {
    const held = live();
    for (const metric of ['lag', 'stopped', 'actors', 'parked'] as const) {
      instruments.forget(METRICS[metric]);
    }
    for (const one of held) {
      tellPartition(deps, one);
      const { learned, passivations } = totalsOf(one.partition);
      learned.to(one.runtime.counters.events);
      passivations.to(one.runtime.counters.passivations);
    }
    tellCounts(instruments, held);
    tellVersions(deps, held[0]?.runtime.definition.version);
  };
}

function tellPartition(
  { instruments, head }: LearningStandDeps,
  { partition, runtime, mode }: MeasuredPartition,
): void {
  const name = String(partition);
  const { activeActors, refused } = runtime.counters;
  instruments.series(METRICS.lag, name)(Math.max(0, head(partition) - runtime.position));
  instruments.series(METRICS.stopped, name)(mode === 'stopped' ? 1 : 0);
  instruments.series(METRICS.actors, name)(activeActors);
  instruments.series(METRICS.parked, name)(refused);
}

function tellCounts(instruments: Instruments, held: readonly MeasuredPartition[]): void {
  const users = held.reduce((sum, { runtime }) => sum + runtime.counters.users, 0);
  instruments.series(METRICS.users)(users);
  instruments.series(METRICS.items)(
    Math.max(0, ...held.map(({ runtime }) => runtime.counters.items)),
  );
}

/** The figures by version; those of a version without a sampled event are none. */
function tellVersions(
  { instruments, prequential }: LearningStandDeps,
  live: string | undefined,
): void {
  for (const metric of ['recall', 'precision', 'versions'] as const) {
    instruments.forget(METRICS[metric]);
  }
  if (live !== undefined) instruments.series(METRICS.versions, live)(1);
  for (const told of prequential.tell({ window: measuredPlacesMax }).models) {
    const { version, events } = told;
    const recall = told.recall['10'];
    const precision = told.precision['10'];
    if (events === 0 || recall === undefined || precision === undefined) continue;
    instruments.series(METRICS.recall, version)(recall);
    instruments.series(METRICS.precision, version)(precision);
    if (version !== live) continue;
    instruments.series(METRICS.liveRecall)(recall);
    instruments.series(METRICS.livePrecision)(precision);
  }
}
