import type { NeighbourUser } from '../projections/user-neighbours.ts';

/** Users who are like one. */
export interface NeighboursPort {
  /** The n nearest, the nearest first; undefined where the user is unknown. Throws BUSY where too many are looked for. */
  readonly neighbours: (user: string, n: number) => Promise<readonly NeighbourUser[] | undefined>;
}
