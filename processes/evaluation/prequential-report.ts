import type { FigureByK, WindowFigures } from '../../model/stream/prequential-figures.ts';
import { movingFigures, placeFigures } from '../../model/stream/prequential-figures.ts';
import type { InteractionStream } from './interaction-stream.ts';
import type { PrequentialOutcome } from './prequential-run.ts';

/** Windows that a report tells at most: a longer stream is looked at in longer steps. */
const windowsTold = 200;

/** How a report looks at a run. */
export interface PrequentialReportOptions {
  /** Ascending. */
  readonly k: readonly number[];
  readonly repeats: 'drop' | 'keep';
  /** Events of the moving figures. */
  readonly windowEvents: number;
}

/** What a prequential run of one learner says: the document of `--json`. */
export interface PrequentialReport {
  readonly learner: string;
  readonly recall: FigureByK;
  readonly precision: FigureByK;
  readonly mrr: FigureByK;
  readonly events: number;
  readonly users: number;
  readonly items: number;
  readonly newUserShare: number;
  readonly newItemShare: number;
  readonly repeats: 'drop' | 'keep';
  readonly passedOver: number;
  readonly broken: number;
  readonly microsecondsPerUpdate: number;
  readonly microsecondsPerRanking: number;
  readonly windowEvents: number;
  /** The figures over the last `windowEvents`, as the stream goes on. */
  readonly windows: readonly WindowFigures[];
}

/** Sums up a run; what was never done counts 0. */
export function prequentialReport(
  learner: string,
  { places, counts }: PrequentialOutcome,
  { users, items, passedOver, broken }: InteractionStream,
  { k, repeats, windowEvents }: PrequentialReportOptions,
): PrequentialReport {
  const { events, updates, rankings } = counts;
  const stepEvents = Math.max(1, Math.ceil(Math.max(events / windowsTold, windowEvents / 5)));
  return {
    learner,
    ...placeFigures(places, k),
    events,
    users,
    items,
    newUserShare: share(counts.newUsers, events),
    newItemShare: share(counts.newItems, events),
    repeats,
    passedOver,
    broken,
    microsecondsPerUpdate: share(counts.updateMicroseconds, updates),
    microsecondsPerRanking: share(counts.rankingMicroseconds, rankings),
    windowEvents,
    windows: movingFigures(places, k, windowEvents, stepEvents),
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
