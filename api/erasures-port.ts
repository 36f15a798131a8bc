import type { ErasureAnswer } from './schema/erasures.ts';

/** How users are erased. */
export interface ErasureWish {
  readonly now: boolean;
  readonly purge: boolean;
}

/** Forgets users. */
export interface ErasuresPort {
  /**
   * Erases users, all or none; resolves when no answer knows them and their identities are destroyed. `now` builds the
   * version without them at once; `purge` blanks their events in the journal, too. Throws NOT_FOUND where one is unknown or was erased before.
   */
  request(users: readonly string[], wish: ErasureWish): Promise<ErasureAnswer>;
  /** Undefined where there is no such erasure. */
  get(erasureId: string): Promise<ErasureAnswer | undefined>;
  /** Every erasure, oldest first. */
  list(): Promise<readonly ErasureAnswer[]>;
}
