import { RepriseError } from '../events/error.ts';
import type { IdentityStore } from '../events/identity.ts';
import { SURROGATE_BYTES, surrogateToBytes } from '../events/surrogate.ts';
import { roundScore } from './answer.ts';
import { dot } from './direction-split.ts';
import type { PartitionState } from './partition-state.ts';
import { RankedList } from './ranked-list.ts';
import type { ServingState } from './serving-state.ts';

/** Users that a step of a search compares before other work is let in. */
export const neighbourStepUsersMax = 1_024;
/** Searches for neighbours that may be under way at a time. */
export const neighbourSearchesMax = 2;
/** Users found beyond those asked for: of them some may be erased, and not told of. */
export const neighbourSpareMax = 100;

/** A user, and the cosine between their taste and that of the one who was asked about. */
export interface NeighbourUser {
  readonly id: string;
  readonly score: number;
}

/** What neighbours are found with. */
export interface UserNeighboursDeps {
  readonly serving: ServingState;
  readonly identities: Pick<IdentityStore, 'find' | 'reveal'>;
  readonly partitionOf: (user: string) => number;
  readonly yieldNow: () => Promise<void>;
}

/**
 * Finds the users whose vectors point the same way as a user's: cosine between what the items of each are near to, over
 * all users who have liked something. Exact, in steps, so that what a step compares is as it stands then.
 */
export class UserNeighbours {
  readonly #deps: UserNeighboursDeps;
  #searches = 0;

  constructor(deps: UserNeighboursDeps) {
    this.#deps = deps;
  }

  /**
   * The n nearest users, the nearest first, ties by partition and first appearance; undefined where the user is unknown,
   * none where their events say nothing of their taste. Throws BUSY where too many searches are under way.
   */
  async find(user: string, n: number): Promise<readonly NeighbourUser[] | undefined> {
    if (this.#searches >= neighbourSearchesMax) {
      throw new RepriseError('BUSY', 'neighbours of others are being looked for: try again');
    }
    this.#searches += 1;
    try {
      return await this.#find(user, n);
    } finally {
      this.#searches -= 1;
    }
  }

  async #find(user: string, n: number): Promise<readonly NeighbourUser[] | undefined> {
    const { serving, identities, partitionOf } = this.#deps;
    const identity = await identities.find(user);
    if (identity === undefined) return undefined;
    const states = Array.from({ length: serving.partitions }, (_, at) => serving.partition(at));
    const own = states[partitionOf(user)];
    const row = own?.users.rowOf(surrogateToBytes(identity.surrogate)) ?? -1;
    if (own === undefined || row < 0) return undefined;
    if (own.users.facts(row).positives === 0) return [];
    await own.ranker?.settled;
    const query = new Float32Array(own.vectors.dimensions);
    own.readQuery(row, query);
    const best = new RankedList(n + neighbourSpareMax);
    best.reset(n + neighbourSpareMax);
    const firsts: number[] = [];
    let first = 0;
    for (const state of states) {
      firsts.push(first);
      // A promotion may be under way: vectors of another version say nothing of these.
      if (state.version === own.version) {
        await this.#compare(state, { query, first, left: state === own ? row : -1 }, best);
      }
      first += state.users.rows;
    }
    return this.#named(states, firsts, best, n);
  }

  async #compare(
    state: PartitionState,
    { query, first, left }: { query: Float32Array; first: number; left: number },
    best: RankedList,
  ): Promise<void> {
    const { users, ranker } = state;
    const vector = new Float32Array(query.length);
    const length = norm(query);
    const rows = users.rows;
    for (let from = 0; from < rows; from += neighbourStepUsersMax) {
      await ranker?.settled;
      const to = Math.min(rows, from + neighbourStepUsersMax);
      for (let row = from; row < to; row += 1) {
        if (row === left || users.facts(row).positives === 0) continue;
        state.readQuery(row, vector);
        const lengths = length * norm(vector);
        const cosine = lengths > 0 ? dot(query, vector) / lengths : 0;
        if (cosine >= best.threshold) best.offer(first + row, cosine);
      }
      await this.#deps.yieldNow();
    }
  }

  /** Those of the list whom their ids still find: who is erased, or about to be, is nobody. */
  async #named(
    states: readonly PartitionState[],
    firsts: readonly number[],
    best: RankedList,
    n: number,
  ): Promise<readonly NeighbourUser[]> {
    const surrogates = new Uint8Array(best.length * SURROGATE_BYTES);
    for (let at = 0; at < best.length; at += 1) {
      const key = best.keys[at] ?? 0;
      const partition = firsts.findLastIndex((first) => first <= key);
      const row = key - (firsts[partition] ?? 0);
      states[partition]?.users.readSurrogate(row, surrogates, at * SURROGATE_BYTES);
    }
    const { identities } = this.#deps;
    const found: NeighbourUser[] = [];
    for (const [at, revealed] of (await identities.reveal(surrogates)).entries()) {
      if (found.length === n) break;
      if (revealed === undefined) continue;
      const { id } = revealed;
      const known = await identities.find(id);
      if (known === undefined) continue;
      found.push({ id, score: roundScore(best.scores[at] ?? 0) });
    }
    return found;
  }
}

function norm(vector: Float32Array): number {
  return Math.sqrt(dot(vector, vector));
}
