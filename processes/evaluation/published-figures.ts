import type { RankingFigures } from '../../model/batch/leave-one-out.ts';
import type { NcfCounts } from './ncf-files.ts';

/** A figure of the literature on one data set's published split; null where it was not told. */
export interface PublishedFigures {
  readonly label: string;
  readonly hitRate10: RankingFigures['hitRate10'] | null;
  readonly ndcg10: RankingFigures['ndcg10'] | null;
}

interface PublishedSplit {
  readonly tests: number;
  readonly pairs: number;
  readonly figures: readonly PublishedFigures[];
}

const SPLITS: readonly PublishedSplit[] = [
  {
    // MovieLens 1M, He et al. 2017.
    ...{ tests: 6_040, pairs: 994_169 },
    figures: [
      { label: 'tuned MF, 192 factors (Rendle et al. 2020)', hitRate10: 0.7294, ndcg10: 0.4523 },
      { label: 'EASE', hitRate10: 0.7192, ndcg10: 0.4494 },
      { label: 'NeuMF (He et al. 2017)', hitRate10: 0.726, ndcg10: 0.445 },
      { label: 'GMF, 32 factors', hitRate10: 0.708, ndcg10: 0.429 },
    ],
  },
  {
    // Last.fm, Deng et al. 2019.
    ...{ tests: 1_741, pairs: 67_408 },
    figures: [{ label: 'deep models (Deng et al. 2019)', hitRate10: 0.887, ndcg10: null }],
  },
  {
    // Amazon music, Deng et al. 2019.
    ...{ tests: 1_776, pairs: 44_311 },
    figures: [{ label: 'deep models (Deng et al. 2019)', hitRate10: 0.389, ndcg10: null }],
  },
];

/** The published figures of a data set, told by its size; none where it is another. */
export function publishedFigures({ tests, pairs }: NcfCounts): readonly PublishedFigures[] {
  return SPLITS.find((split) => split.tests === tests && split.pairs === pairs)?.figures ?? [];
}
