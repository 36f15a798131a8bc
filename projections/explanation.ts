import { roundScore } from './answer.ts';
import type { ItemExplanation } from './answer.ts';
import { DirectionSplit, dot } from './direction-split.ts';
import type { PartitionState } from './partition-state.ts';

/** The newest items of a user that an answer is explained by. */
export const explainedItemsMax = 10;

/** Neighbours that are told of an item. */
const NEIGHBOURS_TOLD = 3;

/** An item of the user: its row, and its vector as it stands. */
interface Had {
  readonly id: string;
  readonly vector: Float32Array;
  readonly length: number;
}

/**
 * Explains why items stand in a user's answer, from the very state that ranked them. Shares sum to the score, to six
 * decimals: of a product of vectors they are the item's bias and the user's taste, which is split along the items that
 * the user had last; of a blend, what each source says times what it counts.
 */
export class Explanation {
  readonly #state: PartitionState;
  readonly #user: number;
  readonly #excluded: Uint32Array;
  readonly #had: readonly Had[];
  #split: DirectionSplit | undefined;

  constructor(state: PartitionState, user: number, excluded: Uint32Array) {
    this.#state = state;
    this.#user = user;
    this.#excluded = excluded;
    const newest = state.users.seen.rows(user).slice(-explainedItemsMax).reverse();
    this.#had = Array.from(newest, (row) => {
      const vector = this.#vector(row);
      return { id: state.vectors.id(row), vector, length: Math.sqrt(dot(vector, vector)) };
    });
  }

  /** Explains one item with the score that it was ranked by. */
  of(row: number, score: number): ItemExplanation {
    const vector = this.#vector(row);
    const neighbours = this.#neighbours(vector);
    const { ranker } = this.#state;
    if (ranker === undefined) return { ...this.#product(row, vector, score), neighbours };
    const shares = ranker.explain(this.#user, this.#excluded, row);
    if (shares === undefined) return { shares: { gmf: score }, neighbours };
    return { shares: closing(shares, score), neighbours };
  }

  #product(
    row: number,
    vector: Float32Array,
    score: number,
  ): Pick<ItemExplanation, 'shares' | 'because' | 'rest'> {
    const bias = roundScore(this.#state.vectors.table.bias(row));
    const taste = roundScore(score - bias);
    const because = this.#splitTaste()
      .shares(vector)
      .map((share, at) => ({ item: this.#had[at]?.id ?? '', share: roundScore(share) }))
      .sort((a, b) => b.share - a.share);
    const told = because.reduce((sum, { share }) => sum + share, 0);
    return { shares: { taste, bias }, because, rest: roundScore(taste - told) };
  }

  #splitTaste(): DirectionSplit {
    if (this.#split === undefined) {
      const query = new Float32Array(this.#state.vectors.dimensions);
      this.#state.readQuery(this.#user, query);
      this.#split = new DirectionSplit(
        query,
        this.#had.map(({ vector }) => vector),
      );
    }
    return this.#split;
  }

  #neighbours(vector: Float32Array): ItemExplanation['neighbours'] {
    const own = Math.sqrt(dot(vector, vector));
    return this.#had
      .map(({ id, vector: theirs, length }) => {
        const lengths = own * length;
        return { item: id, cosine: roundScore(lengths > 0 ? dot(vector, theirs) / lengths : 0) };
      })
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, NEIGHBOURS_TOLD);
  }

  #vector(row: number): Float32Array {
    const vector = new Float32Array(this.#state.vectors.dimensions);
    this.#state.vectors.table.read(row, vector, 0);
    return vector;
  }
}

/** Rounds shares; what rounding and 32 bits leave over goes to the greatest, so that they sum to the score. */
function closing(
  shares: Readonly<Record<string, number>>,
  score: number,
): Readonly<Record<string, number>> {
  const rounded = Object.entries(shares).map(([name, share]) => ({
    name,
    share: roundScore(share),
  }));
  const over = score - rounded.reduce((sum, { share }) => sum + share, 0);
  const [greatest] = [...rounded].sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
  if (greatest !== undefined) greatest.share = roundScore(greatest.share + over);
  return Object.fromEntries(rounded.map(({ name, share }) => [name, share]));
}
