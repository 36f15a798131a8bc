import type { ExperimentAnswer } from '../../api/schema/experiments.ts';

type Comparison = ExperimentAnswer['arms'][number]['comparison'];

/** Writes a rate of clicked answers. */
export function wordsOfRate(rate: number | null): string {
  return rate === null ? '–' : `${(rate * 100).toFixed(2)} %`;
}

/** Writes a difference of rates, in points of a hundred. */
export function wordsOfDifference(difference: number): string {
  const points = (difference * 100).toFixed(2);
  return difference < 0 ? points.replace('-', '−') : `+${points}`;
}

/** Says what the sequential test says of an arm. */
export function wordsOfVerdict(comparison: Comparison): string {
  if (comparison === null) return '–';
  const { verdict, pValue } = comparison;
  if (verdict === 'early') return 'too early to say';
  const how = pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(3)}`;
  return verdict === 'undecided' ? `undecided, ${how}` : `${verdict} than the first, ${how}`;
}

/** Tells whether every arm was found to be better or worse than the first. */
export function isDecided({ arms }: ExperimentAnswer): boolean {
  return arms
    .slice(1)
    .every(({ comparison }) => comparison?.verdict === 'better' || comparison?.verdict === 'worse');
}

/** How far from nothing the intervals of an experiment reach at most; what can't be drawn counts as 1. */
export function reachOf({ arms }: ExperimentAnswer): number {
  const ends = arms.flatMap(({ comparison }) =>
    comparison === null ? [] : [Math.abs(comparison.low), Math.abs(comparison.high)],
  );
  return Math.min(1, Math.max(0, ...ends));
}
