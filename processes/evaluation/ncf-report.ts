import type { RankingFigures } from '../../model/batch/leave-one-out.ts';
import { ncfWarnings } from './ncf-files.ts';
import type { NcfResult } from './ncf-result.ts';
import { publishedFigures } from './published-figures.ts';
import type { ReportContent, ReportLine, ReportPlot, ReportSeries } from './report-page.ts';

type Figure = keyof RankingFigures;

const NAMES: Readonly<Record<Figure, string>> = { hitRate10: 'HR@10', ndcg10: 'NDCG@10' };
const FIGURES = Object.keys(NAMES) as Figure[];

/** Tells the runs of `evaluate ncf` as a page: figures by epoch and by factors beside what was published. */
export function ncfReport(runs: readonly NcfResult[]): ReportContent {
  const first = runs[0] as NcfResult;
  const { users, items, pairs, tests } = first.data;
  return {
    title: `Leave one out: ${[...new Set(runs.map(({ trainer }) => trainer))].join(', ')}`,
    remarks: [
      `${count(pairs)} pairs of ${count(users)} users and ${count(items)} items; ${count(tests)} held-out items, each ` +
        `ranked among its given negatives, measured on the ${first.measuredOn}.`,
      'Figures are of the last epoch, means over the seeds; equal scores count at their expected value under random order.',
      ...ncfWarnings(first.data).map(sentence),
    ],
    plots: [
      ...FIGURES.map((figure) => byEpoch(runs, figure)),
      ...(runs.some(({ factors }) => factors !== null)
        ? FIGURES.map((figure) => byFactors(runs, figure))
        : []),
    ].filter(({ series }) => series.length > 0),
    tables: [
      {
        title: 'Runs',
        header: ['setting', 'seeds', 'HR@10', '±', 'NDCG@10', '±', 's/epoch', 'checkpoint'],
        rows: runs.map((run) => [
          labelOf(run),
          String(run.seeds),
          run.hitRate10.toFixed(4),
          run.spread.hitRate10.toFixed(4),
          run.ndcg10.toFixed(4),
          run.spread.ndcg10.toFixed(4),
          run.secondsPerEpoch.toFixed(2),
          run.checkpoint.slice(0, 12),
        ]),
      },
    ],
  };
}

function sentence(warning: string): string {
  return `${warning.charAt(0).toUpperCase()}${warning.slice(1)}.`;
}

function byEpoch(runs: readonly NcfResult[], figure: Figure): ReportPlot {
  const series = runs
    .filter((run) => run.byEpoch.length > 0)
    .map((run): ReportSeries => ({
      label: labelOf(run),
      points: run.byEpoch.map((one) => [one.epoch, one[figure]] as const),
    }));
  return {
    title: `${NAMES[figure]} by epoch`,
    ...{ x: 'epoch', y: NAMES[figure], series, lines: linesOf(runs, figure) },
  };
}

function byFactors(runs: readonly NcfResult[], figure: Figure): ReportPlot {
  const points = runs
    .flatMap((run) => (run.factors === null ? [] : [[run.factors, run[figure]] as const]))
    .sort(([left], [right]) => left - right);
  const label = (runs[0] as NcfResult).trainer;
  return {
    title: `${NAMES[figure]} by factors`,
    x: 'factors',
    y: NAMES[figure],
    series: [{ label, points }],
    lines: linesOf(runs, figure),
  };
}

function linesOf(runs: readonly NcfResult[], figure: Figure): ReportLine[] {
  const { data, floor } = runs[0] as NcfResult;
  const published = publishedFigures(data).flatMap((one) => {
    const y = one[figure];
    return y === null ? [] : [{ label: one.label, y }];
  });
  return [...published, { label: 'popularity', y: floor[figure] }];
}

/** Names a setting as tables and legends do. */
export function labelOf({ trainer, solver, factors }: NcfResult): string {
  return factors === null ? trainer : `${trainer} ${String(solver)} ${String(factors)}`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
