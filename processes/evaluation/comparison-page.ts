import type { ComparisonAnswer } from '../../api/schema/comparison.ts';
import type { ReportContent } from './report-page.ts';

type Cohort = ComparisonAnswer['cohorts'][number];

/** The names of cohorts as people read them. */
export const COHORT_NAMES: Readonly<Record<Cohort['cohort'], string>> = {
  all: 'all events',
  newUsers: 'new users',
  heavyUsers: 'heavy users',
  tailItems: 'tail items',
};

/** Lays out a comparison for a page: recall over the stream, by cohort, and what answers have in common. */
export function comparisonContent(comparison: ComparisonAnswer): ReportContent {
  const { a, b, cohorts, stream, overlap10, drift, method, positions } = comparison;
  const byCohort = (of: (cohort: Cohort) => number): [number, number][] =>
    cohorts.map((cohort, at) => [at, of(cohort)]);
  return {
    title: `${a} and ${b} side by side`,
    remarks: [
      method,
      `${a} stands at ${positions.a.join(', ')}, ${b} at ${positions.b.join(', ')}.`,
      `Of the top 10 of ${String(overlap10.users)} users both name ${(overlap10.mean * 100).toFixed(1)} %; the vectors of ` +
        `${String(drift.items)} items are aligned by ${drift.alignment?.toFixed(4) ?? 'nothing'}.`,
    ],
    plots: [
      {
        title: 'Recall@10 over the stream',
        ...{ x: 'paired events', y: 'recall@10' },
        series: [
          { label: a, points: stream.map((point) => [point.events, point.a]) },
          { label: b, points: stream.map((point) => [point.events, point.b]) },
        ],
      },
      {
        title: 'Recall@10 by cohort',
        ...{ x: 'cohort', y: 'recall@10' },
        names: cohorts.map(({ cohort }) => COHORT_NAMES[cohort]),
        series: [
          { label: a, points: byCohort(({ recall10 }) => recall10.a) },
          { label: b, points: byCohort(({ recall10 }) => recall10.b) },
        ],
      },
      {
        title: 'What answers have in common',
        ...{ x: 'of the top 10, named by both', y: 'users' },
        names: overlap10.histogram.map((_, common) => String(common)),
        series: [{ label: 'users', points: overlap10.histogram.map((users, at) => [at, users]) }],
      },
    ],
    tables: [
      { title: 'By cohort', header: comparisonHeader(a, b), rows: cohorts.map(comparisonRow) },
    ],
  };
}

/** The header of a table of cohorts. */
export function comparisonHeader(a: string, b: string): readonly string[] {
  const figures = (name: string): string[] => [`${name} ${a}`, b, 'difference', '95 %'];
  return ['cohort', 'events', ...figures('recall@10'), ...figures('MRR@10')];
}

/** A row of a table of cohorts. */
export function comparisonRow({ cohort, events, recall10, mrr10 }: Cohort): readonly string[] {
  const figures = ({ a, b, difference, low, high }: Cohort['recall10']): string[] => [
    a.toFixed(4),
    b.toFixed(4),
    signed(difference),
    `${signed(low)} to ${signed(high)}`,
  ];
  return [COHORT_NAMES[cohort], String(events), ...figures(recall10), ...figures(mrr10)];
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}
