import type { BatchSettings } from '../../model/batch/batch-trainer.ts';
import type { RankingFigures } from '../../model/batch/leave-one-out.ts';
import type { NcfCounts } from './ncf-files.ts';
import type { EpochFigures, Floor, SeedOutcome } from './ncf-run.ts';

/** What the figures were measured on. */
export type MeasuredOn = 'test' | 'validation';

/** The best epoch, chosen by looking at what it is measured on: no figure to compare with others' last epochs. */
export interface BestEpoch extends RankingFigures {
  readonly epoch: number;
}

/** What one setting reached: the document of `--json`. */
export interface NcfResult extends RankingFigures {
  readonly trainer: string;
  readonly solver: BatchSettings['solver'] | null;
  readonly factors: number | null;
  readonly epochs: number;
  readonly seeds: number;
  /** Standard deviation over the seeds; 0 where there is one. */
  readonly spread: RankingFigures;
  readonly secondsPerEpoch: number;
  /** Seconds of training up to the best epoch. */
  readonly secondsToBest: number;
  /** SHA-256 of the first seed's last checkpoint. */
  readonly checkpoint: string;
  readonly measuredOn: MeasuredOn;
  readonly bestOnTest?: BestEpoch;
  readonly bestOnValidation?: BestEpoch;
  /** What popularity reaches on the same cases. */
  readonly floor: RankingFigures;
  readonly perSeed: readonly (RankingFigures & {
    readonly seed: number;
    readonly checkpoint: string;
  })[];
  /** Means over the seeds. */
  readonly byEpoch: readonly EpochFigures[];
  readonly settings: Partial<BatchSettings>;
  readonly data: NcfCounts;
}

/** What all settings of a run share. */
export interface NcfSetting {
  readonly floor: Floor;
  readonly measuredOn: MeasuredOn;
  readonly data: NcfCounts;
}

/** Sums up the seeds of one setting: the figures are those of the last epoch. */
export function trainedResult(
  trainer: string,
  settings: BatchSettings,
  outcomes: readonly SeedOutcome[],
  { floor, measuredOn, data }: NcfSetting,
): NcfResult {
  const last = outcomes.map(({ epochs }) => epochs.at(-1) as EpochFigures);
  const byEpoch = (outcomes[0] as SeedOutcome).epochs.map((_, at) =>
    meanEpoch(outcomes.map(({ epochs }) => epochs[at] as EpochFigures)),
  );
  const best = byEpoch.reduce((one, other) => (other.hitRate10 > one.hitRate10 ? other : one));
  const { epoch, hitRate10, ndcg10 } = best;
  const until = byEpoch.slice(0, epoch).map(({ seconds }) => seconds);
  return {
    trainer,
    solver: settings.solver,
    factors: settings.dimensions,
    epochs: settings.epochs,
    seeds: outcomes.length,
    ...figuresOf(last, mean),
    spread: figuresOf(last, deviation),
    secondsPerEpoch: mean(byEpoch.map(({ seconds }) => seconds)),
    secondsToBest: until.reduce((sum, seconds) => sum + seconds, 0),
    checkpoint: (outcomes[0] as SeedOutcome).checkpoint,
    measuredOn,
    [measuredOn === 'test' ? 'bestOnTest' : 'bestOnValidation']: { epoch, hitRate10, ndcg10 },
    floor: { hitRate10: floor.hitRate10, ndcg10: floor.ndcg10 },
    perSeed: outcomes.map(({ seed, checkpoint }, at) => ({
      ...{ seed, checkpoint },
      hitRate10: (last[at] as EpochFigures).hitRate10,
      ndcg10: (last[at] as EpochFigures).ndcg10,
    })),
    byEpoch,
    settings,
    data,
  };
}

/** Sums up popularity, which draws nothing and has one epoch. */
export function floorResult({ floor, measuredOn, data }: NcfSetting): NcfResult {
  const { hitRate10, ndcg10, seconds, checkpoint } = floor;
  const figures = { hitRate10, ndcg10 };
  return {
    trainer: 'popularity',
    solver: null,
    factors: null,
    epochs: 1,
    seeds: 1,
    ...figures,
    spread: { hitRate10: 0, ndcg10: 0 },
    secondsPerEpoch: seconds,
    secondsToBest: seconds,
    checkpoint,
    measuredOn,
    floor: figures,
    perSeed: [],
    byEpoch: [],
    settings: {},
    data,
  };
}

function meanEpoch(figures: readonly EpochFigures[]): EpochFigures {
  const of = (name: keyof EpochFigures) => mean(figures.map((one) => one[name]));
  return {
    epoch: (figures[0] as EpochFigures).epoch,
    loss: of('loss'),
    seconds: of('seconds'),
    hitRate10: of('hitRate10'),
    ndcg10: of('ndcg10'),
  };
}

function figuresOf(
  figures: readonly RankingFigures[],
  fold: (values: readonly number[]) => number,
): RankingFigures {
  return {
    hitRate10: fold(figures.map(({ hitRate10 }) => hitRate10)),
    ndcg10: fold(figures.map(({ ndcg10 }) => ndcg10)),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** The standard deviation of a sample. */
function deviation(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, values.length - 1));
}
