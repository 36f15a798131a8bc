import type { PrequentialReport } from './prequential-report.ts';
import type { ReportContent, ReportPlot, ReportSeries } from './report-page.ts';

/** Lays out runs over one stream for a page: recall over the stream by learner, and what an update and a ranking take. */
export function prequentialContent(
  file: string,
  reports: readonly PrequentialReport[],
): ReportContent {
  const [first] = reports;
  const ks = Object.keys(first?.recall ?? {});
  return {
    title: `Prequential test: ${file}`,
    remarks: first === undefined ? [] : remarksOf(first),
    plots: [...ks.map((k) => recallPlot(k, reports)), ...timePlots(reports)],
    tables: [
      {
        title: 'Over the whole stream',
        header: [
          'learner',
          ...ks.flatMap((k) => [`recall@${k}`, `precision@${k}`, `MRR@${k}`]),
          'µs an update',
          'µs a ranking',
        ],
        rows: reports.map((report) => rowOf(ks, report)),
      },
    ],
  };
}

function remarksOf(report: PrequentialReport): string[] {
  const { events, users, items, newUserShare, newItemShare, repeats, windowEvents } = report;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    `Each of ${String(events)} events, of ${String(users)} users and ${String(items)} items, is ranked with what was ` +
      'learned before it, and then learned.',
    `${percent(newUserShare)} of the events come from a new user and ${percent(newItemShare)} name a new item: these are misses. ` +
      (repeats === 'drop'
        ? 'What a user has had is left out of the ranking, and a miss when it comes again.'
        : 'What a user has had may be ranked again.'),
    `The lines are means over the last ${String(windowEvents)} events.`,
  ];
}

function recallPlot(k: string, reports: readonly PrequentialReport[]): ReportPlot {
  return {
    title: `Recall@${k} over the stream`,
    x: 'events',
    y: `recall@${k}`,
    series: reports.map(({ learner, windows }) => ({
      label: learner,
      points: windows.map(({ events, recall }) => [events, recall[k] ?? 0]),
    })),
  };
}

function timePlots(reports: readonly PrequentialReport[]): ReportPlot[] {
  const names = reports.map(({ learner }) => learner);
  const plot = (
    title: string,
    y: string,
    of: (report: PrequentialReport) => number,
  ): ReportPlot => {
    const series: ReportSeries = {
      label: y,
      points: reports.map((report, at) => [at, of(report)]),
    };
    return { title, x: 'learner', y, series: [series], names };
  };
  return [
    plot('Time an update', 'µs an update', (report) => report.microsecondsPerUpdate),
    plot('Time a ranking', 'µs a ranking', (report) => report.microsecondsPerRanking),
  ];
}

function rowOf(ks: readonly string[], report: PrequentialReport): string[] {
  const { learner, recall, precision, mrr } = report;
  const figures = ks.flatMap((k) => [recall[k] ?? 0, precision[k] ?? 0, mrr[k] ?? 0]);
  return [
    learner,
    ...figures.map((figure) => figure.toFixed(4)),
    report.microsecondsPerUpdate.toFixed(2),
    report.microsecondsPerRanking.toFixed(1),
  ];
}
