import { KeptRanking } from './kept-ranking.ts';

/** What a ranking depends on beside the item rows; where any of it differs, the rows are scanned again. */
export interface RankingBasis {
  readonly user: number;
  readonly n: number;
  readonly exclude: 'seen' | 'none';
  /** The user's interactions so far: what they have seen changes with each. */
  readonly events: number;
  /** Changes to what is withdrawn. */
  readonly withdrawals: number;
  /** `h∘p` of the user: a view that the caller may overwrite later. */
  readonly query: Float32Array;
}

/** Rankings that are kept, about 2 KB each at n = 10; one takes the place of another with the same remainder. */
const RANKINGS_KEPT_MAX = 8192;

interface Kept {
  basis: RankingBasis;
  readonly query: Float32Array;
  readonly ranking: KeptRanking;
}

/** The rankings of the users who asked last, in one partition's state. */
export class KeptRankings {
  readonly #kept: (Kept | undefined)[] = [];

  /** The ranking kept on this very basis. */
  find(basis: RankingBasis): KeptRanking | undefined {
    const kept = this.#kept[slotOf(basis)];
    return kept !== undefined && isEqual(kept, basis) ? kept.ranking : undefined;
  }

  /** Makes room for a ranking on this basis; whoever asks for it scans into it at once. */
  make(basis: RankingBasis): KeptRanking {
    const slot = slotOf(basis);
    while (this.#kept.length <= slot) this.#kept.push(undefined);
    const before = this.#kept[slot];
    if (before?.basis.n === basis.n && before.query.length === basis.query.length) {
      before.basis = basis;
      before.query.set(basis.query);
      return before.ranking;
    }
    const ranking = new KeptRanking(basis.n);
    this.#kept[slot] = { basis, query: basis.query.slice(), ranking };
    return ranking;
  }
}

/** A user who asks with and without what they have seen has a ranking of each. */
function slotOf({ user, exclude }: RankingBasis): number {
  return (user * 2 + (exclude === 'seen' ? 0 : 1)) % RANKINGS_KEPT_MAX;
}

function isEqual({ basis: a, query }: Kept, b: RankingBasis): boolean {
  const isAlike =
    a.user === b.user &&
    a.n === b.n &&
    a.exclude === b.exclude &&
    a.events === b.events &&
    a.withdrawals === b.withdrawals;
  return isAlike && isSame(query, b.query);
}

function isSame(a: Float32Array, b: Float32Array): boolean {
  for (let at = 0; at < a.length; at += 1) if (!Object.is(a[at], b[at])) return false;
  return true;
}
